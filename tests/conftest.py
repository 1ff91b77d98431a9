"""Fixtures for all tests: running servers, a real browser, and reference data where available."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook
from playwright.sync_api import Browser, Page, sync_playwright

from tests.serving import COMPILED, PATIENCE, ROOT, Served, serving

if TYPE_CHECKING:
    from data.catalogue.registry import Catalogue

# Shapes and types in the library's signatures are checked while tests run.
install_import_hook("model", "beartype.beartype")

# Most of the time of these tests is compilation. JAX reads these settings when it is imported, in this process and in
# those that the tests start, so that all of them, and the next run, compile a function once.
COMPILED.mkdir(mode=0o700, parents=True, exist_ok=True)
os.environ |= {
    "JAX_COMPILATION_CACHE_DIR": str(COMPILED),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}

# Compilation makes first examples slow, so there is no deadline; `make bench` measures speed.
settings.register_profile("product", deadline=None, max_examples=50)
settings.load_profile("product")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHARED = Path(os.environ.get("GALACTIC_NEON_SHARED", ROOT.parent / "shared"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run modules with slow tests first, so that at the end no process waits for another's long module."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., Served]]:
    """Return a function that starts a server, ``serve(catalogues=path, LOG_LEVEL="debug").url``, for the session."""
    with ExitStack() as running:

        def start(catalogues: Path | str | None = None, **environment: str) -> Served:
            return running.enter_context(serving(catalogues, **environment))

        yield start


@pytest.fixture(scope="session")
def served(serve: Callable[..., Served]) -> Served:
    """A server with default settings and catalogue at ``served.url``."""
    return serve()


@pytest.fixture(scope="module")
def catalogue() -> "Iterator[Catalogue]":
    """The packaged catalogue, served in this process during a module's tests."""
    from data.catalogue import registry

    before = dict(registry.served())
    opened = registry.open_catalogues()
    registry.serve(opened)
    yield next(iter(opened.values()))
    registry.serve(before)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for the test session."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.fail("The browser tests need Chromium on the PATH: install it, for example `apt install chromium`.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page_without_console_check(browser: Browser) -> Iterator[Page]:
    """A new browser page whose console may show errors."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.set_default_timeout(1000 * PATIENCE)
        yield context.new_page()


@pytest.fixture
def page(page_without_console_check: Page) -> Iterator[Page]:
    """A new browser page; the test fails if its console shows an error or a script throws."""
    errors: list[str] = []
    opened = page_without_console_check
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(error.stack or str(error)))
    yield opened
    assert not errors, "The browser's console shows errors:\n" + "\n".join(errors)


@pytest.fixture(scope="session")
def desi_table() -> Path:
    """The table of real DESI galaxies, which is not in the repository."""
    return _reference(SHARED / "desi" / "bgs_sv3.parquet", "the table of real DESI galaxies")


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of the published network's files and reference predictions."""
    return _reference(SHARED / "published", "the published network's files")


def _reference(path: Path, what: str) -> Path:
    if not path.exists():
        pytest.skip(f"Needs {what}; set GALACTIC_NEON_SHARED to the folder that holds {path.parent.name}/.")
    return path
