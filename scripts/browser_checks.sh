#!/bin/sh
# Check types and style of the browser's modules. Where Node or its packages cannot be had, say so and go on.
set -eu

skip() {
    echo "The browser's modules were not checked: $1." >&2
    exit 0
}

scripts/debian.sh nodejs node nodejs || exit 0
node=$(command -v node || command -v nodejs)
major=$("$node" --print 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || skip "that needs Node 20 or newer, and this is $major"

if [ ! -x node_modules/.bin/tsc ] || [ package-lock.json -nt node_modules ]; then
    scripts/debian.sh npm npm || exit 0
    npm ci --silent || skip "their tools could not be installed"
    touch node_modules
fi
node_modules/.bin/tsc --noEmit
node_modules/.bin/eslint assets tests/assets eslint.config.mjs
