"""Write docs/library.md, the reference of `galactic_neon`, from its docstrings: ``make reference``."""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from numpydoc.docscrape import NumpyDocString

ROOT: Final = Path(__file__).resolve().parent.parent
OUT: Final = ROOT / "docs" / "library.md"
HEAD: Final = """# The library

`pip install galactic-neon` installs `galactic_neon`. Written by `make reference` from the docstrings, which a test
compares. Arrays have the axes `galaxy`, `line`, `bin`, `color`, `pixel` in this order; leading axes are accepted
wherever a shape begins with `...`. [Words](nomenclature.md) explains every quantity.
"""
SECTIONS: Final = ("Parameters", "Attributes", "Returns", "Yields", "Raises")


def main() -> int:
    """Write the document."""
    OUT.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"Wrote {OUT.relative_to(ROOT)}.\n")
    return 0


def reference() -> str:
    """Return the document: functions, then records, then constants, each in alphabetical order."""
    sys.path.insert(0, str(ROOT))
    import model

    functions, records, constants = [], [], []
    for name in model.__all__:
        if name.startswith("_"):
            continue
        value = getattr(model, name)
        kind = records if inspect.isclass(value) else functions if callable(value) else constants
        kind.append(name)
    parts = [HEAD]
    for title, names in (("Functions", functions), ("Records and errors", records), ("Constants", constants)):
        parts.append(f"## {title}\n")
        parts += ["\n".join(_entry(model, name)) for name in sorted(names, key=str.lower)]
    return "\n".join(parts)


def _entry(library: ModuleType, name: str) -> Iterator[str]:
    value = getattr(library, name)
    yield f"### {name}\n"
    if not callable(value):
        shape = f"array {value.shape}" if hasattr(value, "shape") else f"{type(value).__name__} of {len(value)}"
        yield f"{shape}\n"
        return
    if inspect.isfunction(value):
        yield f"```python\n{name}({', '.join(_parameters(value))})\n```\n"
    text = NumpyDocString(inspect.getdoc(value) or "")
    yield "\n".join([*text["Summary"], ""])
    if text["Extended Summary"]:
        yield "\n".join([*text["Extended Summary"], ""])
    for section in SECTIONS:
        if text[section]:
            yield f"**{section}**\n"
            yield "\n".join(_items(text[section]))
            yield ""
    if text["References"]:
        yield "**References**\n"
        yield "\n".join([*text["References"], ""])


def _items(items: list[Any]) -> Iterator[str]:
    for item in items:
        head = " : ".join(part for part in (f"`{item.name}`" if item.name else "", item.type) if part)
        body = re.sub(r"\s+", " ", " ".join(item.desc))
        yield f"- {head}{': ' if body else ''}{body}"


def _parameters(function: Any) -> Iterator[str]:
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is inspect.Parameter.empty:
            yield parameter.name
        else:
            default = parameter.default
            yield f'{parameter.name}="{default}"' if isinstance(default, str) else f"{parameter.name}={default!r}"


if __name__ == "__main__":
    sys.exit(main())
