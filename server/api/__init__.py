"""The HTTP API: predictions, catalogues and the model, described by OpenAPI 3.1."""

from collections.abc import Sequence

from flask_openapi3.openapi import OpenAPI

from server.api import catalogues, model, page, place, predict, spectrum
from server.http import rate_limits

PREFIX = "/api/"


def install(server: OpenAPI, rates: rate_limits.Rates, origins: Sequence[str], storage: str | None) -> None:
    """Attach the API to the server.

    Parameters
    ----------
    server : OpenAPI
        From `server.factory`.
    rates : Rates
        Limits on requests from one address, such as "60 per minute".
    origins : sequence of str
        Other sites whose pages may read the responses.
    storage : str or None
        Address of the Redis that counts requests; if None, each process counts its own.
    """
    rate_limits.install(server, rates, storage)
    for part in (predict, model, catalogues, place, spectrum):
        server.register_api(part.blueprint)
    server.register_blueprint(page.blueprint)
    if origins:
        from flask_cors import CORS

        CORS(server, resources={f"{PREFIX}*": {"origins": list(origins)}})


__all__ = ["PREFIX", "install"]
