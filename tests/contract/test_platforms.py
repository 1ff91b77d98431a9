"""The files for hosting platforms name settings that exist, with values that are valid, and what the server answers."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.process.settings import Settings
from tests.serving import PATIENCE, ROOT, free_port

Values = dict[str, str | None]
"""Environment variables; None where the platform asks for the value or keeps it as a secret."""

ARGUMENTS = set(re.findall(r"^ARG (\w+)=", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE))
PRINTS_ITS_ENVIRONMENT = "#!/bin/sh\nexec env\n"
RENDER_PLANS = {"free", "starter", "standard", "pro", "pro plus", "pro max", "pro ultra"}
RENDER_SERVICE = {
    "type",
    "name",
    "runtime",
    "plan",
    "region",
    "branch",
    "healthCheckPath",
    "envVars",
    "autoDeployTrigger",
}
RENDER_VARIABLE = {"value", "generateValue", "sync"}


def described(file: str) -> Any:
    return yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))


def graceful_timeout() -> int:
    """Return the seconds in which requests end after SIGTERM."""
    text = (ROOT / "gunicorn.conf.py").read_text(encoding="utf-8")
    return int(re.findall(r"^graceful_timeout = (\d+)$", text, flags=re.MULTILINE)[0])


def seconds(written: str) -> int:
    return int(written.removesuffix("s"))


def from_command(command: str, folder: Path, environment: dict[str, str]) -> Values:
    """Return the variables that a platform's command adds to `environment`: a shell runs it, and Python prints them."""
    program = folder / "python"
    program.write_text(PRINTS_ITS_ENVIRONMENT)
    program.chmod(0o755)
    given = {"PATH": f"{folder}:{os.defpath}"} | environment
    printed = subprocess.run(["sh", "-c", command], env=given, check=True, capture_output=True, text=True).stdout
    seen = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    return {name: seen[name] for name in {*environment, *re.findall(r"\b([A-Z_]+)=", command)}}


def procfile(folder: Path) -> Values:
    """Return what Heroku's buildpack and the Procfile set; for small dynos the buildpack sets WEB_CONCURRENCY to 2."""
    command = (ROOT / "Procfile").read_text(encoding="utf-8").removeprefix("web: ")
    return from_command(command, folder, {"WEB_CONCURRENCY": "2", "PORT": "5000"})


def heroku(folder: Path) -> Values:
    return from_command(described("heroku.yml")["run"]["web"], folder, {"PORT": "5000"})


def render(_folder: Path) -> Values:
    (service,) = described("render.yaml")["services"]
    return {variable["key"]: variable.get("value") for variable in service["envVars"]}


def compose(_folder: Path) -> Values:
    return described("compose.yaml")["services"]["web"]["environment"]


PLATFORMS = {"Procfile": procfile, "heroku.yml": heroku, "render.yaml": render, "compose.yaml": compose}
WITHOUT_A_ROUTER = {"compose.yaml"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_variable_is_a_setting_with_a_valid_value(platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    values = PLATFORMS[platform](tmp_path)
    known = {name.upper() for name in Settings.model_fields} | ARGUMENTS
    assert values
    assert set(values) <= known
    for name, value in values.items():
        if value is not None:
            # Compose takes a password from the person who starts it.
            monkeypatch.setenv(name, re.sub(r"\$\{\w+:\?[^}]*\}", "secret", value))
    read = Settings()
    assert read.web_concurrency == 1
    assert (read.trusted_proxies > 0) == (platform not in WITHOUT_A_ROUTER)


def test_heroku_needs_no_settings_of_an_app_made_from_the_file():
    file = described("heroku.yml")
    assert set(file) == {"build", "run"}
    assert set(file["build"]["config"]) <= ARGUMENTS


def test_herokus_buildpack_installs_the_packages_of_serving(tmp_path: Path):
    names = ("requirements.txt", "requirements-serve.lock")
    for name in names:
        shutil.copy(ROOT / name, tmp_path)
    assert os.access(ROOT / "bin" / "pre_compile", os.X_OK)
    subprocess.run([ROOT / "bin" / "pre_compile"], cwd=tmp_path, check=True)
    installed, locked = ((tmp_path / name).read_text(encoding="utf-8") for name in names)
    assert installed == locked
    assert "--hash=sha256:" in installed
    image = re.search(
        r"^ARG PYTHON=python:(\d+\.\d+)\.", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert image
    assert (tmp_path / ".python-version").read_text() == f"{image[1]}\n"


def test_render_yaml_follows_renders_schema():
    """The rules of https://render.com/schema/render.yaml.json for what the file uses."""
    file = described("render.yaml")
    assert set(file) == {"services"}
    for service in file["services"]:
        assert {"type", "name", "runtime", "plan"} <= set(service) <= RENDER_SERVICE
        assert (service["type"], service["runtime"]) == ("web", "docker")
        assert service["plan"] in RENDER_PLANS
        for variable in service["envVars"]:
            (kind,) = set(variable) - {"key"}
            assert kind in RENDER_VARIABLE
            assert isinstance(variable[kind], str if kind == "value" else bool)


def test_the_image_builds_where_render_is_given_no_answer():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    case = re.search(r'case "(\$\{REAL_GALAXIES:-no\})" in', dockerfile)
    assert case
    printed = subprocess.run(
        ["sh", "-c", f'echo "{case[1]}"'], env={"REAL_GALAXIES": ""}, capture_output=True, text=True, check=True
    )
    assert printed.stdout == "no\n"


def test_compose_waits_until_services_are_healthy_and_requests_are_answered():
    services = described("compose.yaml")["services"]
    assert all(service["healthcheck"]["test"] and service["mem_limit"] for service in services.values())
    assert services["web"]["depends_on"] == {"cache": {"condition": "service_healthy"}}
    assert seconds(services["web"]["stop_grace_period"]) > graceful_timeout()
    assert "@cache:6379/0" in services["web"]["environment"]["REDIS_URL"]


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="Needs redis-server, which stands in for Valkey.")
def test_composes_cache_asks_for_the_password_and_hides_it(tmp_path: Path):
    cache = described("compose.yaml")["services"]["cache"]
    port = free_port()
    # Compose reads `$$` as `$`.
    command = [word.replace("$$", "$") for word in cache["command"]]
    (kind, check) = cache["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    for name in ("server", "cli"):
        program = shutil.which(f"redis-{name}")
        (tmp_path / f"valkey-{name}").write_text(f'#!/bin/sh\nexec {program} "$@"\n')
        (tmp_path / f"valkey-{name}").chmod(0o755)
    command[-1] = command[-1].replace(" --save", f" --bind 127.0.0.1 --port {port} --save")
    check = check.replace("$$", "$").replace("valkey-cli", f"valkey-cli -p {port}")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    healthy = environment | {"CACHE_PASSWORD": "a-password-of-the-test"}
    with subprocess.Popen(command, env=healthy, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while subprocess.run(["sh", "-c", check], env=healthy, check=False).returncode:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            # The shell has become the server, so SIGTERM reaches it, and its arguments hold no password.
            shown = Path(f"/proc/{process.pid}/cmdline").read_text()
            assert "redis-server" in shown
            assert "a-password" not in shown
            wrong = environment | {"CACHE_PASSWORD": "another"}
            assert subprocess.run(["sh", "-c", check], env=wrong, check=False, capture_output=True).returncode
        finally:
            process.terminate()
