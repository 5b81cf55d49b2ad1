#!/bin/sh
# Installs what the tests of the web app drive: Chromium, WebKit with its driver, a screen for it.
set -eu
packages=
need() { # command, package
    command -v "$1" >/dev/null 2>&1 || packages="$packages $2"
}
need chromium chromium
need WebKitWebDriver webkit2gtk-driver
need xvfb-run xvfb
need xauth xauth
[ -n "$packages" ] || exit 0

fail() {
    echo "$1 Install these packages, then try again:$packages" >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || fail "This machine has no apt-get."
if [ "$(id -u)" = 0 ]; then
    sudo=
elif sudo -n true 2>/dev/null; then
    sudo=sudo
else
    fail "Only root may install packages here."
fi
echo "installing$packages"
$sudo apt-get update -qq || true
# shellcheck disable=SC2086 # several words are wanted
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $packages \
    >/dev/null || fail "apt-get failed."
