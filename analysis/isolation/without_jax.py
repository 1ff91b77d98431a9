"""Import the readers without JAX and pandas, which are large and not used for reading.

The readers import constants from modules whose functions JAX compiles. `import jax` here returns a stand-in, with which
such modules can be imported but their functions not run. pandas, which Arrow imports if it is installed, is hidden.

Run as a program with the name of a module and arguments, this file runs that module so. It needs to run before the
module's package, because the installed package `galactic_neon` imports JAX.
"""

import os
import runpy
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

REPLACED: Final = ("jax", "jaxlib")
ABSENT: Final = ("pandas",)


class Unavailable:
    """Stands in for any function or type of JAX: it can be imported, decorate or annotate, and computes nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> "Unavailable":
        if name.startswith("__"):
            raise AttributeError(name)
        return Unavailable(f"{self._name}.{name}")

    def __or__(self, _: Any) -> "Unavailable":
        """Return itself for a union of types."""
        return self

    __ror__ = __or__

    def __getitem__(self, _: Any) -> "Unavailable":
        """Return itself for a generic type."""
        return self

    def __call__(self, *values: Any, **_: Any) -> Any:
        """Return a decorated function unchanged; return `self` for any other arguments."""
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
        return ModuleSpec(fullname, self, is_package=True) if package in (*REPLACED, *ABSENT) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if spec.name in ABSENT:
            raise ModuleNotFoundError(f"No module named {spec.name!r}", name=spec.name)
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module empty."""


def install() -> None:
    """Hide the real packages, in a process that has imported none of them yet."""
    sys.meta_path.insert(0, _Finder())


if __name__ == "__main__":
    install()
    # In place of this file's folder, where Python looks first: the folder from which the module can be imported.
    sys.path[0] = os.getcwd()  # noqa: PTH109 - pathlib takes longer to import
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
