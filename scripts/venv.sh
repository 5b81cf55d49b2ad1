#!/bin/sh
# Makes .venv with pip and uv in it, also where Python came without venv or ensurepip (Debian).
set -eu
python=${PYTHON:-python3}

fail() {
    echo "$1" >&2
    exit 1
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or newer is needed; '$python' is not. Try: make PYTHON=python3.12"

works() {
    .venv/bin/python -m pip --version >/dev/null 2>&1
}

works ||
    { "$python" -m venv --clear .venv >/dev/null 2>&1 && works; } ||
    { "$python" -m pip install -q --user virtualenv && "$python" -m virtualenv -q --clear .venv; } ||
    { "$python" -m pip install -q --user --break-system-packages virtualenv &&
        "$python" -m virtualenv -q --clear .venv; } ||
    fail "No virtual environment could be made: install your system's python3-venv or pip."

.venv/bin/python -m pip install -q --disable-pip-version-check uv
