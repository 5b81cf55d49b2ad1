#!/bin/sh
# Takes the pictures of the README and the guides from the running product, in Debian's chromium.
set -eu
cd "$(dirname "$0")/.."
home=$(mktemp -d)
export SQUAD_HOME="$home" SQUAD_PORT=8642 SQUAD_LOG=warning
.venv/bin/squad up --demo >"$home/log" 2>&1 &
node=$!
trap 'kill $node; rm -rf "$home"' EXIT
until curl -sf http://127.0.0.1:8642/readyz >/dev/null; do sleep 0.2; done
.venv/bin/squad demo >/dev/null
.venv/bin/squad demo --busy >/dev/null
shoot() { # page, file, size
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
    --disable-background-networking --user-data-dir="$home/chromium" \
    --window-size="$3" --virtual-time-budget=4000 --screenshot="docs/img/$2" \
    "http://127.0.0.1:8642$1" >/dev/null 2>&1
}
shoot /about landing.png 1280,860
shoot /about landing-phone.png 500,900
shoot /api/docs reference.png 1280,860
shoot /about/simulator simulator.png 1280,1330
# The report of a what-if, for docs/whatif.md.
.venv/bin/squad policy show --toml >"$home/calm.toml"
sed -i 's/^version = .*/version = 2/; s/^relocate_min = .*/relocate_min = 60.0/' "$home/calm.toml"
.venv/bin/squad simulate --generated --consultants 60 --tickets 200 --days 3 \
  --policy "$home/calm.toml" --report "$home/whatif.html" >/dev/null
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
  --disable-background-networking --user-data-dir="$home/chromium" --window-size=1100,1500 \
  --screenshot=docs/img/whatif.png "file://$home/whatif.html" >/dev/null 2>&1
# The app, as each role sees it on a working day.
cd web/tests/browser
SQUAD_URL=http://127.0.0.1:8642 sh ../../../scripts/node.sh \
  npx playwright test --config pictures.config.ts
