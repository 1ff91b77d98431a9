"""Which extra brings a package that is not installed."""

from typing import Final

from storage.program import install_line

EXTRAS: Final = {
    "cli": ("astropy", "click", "platformdirs", "pyarrow", "requests", "tqdm", "urllib3", "yaml"),
    "train": ("optax", "plotly", "pydantic", "sklearn", "threadpoolctl", "umap"),
    "web": (
        "brotli",
        "dash",
        "dash_ag_grid",
        "dash_mantine_components",
        "flask",
        "flask_caching",
        "flask_cors",
        "flask_limiter",
        "flask_openapi3",
        "gunicorn",
        "limits",
        "prometheus_client",
        "pydantic_settings",
        "pythonjsonlogger",
        "redis",
        "waitress",
        "werkzeug",
    ),
}
"""Packages that our code imports, by extra; `pyproject.toml` gives their versions."""
OTHERS: Final = {"dask": "pip install dask"}
"""Packages of single options, in no extra."""


def explain_missing(error: ModuleNotFoundError, command: str) -> str | None:
    """Return a sentence that says how to install the package that a command lacks; None if no extra brings it."""
    package = (error.name or "").partition(".")[0]
    install = OTHERS.get(package)
    for extra, packages in EXTRAS.items():
        if package in packages:
            install = install_line(extra)
    return None if install is None else f"{command.strip()} needs {package}. Install it: {install}"
