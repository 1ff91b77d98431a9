"""Execute a notebook: ``python -m scripts.notebooks NOTEBOOK.py FOLDER`` writes a page and an .ipynb file of it.

A notebook is a Python file in the percent format, which editors and Jupyter (with jupytext) open as a notebook and git
compares line by line: ``# %%`` begins a cell of code, and ``# %% [markdown]`` one of text in comments.
"""

import ast
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

FIGURES: Final = '<script src="../assets/plotly.min.js"></script>\n'


class Cell(NamedTuple):
    """One cell: text in Markdown, or code."""

    is_code: bool
    text: str


class Output(NamedTuple):
    """What a cell of code printed, the value of its last expression, and the figure if that is one."""

    printed: str
    figure: str | None


def main() -> int:
    """Execute the notebook and write both files."""
    notebook, folder = Path(sys.argv[1]), Path(sys.argv[2])
    import model

    sys.modules["galactic_neon"] = model  # the name under which the package is installed
    cells = parse(notebook.read_text(encoding="utf-8"))
    page = markdown(notebook.name, cells, execute(cells))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{notebook.stem}.md").write_text(page, encoding="utf-8")
    (folder / f"{notebook.stem}.ipynb").write_text(jupyter(cells), encoding="utf-8")
    return 0


def parse(text: str) -> list[Cell]:
    """Return the cells of a notebook."""
    found = []
    for part in text.split("\n# %%")[1:]:
        head, _, body = part.partition("\n")
        is_code = "[markdown]" not in head
        lines = body.strip("\n").split("\n")
        found.append(Cell(is_code, "\n".join(lines if is_code else [line[2:] for line in lines])))
    return found


def execute(cells: list[Cell]) -> list[Output]:
    """Run the cells of code one after the other, as Jupyter does, and return what each gave."""
    names: dict[str, Any] = {"__name__": "__main__"}
    return [_run(cell.text, names) for cell in cells if cell.is_code]


def _run(code: str, names: dict[str, Any]) -> Output:
    tree, value = ast.parse(code), None
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102 - the notebooks are the repository's own
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307
    if isinstance(value, go.Figure):
        html = value.to_html(full_html=False, include_plotlyjs=False, default_height="420px")
        return Output(printed.getvalue(), "\n".join(line for line in html.splitlines() if line.strip()))
    return Output(printed.getvalue() + (f"{value!r}\n" if value is not None else ""), None)


def markdown(name: str, cells: list[Cell], outputs: list[Output]) -> str:
    """Return the page of an executed notebook."""
    parts, remaining = [], iter(outputs)
    for cell in cells:
        if not cell.is_code:
            parts.append(cell.text)
            continue
        output = next(remaining)
        parts.append(f"```python\n{cell.text}\n```")
        if output.printed:
            parts.append(f"```text\n{output.printed.rstrip()}\n```")
        if output.figure:
            parts.append(output.figure)
    title, *rest = parts
    stem = name.removesuffix(".py")
    files = f"Download this page as a [Jupyter notebook]({stem}.ipynb)."
    return "\n\n".join([title, files, FIGURES, *rest]) + "\n"


def jupyter(cells: list[Cell]) -> str:
    """Return the notebook in Jupyter's format 4, without outputs."""
    made = []
    for number, cell in enumerate(cells):
        common = {"id": f"cell-{number}", "metadata": {}, "source": cell.text.splitlines(keepends=True)}
        code = {"cell_type": "code", "execution_count": None, "outputs": []}
        made.append((code if cell.is_code else {"cell_type": "markdown"}) | common)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
