"""The settings of the server, each an environment variable, checked at the start.

``python -m server.process.settings`` prints the table in docs/settings.md.
"""

import difflib
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

from pydantic import AliasChoices, Field, HttpUrl, RedisDsn, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.catalogue.footer import check_built
from data.errors import CatalogueError
from data.paths import SPARCL_URL, catalogue_files, expanded, fetched_files, user_cache_folder, user_data_folder

EXIT_BAD_SETTING = 2
HOME_DEFAULTS: Final = {"cache_dir": "~/.cache/galactic-neon", "data_dir": "~/.local/share/galactic_neon"}
"""Defaults below the user's home, as written in the documents."""
_ORIGIN: Final = re.compile(r"https?://[\w.-]{1,253}(:\d{1,5})?", re.ASCII)
_CONTACT: Final = re.compile(r"(https://|mailto:)\S{3,200}")
_PREFIX: Final = "GALACTIC_NEON_"
_OTHER_VARIABLES: Final = ("GALACTIC_NEON_WEIGHTS", "GALACTIC_NEON_SHARED")
"""Of the library and of the tests."""
_SECRETS: Final = ("metrics_token", "redis_url", "upload_key")
"""Settings whose value, which may be a password, no sentence repeats."""
_SHORT: Final = 7
"""Names of fewer letters, such as `HOST`, resemble too many that are not ours."""


def _default(name: str, folder: Callable[[], Path]) -> Path:
    """Return a default folder; if this user has no home, as the documents write it, which is no usable folder."""
    try:
        return folder()
    except CatalogueError:
        return Path(HOME_DEFAULTS[name])


