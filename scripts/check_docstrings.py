"""Check the docstrings of public functions and classes in folders with numpydoc: ``check_docstrings.py FOLDER ...``."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from numpydoc.validate import validate

# Among others: a summary in one line, and descriptions of parameters and returned values.
CHECKS: Final = {"GL03", "GL06", "GL07", "GL08", "PR01", "PR02", "PR03", "PR07", "SS01", "SS02", "SS06", "RT03"}


def main() -> int:
    """Print the problems, and return 1 if there are any."""
    problems = [problem for folder in sys.argv[1:] for name in public_names(folder) for problem in check(name)]
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return min(len(problems), 1)


def public_names(folder: str) -> Iterator[str]:
    """Yield the dotted names of the public functions and classes in a folder's modules."""
    for path in sorted(Path(folder).rglob("*.py")):
        module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield f"{module}.{node.name}"


def check(name: str) -> Iterator[str]:
    """Yield the problems of one docstring; it may omit all parameters, but not some of them."""
    found = validate(name)
    lists_parameters = "Parameters\n" in found["docstring"]
    for code, message in found["errors"]:
        if code in CHECKS and (lists_parameters or not code.startswith("PR")):
            yield f"{found['file']}:{found['file_line']}: {name}: {code} {message}"


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.exit(main())
