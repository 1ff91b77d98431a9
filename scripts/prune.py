"""Delete what serving never reads from installed packages: ``python prune.py SITE_PACKAGES`` (the Dockerfile).

`tests/contract/test_pruning.py` shows that nothing which the server imports, maps or sends is among it, and
``make container-check`` that the image serves, predicts and reads every format without it.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

UNWANTED: Final = {
    # The packages' own tests. A folder directly in a package may be part of it: astropy imports its own.
    "tests": ("*/*/**/tests",),
    # For compiling against the packages.
    "headers": ("*/**/include", "*/**/*.pyx", "*/**/*.pxi", "*/**/*.pxd", "*/**/*.h", "*/**/*.c", "*/**/*.a"),
    # For editors and type checkers.
    "types": ("*/**/*.pyi", "*-stubs"),
    # For debugging other people's scripts in the browser.
    "source maps": ("*/**/*.js.map",),
    # Arrow's remote procedure calls and stores in a cloud; copies of a library under names for linking.
    "Arrow": (
        "pyarrow/*_flight*",
        "pyarrow/*_s3*",
        "pyarrow/_azurefs*",
        "pyarrow/_gcsfs*",
        "pyarrow/_hdfs*",
        "pyarrow/_orc*",
        "pyarrow/libarrow_python*.so",
        "pyarrow/libarrow_python*.so.*.*",
    ),
    # Plotly in notebooks.
    "notebooks": ("plotly/labextension", "../../../share/jupyter"),
    # Installation of packages, which an image does not do.
    "installers": ("setuptools", "setuptools-*", "_distutils_hack", "distutils-precedence.pth", "pip", "pip-*"),
}
"""Kind of what is not needed, and its patterns below the folder of the packages."""
SYMBOLS: Final = ("jaxlib/libjax_common.so",)
"""Libraries whose symbol tables, which only a debugger reads, take much: 104 MiB."""


def unwanted(packages: Path) -> Iterator[Path]:
    """Yield the files and folders to delete."""
    for patterns in UNWANTED.values():
        for pattern in patterns:
            # Below the folder of a package's metadata are its licences, in folders named as in its source.
            yield from (path for path in packages.glob(pattern) if ".dist-info" not in str(path.parent))


def main(packages: Path) -> None:
    """Delete them, and strip the libraries."""
    for path in list(unwanted(packages)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for name in SYMBOLS:
        subprocess.run(["strip", "--strip-unneeded", packages / name], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
