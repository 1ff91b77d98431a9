"""Hooks of MkDocs, which `make docs` runs: pages from outside `docs/`, executed notebooks, links between all of them.

Links in the documents are those of the repository, so that they work there too; here they become links of the site.
"""

import os
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from plotly.offline import get_plotlyjs

ROOT: Final = Path(__file__).resolve().parent.parent
LIBRARY: Final = ROOT / "build" / "library"
"""Folder in which the package has the name under which it is installed, for the API reference."""
NOTEBOOKS: Final = "docs/notebooks"
PAGES: Final = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "LICENSE": "LICENSE.txt",
    "CITATION.cff": "CITATION.cff",
    "data/files/LICENSE-filters.md": "licences/filters.md",
    "model/spectra/templates_data/LICENSE.md": "licences/templates.md",
}
"""Files outside `docs/` that the site shows, and their places in it."""
PLOTLY: Final = "assets/plotly.min.js"
_LINK: Final = re.compile(r'(\]\(|<img src=")(?![a-z]+:|#|/)([^)#"\s]+)')


def on_startup(**_: Any) -> None:
    """Link the package under its installed name, before mkdocstrings looks for it."""
    LIBRARY.mkdir(parents=True, exist_ok=True)
    link = LIBRARY / "galactic_neon"
    if not link.is_symlink():
        link.symlink_to(os.path.relpath(ROOT / "model", LIBRARY), target_is_directory=True)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside `docs/`, and the notebooks with what they print and draw."""
    for source, uri in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(generated(config, uri, text))
    for notebook in notebooks():
        page, cells = execute(notebook)
        files.append(generated(config, f"notebooks/{notebook.stem}.md", page))
        files.append(generated(config, f"notebooks/{notebook.stem}.ipynb", cells))
    files.append(generated(config, PLOTLY, get_plotlyjs()))
    return files


def generated(config: MkDocsConfig, uri: str, content: str) -> File:
    """Return a file of the site that is not in `docs/`."""
    return File.generated(config, uri, content=content, inclusion=InclusionLevel.NOT_IN_NAV)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links of the repository into links of the site."""
    places = {uri: source for source, uri in PAGES.items()}
    uri = page.file.src_uri
    return rewrite(markdown, places.get(uri, f"docs/{uri}"), uri)


def rewrite(markdown: str, source: str, uri: str) -> str:
    """Return a document whose links to files of the repository lead to their pages in the site.

    Parameters
    ----------
    markdown : str
        Document.
    source : str
        Its path in the repository.
    uri : str
        Its path in the site.

    Returns
    -------
    str
        Document for the site.
    """

    def place(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), found[2]))
        inside = PAGES.get(target, target.removeprefix("docs/"))
        if target.startswith(NOTEBOOKS) and target.endswith(".py"):
            inside = f"{inside.removesuffix('.py')}.md"
        return found[1] + posixpath.relpath(inside, posixpath.dirname(uri) or ".")

    return _LINK.sub(place, markdown)


def notebooks() -> Iterator[Path]:
    """Yield the notebooks."""
    yield from sorted((ROOT / NOTEBOOKS).glob("*.py"))


def execute(notebook: Path) -> tuple[str, str]:
    """Execute a notebook in a process of its own, and return its page and its .ipynb file.

    Raises
    ------
    PluginError
        If a cell fails.
    """
    out = ROOT / "build" / "notebooks"
    command = [sys.executable, "-m", "scripts.notebooks", str(notebook), str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PluginError(f"{notebook.name} failed:\n{done.stderr}")
    return tuple((out / f"{notebook.stem}{kind}").read_text(encoding="utf-8") for kind in (".md", ".ipynb"))  # pyright: ignore[reportReturnType]
