"""Build the distribution `galactic-neon` with setuptools; `pyproject.toml` has everything else.

In a clone the packages lie side by side and import each other as `data`, `analysis` and so on, names that would collide
with others in site-packages. In the wheel the library `model` is `galactic_neon`, and the others are inside
`galactic_neon.app`: `data` is `galactic_neon.app.data`. This step copies them there and writes their imports
accordingly.

The links of README.md are relative, so that they work wherever the repository lies. A package index shows the same text
elsewhere; its links are made absolute here.
"""

import ast
import re
import shutil
import tomllib
from pathlib import Path
from typing import Final

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT: Final = Path(__file__).resolve().parent
LIBRARY: Final = "galactic_neon"
APP: Final = "app"
INIT: Final = '"""The command line and the web app; they need the extras `cli`, `train` and `web`."""\n'
PACKAGES: Final = (
    "analysis",
    "archives",
    "commands",
    "components",
    "data",
    "pages",
    "research",
    "server",
    "storage",
)
"""Folders that become packages of the app; `assets` is copied too, and holds no Python."""
FILES: Final = {
    "app.py": f"{APP}/app.py",
    "gunicorn.conf.py": f"{APP}/gunicorn.conf.py",
    "commands/__main__.py": "__main__.py",
}
"""Single files by their place inside the library."""
IGNORED: Final = shutil.ignore_patterns("__pycache__", "*.pyc")
PREFIXES: Final = {name: f"{LIBRARY}.{APP}.{name}" for name in (*PACKAGES, "app")} | {"model": LIBRARY}
_LINK: Final = re.compile(r'(\]\(|<img src=")(?![a-z]+:|#)([^)"\s]+)')
_FROM: Final = re.compile(rb"from\s+([A-Za-z_]\w*)")


class ImportFormError(Exception):
    """An import cannot be written for the wheel."""


class Build(build_py):
    """Build the library as setuptools does, then put the other packages inside it."""

    def run(self) -> None:
        """Copy the packages and write their imports; an editable installation has the library alone."""
        super().run()
        if self.editable_mode:
            return
        library = Path(self.build_lib) / LIBRARY
        app = library / APP
        # What an earlier build left would be in the wheel as well.
        shutil.rmtree(app, ignore_errors=True)
        for name in (*PACKAGES, "assets"):
            shutil.copytree(ROOT / name, app / name, ignore=IGNORED)
        (app / "__init__.py").write_text(INIT, encoding="utf-8")
        (app / "commands" / "__main__.py").unlink()
        for source, target in FILES.items():
            shutil.copyfile(ROOT / source, library / target)
        for path in [*app.rglob("*.py"), library / "__main__.py"]:
            path.write_bytes(with_absolute_names(path.read_bytes(), str(path.relative_to(library))))


def with_absolute_names(code: bytes, name: str) -> bytes:
    """Return Python code whose imports of our packages begin with `galactic_neon`.

    Parameters
    ----------
    code : bytes
        Text of a module, in UTF-8.
    name : str
        Of the module, for messages.

    Returns
    -------
    bytes
        The same text, in which only names after `from` differ.

    Raises
    ------
    ImportFormError
        If one of our packages is imported by `import`, which would bind another name; only `from` can be written.
    """
    lines = code.splitlines(keepends=True)
    # From the end, so that a change moves nothing that is still to be changed.
    imports = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom))
    for node in sorted(imports, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name.partition(".")[0] in PREFIXES:
                    raise ImportFormError(f"{name}, line {node.lineno}: write “from ... import” for {each.name}.")
        elif node.level == 0:
            line = lines[node.lineno - 1]
            found = _FROM.match(line, node.col_offset)
            if found is None:
                raise ImportFormError(f"{name}, line {node.lineno}: write “from” and the module on one line.")
            package = found[1].decode()
            if package in PREFIXES:
                lines[node.lineno - 1] = line[: found.start(1)] + PREFIXES[package].encode() + line[found.end(1) :]
    return b"".join(lines)


def with_absolute_links(markdown: str, repository: str, version: str) -> str:
    """Return a document whose links to files lead to those of a release, in addresses as GitHub and GitLab have them.

    Parameters
    ----------
    markdown : str
        Document in the first folder of the repository.
    repository : str
        Address of the repository; where it is empty, the document is returned as it is.
    version : str
        Of the release, whose tag is `v` and this.

    Returns
    -------
    str
        Document for a package index.
    """
    if not repository:
        return markdown

    def absolute(found: re.Match[str]) -> str:
        view = "raw" if found[2].endswith(".png") else "blob"
        return f"{found[1]}{repository.rstrip('/')}/{view}/v{version}/{found[2]}"

    return _LINK.sub(absolute, markdown)


def long_description() -> str:
    """Return what a package index shows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    repository = project.get("urls", {}).get("Repository", "")
    return with_absolute_links((ROOT / "README.md").read_text(encoding="utf-8"), repository, project["version"])


if __name__ == "__main__":
    setup(
        cmdclass={"build_py": Build},
        long_description=long_description(),
        long_description_content_type="text/markdown",
    )
