#!/bin/sh
# Tests drive programs of the system: find one by any of its names, or install its Debian package where this user may.
# Usage: scripts/debian.sh PACKAGE PROGRAM [PROGRAM ...]
set -eu

package=$1
shift
PATH=$PATH:/usr/sbin:/sbin
for name in "$@"; do
    command -v "$name" >/dev/null && exit 0
done

install="apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $package"
if command -v apt-get >/dev/null; then
    if [ "$(id -u)" -eq 0 ]; then
        exec sh -c "$install"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        exec sudo sh -c "$install"
    fi
fi

echo "This needs one of: $*. Install the package '$package', then try again." >&2
exit 1
