"""Import the readers without JAX and pandas: reading a file computes nothing with them, and they are large.

The readers import names from modules that hold functions which JAX compiles. Here `import jax` gives a stand-in, with
which such modules can be imported and not used. pandas, which Arrow imports wherever it is installed, is absent.
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

STOOD_IN_FOR: Final = ("jax", "jaxlib")
ABSENT: Final = ("pandas",)


class Unavailable:
    """Stands for anything that JAX offers: it may be named, be a decorator or a type, and computes nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> "Unavailable":
        if name.startswith("__"):
            raise AttributeError(name)
        return Unavailable(f"{self._name}.{name}")

    def __call__(self, *values: Any, **_: Any) -> Any:
        """Return a decorated function as it is; anything else is as unavailable as the function."""
        return values[0] if len(values) == 1 and callable(values[0]) else self


class _StandIn(ModuleType):
    """A module of JAX."""

    __path__: Any = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "Array":
            return type("Array", (), {})
        return Unavailable(f"{self.__name__}.{name}")


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        package = fullname.partition(".")[0]
        return ModuleSpec(fullname, self, is_package=True) if package in (*STOOD_IN_FOR, *ABSENT) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if spec.name in ABSENT:
            raise ModuleNotFoundError(f"No module named {spec.name!r}", name=spec.name)
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module empty."""


def install() -> None:
    """Put this before the real packages, in a process that has imported none of them."""
    sys.meta_path.insert(0, _Finder())
