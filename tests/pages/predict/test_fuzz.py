"""Whatever a browser sends to the Predict page's callbacks, they answer, refuse in a sentence, or leave the page be."""

import base64
import random
import time
from types import SimpleNamespace
from typing import Any

import dash
import pytest
from dash.exceptions import PreventUpdate
from hypothesis import given, settings
from hypothesis import strategies as st

from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from tests.data.uploads.test_fuzz import GOOD, REAL, mutated

# In production a warning stops nothing.
pytestmark = pytest.mark.filterwarnings("ignore")

CASES, SOAK_CASES = 60, 50_000
LONGEST_SECONDS = 2.0
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=14,
)
FIELD = st.sampled_from(["1", "1.3", "", "nan", "-2", "1e40", "1e-40", "<b>", "6.2", "٣"]) | st.text(max_size=12)
STATE = st.fixed_dictionaries(
    {"bins": st.lists(st.sampled_from(["1", "1.5", "2"]) | FIELD, min_size=12, max_size=12) | JUNK},
    optional=dict.fromkeys(("luminosity", "redshift", "model", "measured"), FIELD | JUNK)
    | dict.fromkeys(
        ("measured", "ivar", "covered"),
        st.lists(st.none() | st.booleans() | st.floats(), min_size=10, max_size=10) | JUNK,
    )
    | {"own": st.lists(st.lists(st.floats(), min_size=10, max_size=10), min_size=3, max_size=3) | JUNK},
)


@pytest.fixture(scope="module")
def pages() -> Any:
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages.predict import galaxy, line_luminosity, table, upload

    mock = Catalogue(EMBEDDED_FILE)
    # Dash keeps the module; the next test file gives it catalogues of its own.
    line_luminosity.served = lambda: {"mock": mock}
    return galaxy, SimpleNamespace(**vars(upload) | vars(table)), line_luminosity


def posted(content: bytes, name: str) -> dict[str, Any]:
    return {"name": name, "contents": f"data:;base64,{base64.b64encode(content).decode()}", "bytes": len(content)}


def on_the_page(file: Any, upload: list[dict[str, Any]], chance: random.Random) -> bool:
    """Post an upload, change a guess, predict it; tells whether galaxies came of it."""
    try:
        doctor, *_, read = file.diagnose(upload)
    except PreventUpdate:
        return False
    guesses = [part for part in doctor._traverse() if getattr(part, "id", None) and isinstance(part.id, dict)]
    fields, values = [part.id for part in guesses], [part.value for part in guesses]
    if values and read:
        place = chance.randrange(len(values))
        values[place] = chance.choice([values[place], values[place], "nonsense", "", None, 7, "0.1", "none"])
        file.preview(values, fields, read)
    model = chance.choice(["default"] * 4 + ["/etc/passwd", ""])
    if read is None:
        return False
    _, _, _, _, first, *_ = file.predict_upload(1, values, fields, read, model)
    return bool(first)


def survive(file: Any, cases: int, seed: int) -> tuple[int, float]:
    """Post that many damaged uploads; returns how many gave galaxies, and the longest time one took [s]."""
    chance = random.Random(seed)  # noqa: S311  # no secret: the same seed gives the same files
    pair = [(path.read_bytes(), path.name) for path in REAL]
    read, longest = 0, 0.0
    for case in range(cases):
        chosen = pair if case % 40 == 0 else [(chance.choice(GOOD), "galaxies")]
        upload = [posted(mutated(content, chance) if case % 5 else content, name) for content, name in chosen]
        start = time.process_time()
        read += on_the_page(file, upload, chance)
        longest = max(longest, time.process_time() - start)
    return read, longest


def warm(file: Any) -> None:
    """Compile what undamaged files need, as the server does before it takes visitors."""
    file.uploads.warm_up()
    file.results.warm_up()
    for content in GOOD:
        read = file.diagnose([posted(content, "warm")])[4]
        plan = [(guess.value, {"field": guess.field}) for guess in file.uploads.infer_plan(file.table_of(read))]
        values, fields = ([one[side] for one in plan] for side in (0, 1))
        file.predict_upload(1, [value or "0.1" for value in values], fields, read, "default")


def test_damaged_uploads_are_answered_on_the_page(pages: Any):
    _, file, _ = pages
    warm(file)
    read, longest = survive(file, CASES, 7)
    assert read
    assert longest < LONGEST_SECONDS


@pytest.mark.soak
def test_fifty_thousand_damaged_uploads_on_the_page(pages: Any, capsys: pytest.CaptureFixture[str]):
    warm(pages[1])
    read, longest = survive(pages[1], SOAK_CASES, 2)
    with capsys.disabled():
        print(f"| the page's callbacks | {SOAK_CASES:,} | {read:,} | 0 | {longest:.2f} s |")  # noqa: T201
    assert longest < LONGEST_SECONDS


@settings(max_examples=40)
@given(STATE | JUNK)
def test_any_state_of_the_form_is_answered_or_left(pages: Any, state: Any):
    lines, _, light = pages
    asked = (
        lines.note,
        light.update_light,
        light.describe_continuum,
        lambda state: light.spectrum_download(state, 1e9, "x", "?"),
    )
    saved = (lambda state: lines.as_file(lines.typed(state), "csv", "published", 1),)
    for ask in (*asked, *saved, lambda state: lines.draw(state, "published", 1)):
        try:
            ask(state)
        except PreventUpdate:
            continue


@given(JUNK, JUNK, JUNK)
def test_any_files_and_choices_are_answered_or_left(pages: Any, files: Any, values: Any, fields: Any):
    _, file, _ = pages
    for ask in (file.diagnose, lambda read: file.predict_upload(1, values, fields, read, "default")):
        try:
            ask(files)
        except PreventUpdate:
            continue
