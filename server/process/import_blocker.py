"""A worker without packages that are no part of what is served.

Arrow imports pandas for its first array wherever it is installed, as it is where the product is built, for 300 MB. Here
the import fails as it does where pandas is not installed.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Absent(MetaPathFinder, Loader):
    """Finds packages by name, and does not load them: libraries that only look for one are not disturbed."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        """Claim the packages."""
        return ModuleSpec(fullname, self) if fullname in self.names else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Refuse to load one."""
        raise ModuleNotFoundError(f"No module named {spec.name!r}", name=spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Never comes to it."""


def block(*names: str) -> None:
    """Let imports of these packages fail from now on, in this process."""
    sys.meta_path.insert(0, Absent(names))
