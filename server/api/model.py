"""``GET /api/v1/model``: lines, bins and weights."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from model.bins import BIN_EDGES
from model.features import VARIANTS
from model.lines import LINES
from model.storage.weights import available_models, load_params, load_sidecar
from server import problems


class Line(BaseModel):
    """An emission line."""

    name: str
    label: str
    wavelengths: list[float] = Field(description="vacuum, rest frame [Å]")


class Model(BaseModel):
    """Weights that can predict."""

    name: str
    sha256: str
    variants: list[str]
    has_intrinsic: bool = Field(description="whether the weights include the intrinsic distribution")
    about: dict[str, Any] = Field(description="recipe, training data and metrics on held-out galaxies")


class ModelAnswer(BaseModel):
    """What predicts."""

    lines: list[Line] = Field(description="in the order used in every response")
    bin_edges: list[float] = Field(description="edges of the twelve bins, vacuum, rest frame [Å]")
    models: list[Model]


blueprint = APIBlueprint("api_model", __name__, url_prefix="/api/v1")


@blueprint.get(
    "/model",
    responses=problems.documented(ModelAnswer, 429),
    summary="Describe lines, bins and models",
    description="Each model has its checksum, recipe and held-out metrics.",
)
def describe_model() -> dict[str, Any]:
    """Describe what predicts."""
    return {
        "lines": [
            {"name": line.name, "label": line.label, "wavelengths": [float(value) for value in line.wavelengths]}
            for line in LINES
        ],
        "bin_edges": [float(edge) for edge in BIN_EDGES],
        "models": [_describe(name) for name in available_models()],
    }


def _describe(name: str) -> dict[str, Any]:
    params, about = load_params(name), dict(load_sidecar(name))
    return {
        "name": name,
        "sha256": about.pop("sha256", ""),
        "variants": [variant for variant in VARIANTS if getattr(params, variant) is not None],
        "has_intrinsic": params.intrinsic is not None,
        "about": about,
    }
