import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.http import modules
from tests.serving import ROOT

MAIN = """/* Comments
 * go. */
import { one, two as deux } from "./room/a.mjs";
import * as b from "./room/b.mjs";

// This one too.
/** @type {number} */ (one).toFixed(); // This one stays.
export const sum = one + deux + b.three;
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three modules, beside the test app's style."""
    assets = tmp_path / "assets"
    (assets / "room").mkdir(parents=True, exist_ok=True)
    (assets / "main.mjs").write_text(MAIN)
    (assets / "room" / "a.mjs").write_text(
        'import { three } from "./b.mjs";\nexport const one = 1;\nexport const two = three - 1;\n'
    )
    (assets / "room" / "b.mjs").write_text(
        "export const three = 3;\nexport async function four() {}\nexport class Five {}\n"
    )
    return assets


def text(folder: Path) -> str:
    joined = modules.join(folder)
    assert joined is not None
    return joined.text


def test_modules_follow_those_that_they_import(folder: Path):
    assert re.findall(r'^\$\["(.+)"\] = (.+);$', text(folder), flags=re.MULTILINE) == [
        ("room/b.mjs", "{ three, four, Five }"),
        ("room/a.mjs", "{ one, two }"),
        ("main.mjs", "{ sum }"),
    ]
    assert 'const { one, two: deux } = $["room/a.mjs"];\nconst b = $["room/b.mjs"];\n' in text(folder)


def test_comments_on_lines_of_their_own_are_left_out_and_code_beside_one_is_kept(folder: Path):
    assert "Comments" not in text(folder)
    assert "This one too" not in text(folder)
    assert "/** @type {number} */ (one).toFixed(); // This one stays.\n" in text(folder)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('import { sum } from "../main.mjs";', r"circle: main\.mjs -> room/a\.mjs -> main\.mjs"),
        ("export default 1;", "export default 1;"),
        ("export let three = 3;", "export let three"),
        ('export * from "./b.mjs";', "export"),
        ('import b from "./b.mjs";', "import b"),
        ('import "./b.mjs";', 'import "'),
    ],
)
def test_what_cannot_be_joined_is_refused(folder: Path, line: str, said: str):
    (folder / "room" / "a.mjs").write_text(f"{line}\nexport const one = 1;\nexport const two = 2;\n")
    with pytest.raises(modules.ModuleError, match=said):
        modules.join(folder)


def test_the_address_follows_the_content_and_lasts(client: FlaskClient, folder: Path):
    def address() -> str:
        found = re.search(r'<script type="module" src="(/browser\.mjs\?m=\w+)">', client.get("/").text)
        assert found
        return found[1]

    before = address()
    assert "immutable" in client.get(before).headers["Cache-Control"]
    assert client.get(before).mimetype == "text/javascript"
    (folder / "room" / "b.mjs").write_text("export const three = 4;\n")
    assert address() != before
    assert "immutable" not in client.get(before).headers["Cache-Control"]
    assert "three = 4" in client.get(address()).text


def test_dash_starts_after_the_modules_and_names_no_other(client: FlaskClient, folder: Path):
    page = client.get("/").text
    assert re.search(r'<link rel="modulepreload" href="/browser\.mjs\?m=\w+"></head>', page)
    ours, renderer = (
        page.index('type="module" src="/browser.mjs'),
        page.index('<script id="_dash-renderer" type="module">'),
    )
    assert ours < renderer
    assert "/assets/main.mjs" not in page


def test_without_modules_the_page_is_dashs_own(client: FlaskClient):
    assert "module" not in client.get("/").text
    assert client.get("/browser.mjs").status_code == 404


def test_the_products_modules_join():
    joined = modules.join(ROOT / "assets")
    assert joined is not None
    assert joined.text.count("$[") > 60
