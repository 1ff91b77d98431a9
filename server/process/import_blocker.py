"""Block imports of packages that the server does not need.

Where pandas is installed, as it is for development, Arrow imports it with the first array, which takes 300 MB. Blocked,
the import fails as if pandas were not installed.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Absent(MetaPathFinder, Loader):
    """Finds blocked packages but refuses to load them, so that `find_spec` still works for them."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        """Return a spec for blocked packages, None for others."""
        return ModuleSpec(fullname, self) if fullname in self.names else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Raise ModuleNotFoundError."""
        raise ModuleNotFoundError(f"No module named {spec.name!r}", name=spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing; never called, because `create_module` raises."""


def block(*names: str) -> None:
    """Let imports of these packages fail in this process from now on."""
    sys.meta_path.insert(0, Absent(names))
