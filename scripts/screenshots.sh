#!/bin/sh
# Takes the pictures of the README from the running product. Needs Debian's chromium.
set -eu
cd "$(dirname "$0")/.."
home=$(mktemp -d)
export SQUAD_HOME="$home" SQUAD_PORT=8642 SQUAD_LOG=warning
.venv/bin/squad up --demo >"$home/log" 2>&1 &
node=$!
trap 'kill $node; rm -rf "$home"' EXIT
until curl -sf http://127.0.0.1:8642/readyz >/dev/null; do sleep 0.2; done
.venv/bin/squad demo >/dev/null
shoot() { # page, file, size
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
    --disable-background-networking --user-data-dir="$home/chromium" \
    --window-size="$3" --virtual-time-budget=4000 --screenshot="docs/img/$2" \
    "http://127.0.0.1:8642$1" >/dev/null 2>&1
}
shoot / landing.png 1280,860
shoot / landing-phone.png 500,900
shoot /api/docs reference.png 1280,860
