"""The documents become a site: no broken link, nothing from other hosts, notebooks that run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.mkdocs_hooks import notebooks, rewrite
from tests.serving import ROOT

NOTEBOOKS = [path.stem for path in notebooks()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; MkDocs fails on a broken link or reference, and its hooks on a notebook that does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_no_page_loads_anything_from_another_host(site: Path):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe)[^>]*\ssrc="?(https?:[^" >]+)', text)
        loaded += re.findall(r'<link[^>]*rel="?(?:stylesheet|preconnect)"?[^>]*href="?(https?:[^" >]+)', text)
        assert not loaded, f"{page.relative_to(site)} loads {loaded}"


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_ran_and_shows_what_it_made(site: Path, name: str):
    page = (site / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
    assert "plotly.min.js" in page
    assert (site / "assets/plotly.min.js").stat().st_size > 1e6
    if name != "many_rows":
        axes = re.findall(r'"[xy]axis":\{"title":\{"text":"([^"]+)"', page)
        assert len(axes) >= 2, "A figure needs titles of its axes."
    book = json.loads((site / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert book["nbformat"] == 4
    assert {cell["cell_type"] for cell in book["cells"]} == {"markdown", "code"}


@pytest.mark.slow
def test_the_reference_has_an_entry_of_every_public_name(site: Path):
    import model

    page = (site / "reference.html").read_text(encoding="utf-8")
    assert not [name for name in model.__all__ if f'id="galactic_neon.{name}"' not in page]


@pytest.mark.parametrize(
    ("source", "uri", "link", "expected"),
    [
        ("README.md", "index.md", "docs/api.md#a", "api.md#a"),
        ("README.md", "index.md", "docs/notebooks/dsps.py", "notebooks/dsps.md"),
        ("docs/deploy.md", "deploy.md", "../CONTRIBUTING.md", "contributing.md"),
        ("docs/decisions/README.md", "decisions/README.md", "../../README.md", "../index.md"),
        ("docs/notebooks/dsps.py", "notebooks/dsps.md", "../pipeline.md", "../pipeline.md"),
        ("README.md", "index.md", "https://example.org/docs/api.md", "https://example.org/docs/api.md"),
    ],
)
def test_links_of_the_repository_become_links_of_the_site(source: str, uri: str, link: str, expected: str):
    assert rewrite(f"[a]({link})", source, uri) == f"[a]({expected})"
