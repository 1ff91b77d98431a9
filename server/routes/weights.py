"""The networks' weights and stellar populations for the browser, which fetches them once and caches them."""

from typing import Final

from flask import Blueprint, Response, request

from analysis.web_client import stars
from analysis.web_client import weights as browser
from server.routes.columns import lasting, problem

PARTS: Final = (browser.SHARED, *browser.VARIANTS)

blueprint = Blueprint("weights", __name__)


@blueprint.get("/models/<name>/<part>.safetensors")
def weights(name: str, part: str) -> Response:
    """Return a part of a model's weights as safetensors."""
    if name not in browser.models():
        return problem(404, f"There is no model “{name[:40]}” here; there is {', '.join(browser.models())}.")
    if part not in PARTS:
        return problem(404, f"A model has no part “{part[:40]}”; it has {', '.join(PARTS)}.")
    content, version = browser.weights_file(name, part), browser.version(name, part)
    if content is None:
        return problem(404, f"The model “{name}” has no part “{part}”.")
    if request.args.get("v") != version:
        return problem(404, f"The part “{part}” of “{name}” is now version {version}; reload the page to see it.")
    return lasting(Response(content, mimetype="application/octet-stream"))


@blueprint.get("/models/cells.json")
def cells() -> Response:
    """Return the medians of real galaxies per map cell."""
    version = browser.background_version()
    if request.args.get("v") != version:
        return problem(404, f"The map's cells are now version {version}; reload the page to see them.")
    return lasting(Response(browser.background(), mimetype="application/json"))


@blueprint.get("/models/stars.safetensors")
def populations() -> Response:
    """Return the stellar populations of synthetic galaxies as safetensors."""
    if request.args.get("v") != stars.stars_version():
        return problem(404, f"The stellar populations are now version {stars.stars_version()}; reload the page.")
    return lasting(Response(stars.stars_file(), mimetype="application/octet-stream"))
