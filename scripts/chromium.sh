#!/bin/sh
# The browser tests drive the system's Chromium: find it, or install it where this user may.
set -eu

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done

if command -v apt-get >/dev/null; then
    if [ "$(id -u)" -eq 0 ]; then
        exec sh -c "apt-get update -q && apt-get install -qy --no-install-recommends chromium"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        exec sudo sh -c "apt-get update -q && apt-get install -qy --no-install-recommends chromium"
    fi
fi

echo "The browser tests need Chromium: install the package 'chromium' (or Google Chrome), then run 'make test' again." >&2
exit 1
