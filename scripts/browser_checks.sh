#!/bin/sh
# Check the browser's modules: types and style, or with "test" their tests. Node's packages are for this alone.
# Usage: scripts/browser_checks.sh lint|test
set -eu

scripts/debian.sh nodejs node nodejs || exit 0
node=$(command -v node || command -v nodejs)
if ! "$node" -e 'process.exit(Number(Number(process.versions.node.split(".")[0]) < 20))'; then
    echo "The browser's modules were not checked: that needs Node 20 or newer, and this is $("$node" --version)." >&2
    exit 0
fi

if [ "$1" = test ]; then
    exec "$node" --test $(find tests/assets -name '*.test.mjs')
fi

if [ ! -x node_modules/.bin/tsc ] || [ package-lock.json -nt node_modules ]; then
    scripts/debian.sh npm npm || exit 0
    npm ci --silent || { echo "The browser's modules were not checked: their tools could not be installed." >&2; exit 0; }
    touch node_modules
fi
node_modules/.bin/tsc --noEmit
node_modules/.bin/eslint assets tests/assets eslint.config.mjs