class Settings(BaseSettings):
    """The settings; the name of each environment variable is the field's in capitals."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, populate_by_name=True, validate_default=False)

    host: str = Field(default="127.0.0.1", description="Address to listen on; use `0.0.0.0` in a container")
    port: int = Field(default=8050, ge=1, le=65535, description="Port to listen on")
    catalogues: str | None = Field(
        default=None,
        description="Catalogue files, and folders of them, separated by `:`; by default the fetched catalogues and "
        "the mock",
    )
    data_dir: Path = Field(
        default_factory=lambda: _default("data_dir", user_data_folder),
        description="Folder that `catalogue fetch` writes to; its catalogues are shown beside the mock",
    )
    sparcl_url: HttpUrl | Literal["off"] = Field(
        default=HttpUrl(SPARCL_URL),
        description="NOIRLab's archive, from which spectra of real galaxies are fetched; `off` disables fetching",
    )
    web_concurrency: int = Field(
        default=1, ge=1, le=64, description="Number of worker processes; each has eight threads"
    )
    cache_dir: Path = Field(
        default_factory=lambda: _default("cache_dir", user_cache_folder),
        description="Private folder for files that can be recomputed: compressed files and cached responses",
    )
    redis_url: RedisDsn | None = Field(
        default=None, description="Redis server that several hosts share as their cache, instead of `CACHE_DIR`"
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="Number of reverse proxies in front that add an address to `X-Forwarded-For`; it and "
        "`X-Forwarded-Proto` are trusted. Render 3, Fly.io 2; Heroku, Cloud Run or one nginx 1",
    )
    trusted_host: bool = Field(
        default=False,
        description="`true`: `X-Forwarded-Host` and `X-Forwarded-Prefix` of the last proxy are trusted too",
    )
    frame_ancestors: str | None = Field(
        default=None,
        description="Origins of other websites that may show the app in a frame, separated by spaces, such as "
        "`https://huggingface.co`; by default none",
    )
    api_rate_limit: str = Field(
        default="120 per minute", description="How often one address may ask the API to compute"
    )
    upload_rate_limit: str = Field(
        default="30 per minute", description="How often one address may upload a file to a page"
    )
    callback_rate_limit: str = Field(
        default="1200 per minute", description="How often one address may call the pages' callbacks"
    )
    upload_memory: int = Field(
        default=320,
        ge=64,
        le=8192,
        description="Memory in MiB that reading one upload may take; lower if the machine has less",
    )
    upload_key: str | None = Field(
        default=None,
        min_length=16,
        description="Secret that signs the tables which browsers keep; by default a key stored in `CACHE_DIR`. "
        "Several hosts behind one address need the same secret",
    )
    api_cors_origins: str | None = Field(
        default=None,
        description="Origins of other websites whose pages may use the API, separated by spaces, or `*` for all",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="`debug` also logs every request"
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="`json` writes one JSON object per line for log collectors, and also one for every request",
    )
    metrics_token: str | None = Field(
        default=None,
        min_length=16,
        description="Prometheus sends this as a `Bearer` token; without a token, `/metrics` answers only requests "
        "from this machine",
    )
    security_contact: str | None = Field(
        default=None,
        description="Where to report a vulnerability, as `https://…` or `mailto:…`, for `/.well-known/security.txt`",
    )
    docs_url: HttpUrl | None = Field(
        default=None,
        description="Address of the documents, as `make docs` builds them; with it, the navigation links to them",
    )
    revision: str | None = Field(
        default=None,
        validation_alias=AliasChoices("REVISION", "RENDER_GIT_COMMIT", "HEROKU_SLUG_COMMIT"),
        description="The revision that `/version` reports; by default the one that the platform or git reports",
    )

    @field_validator("api_rate_limit", "upload_rate_limit", "callback_rate_limit", mode="after")
    @classmethod
    def _must_be_rates(cls, value: str) -> str:
        from limits import parse_many

        try:
            parse_many(value)
        except ValueError as error:
            raise ValueError("Write a rate as “120 per minute”") from error
        return value

    @field_validator("security_contact", mode="after")
    @classmethod
    def _must_be_a_contact(cls, value: str | None) -> str | None:
        if value and not _CONTACT.fullmatch(value):
            raise ValueError("Write it as “https://example.org/security” or “mailto:security@example.org”")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("data_dir", "cache_dir", mode="after")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        try:
            return expanded(value)
        except CatalogueError as error:
            raise ValueError(str(error).rstrip(".")) from error

    @field_validator("data_dir", mode="after")
    @classmethod
    def _must_be_a_folder(cls, value: Path) -> Path:
        if not value.is_dir():
            raise ValueError("There is no such folder")
        return value

    @field_validator("api_cors_origins", "frame_ancestors", mode="after")
    @classmethod
    def _must_be_origins(cls, value: str | None) -> str | None:
        for origin in (value or "").split():
            if not _ORIGIN.fullmatch(origin) and not (origin == "*" and value == "*"):
                raise ValueError(f"Write an origin as “https://example.org”, without a path: not “{origin[:60]}”")
        return value

    @field_validator("catalogues", mode="after")
    @classmethod
    def _must_exist(cls, value: str | None) -> str | None:
        try:
            catalogue_files(value or "")
        except CatalogueError as error:
            raise ValueError(str(error).rstrip(".")) from error
        return value


def load() -> Settings:
    """Read the settings; stop the program with one sentence per invalid value."""
    try:
        return Settings()
    except ValidationError as error:
        reasons: dict[str, list[str]] = {}
        for problem in error.errors():
            reasons.setdefault(str(problem["loc"][0]), []).append(problem["msg"].removeprefix("Value error, "))
        given = {str(problem["loc"][0]): problem["input"] for problem in error.errors()}
        stop(*(_sentence(name, given[name], said) for name, said in reasons.items()))


def check_catalogues(settings: Settings) -> None:
    """Stop the program with a sentence if a catalogue to serve is no built one, before the workers load anything."""
    try:
        for file in catalogue_files(settings.catalogues or "") or fetched_files(settings.data_dir):
            check_built(file)
    except CatalogueError as error:
        stop(str(error))


def misspelt(names: Iterable[str]) -> list[str]:
    """Return a sentence for each variable of the environment that looks like a setting and is none."""
    known = {name.upper() for name in Settings.model_fields} | {*_OTHER_VARIABLES, "RENDER_GIT_COMMIT"}
    found = []
    for name in sorted(set(names) - known):
        bare = name.removeprefix(_PREFIX)
        near = difflib.get_close_matches(bare, known, 1, 0.85) if len(bare) >= _SHORT or bare != name else []
        if near:
            found.append(f"{name} is set and is not read: the setting is called {near[0]}.")
        elif bare != name:
            found.append(f"{name} is set and is not read: no setting is called so.")
    return found


def stop(*sentences: str, code: int = EXIT_BAD_SETTING) -> NoReturn:
    """End the program with sentences for the user instead of a traceback."""
    sys.stderr.writelines(f"{sentence}\n" for sentence in sentences)
    raise SystemExit(code)


def table() -> str:
    """Return the settings as a Markdown table."""
    rows = ["| Variable | Default | Meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = HOME_DEFAULTS.get(name, field.default)
        shown = "" if default is None else f"`{default}`"
        rows.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)


def _sentence(name: str, value: object, reasons: list[str]) -> str:
    shown = "" if name in _SECRETS else f"={value}"
    # Not "uRL".
    reason = ", or ".join(each if each[:2].isupper() else f"{each[0].lower()}{each[1:]}" for each in reasons)
    return f"{name.upper()}{shown} is not valid: {reason}."


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
