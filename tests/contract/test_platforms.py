"""The files for hosting platforms name settings that exist, with values that are valid, and what the server answers."""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.factory import create_server
from server.http.security import MAX_REQUEST_BYTES
from server.process.folders import FolderError, private_folder
from server.process.settings import EXIT_BAD_SETTING, Settings
from tests.serving import PATIENCE, ROOT, cache_folder, free_port

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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache")


def described(file: str) -> Any:
    text = (ROOT / file).read_text(encoding="utf-8")
    return tomllib.loads(text) if file.endswith(".toml") else yaml.safe_load(text)


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


def fly(_folder: Path) -> Values:
    file = described("packaging/fly/fly.toml")
    return file["env"] | file["build"]["args"]


def cloud_run(_folder: Path) -> Values:
    (container,) = described("packaging/cloud-run/service.yaml")["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each.get("value") for each in container["env"]}


def kubernetes(_folder: Path) -> Values:
    return {each["name"]: each.get("value") for each in pod()["containers"][0]["env"]}


def systemd(_folder: Path) -> Values:
    lines = re.findall(r"^Environment=(.*)$", unit(), flags=re.MULTILINE)
    values = dict(word.split("=", 1) for line in lines for word in line.split())
    # The interpreter's own.
    return {name: value for name, value in values.items() if not name.startswith("PYTHON")}


def pod() -> Any:
    deployment, _ = yaml.safe_load_all((ROOT / "packaging/kubernetes/galactic-neon.yaml").read_text(encoding="utf-8"))
    assert deployment["kind"] == "Deployment"
    return deployment["spec"]["template"]["spec"]


def unit() -> str:
    return (ROOT / "packaging/systemd/galactic-neon.service").read_text(encoding="utf-8")


PLATFORMS = {
    "Procfile": procfile,
    "heroku.yml": heroku,
    "render.yaml": render,
    "compose.yaml": compose,
    "fly.toml": fly,
    "service.yaml": cloud_run,
    "galactic-neon.yaml": kubernetes,
    "galactic-neon.service": systemd,
}
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


def probes() -> dict[str, tuple[str, int]]:
    """Return the paths and ports that platforms ask, by a name that says who asks."""
    (service,) = described("render.yaml")["services"]
    http = described("packaging/fly/fly.toml")["http_service"]
    (run,) = described("packaging/cloud-run/service.yaml")["spec"]["template"]["spec"]["containers"]
    found: dict[str, tuple[str, int]] = {"Render": (service["healthCheckPath"], 8050)}
    (check,) = http["checks"]
    found["Fly.io"] = (check["path"], http["internal_port"])
    for platform, container in (("Cloud Run", run), ("Kubernetes", pod()["containers"][0])):
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            if kind in container:
                asked = container[kind]["httpGet"]
                (port,) = container["ports"]
                number = port["containerPort"] if asked["port"] in (port.get("name"), port["containerPort"]) else 0
                found[f"{platform} {kind}"] = (asked["path"], number)
    return found


def test_probes_ask_what_the_server_answers(settings: Settings):
    answered = {rule.rule for rule in create_server(settings).url_map.iter_rules()}
    asked = probes()
    assert len(asked) == 7
    for who, (path, port) in asked.items():
        assert path == ("/healthz" if "liveness" in who else "/readyz"), who
        assert path in answered
        assert port == settings.port, who
    assert front_matter()["app_port"] == settings.port
    assert f"EXPOSE {settings.port}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for file, limit in (
        ("nginx/galactic-neon.conf", "client_max_body_size {}m;"),
        ("caddy/Caddyfile", "max_size {}MiB"),
    ):
        text = (ROOT / "packaging" / file).read_text(encoding="utf-8")
        assert f"127.0.0.1:{settings.port}" in text
        assert limit.format(MAX_REQUEST_BYTES >> 20) in text


def test_memory_is_what_the_documents_ask_for():
    said = re.search(
        r"\*\*A public\s+host should have (\d+) GiB\.\*\*", (ROOT / "docs/reliability.md").read_text("utf-8")
    )
    assert said
    (machine,) = described("packaging/fly/fly.toml")["vm"]
    (run,) = described("packaging/cloud-run/service.yaml")["spec"]["template"]["spec"]["containers"]
    limits = {
        "compose.yaml": described("compose.yaml")["services"]["web"]["mem_limit"],
        "fly.toml": machine["memory"],
        "service.yaml": run["resources"]["limits"]["memory"],
        "galactic-neon.yaml": pod()["containers"][0]["resources"]["limits"]["memory"],
        "galactic-neon.service": re.findall(r"^MemoryMax=(.*)$", unit(), flags=re.MULTILINE)[0],
    }
    gibibytes = {file: re.sub(r"(?i)gb|gi|g$", "", limit) for file, limit in limits.items()}
    assert gibibytes == dict.fromkeys(limits, said[1])


def test_requests_in_progress_have_time_to_end():
    kubernetes = pod()
    waits = int(kubernetes["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    times = {
        "compose.yaml": seconds(described("compose.yaml")["services"]["web"]["stop_grace_period"]),
        "fly.toml": described("packaging/fly/fly.toml")["kill_timeout"],
        "galactic-neon.yaml": kubernetes["terminationGracePeriodSeconds"] - waits,
        "galactic-neon.service": int(re.findall(r"^TimeoutStopSec=(\d+)$", unit(), flags=re.MULTILINE)[0]),
    }
    assert min(times.values()) > graceful_timeout(), times
    assert described("packaging/fly/fly.toml")["kill_signal"] == "SIGTERM"


def test_fly_toml_has_only_documented_keys():
    """https://fly.io/docs/reference/configuration/."""
    file = described("packaging/fly/fly.toml")
    service = file["http_service"]
    assert set(file) <= {"app", "primary_region", "kill_signal", "kill_timeout", "build", "env", "http_service", "vm"}
    assert set(service) == {
        *("internal_port", "force_https", "auto_stop_machines", "auto_start_machines", "min_machines_running"),
        *("concurrency", "checks"),
    }
    assert service["auto_stop_machines"] in ("off", "stop", "suspend")
    assert service["force_https"] is True
    assert all(set(check) == {"grace_period", "interval", "timeout", "method", "path"} for check in service["checks"])
    assert all(isinstance(value, str) for value in file["env"].values())


def test_cloud_runs_probes_keep_its_rules():
    """https://cloud.google.com/run/docs/configuring/healthchecks."""
    file = described("packaging/cloud-run/service.yaml")
    assert (file["apiVersion"], file["kind"]) == ("serving.knative.dev/v1", "Service")
    template = file["spec"]["template"]
    assert all(isinstance(value, str) for value in template["metadata"]["annotations"].values())
    (container,) = template["spec"]["containers"]
    assert "PORT" not in {each["name"] for each in container["env"]}
    for kind in ("startupProbe", "livenessProbe"):
        assert container[kind]["timeoutSeconds"] < container[kind]["periodSeconds"]
    assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] <= 240


def test_the_pod_runs_as_the_images_user_and_can_write_to_its_volumes_alone():
    spec = pod()
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    user = int(re.findall(r"^USER (\d+)$", dockerfile, flags=re.MULTILINE)[-1])
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert (spec["securityContext"]["runAsUser"], spec["enableServiceLinks"]) == (user, False)
    for container in (*spec["initContainers"], *spec["containers"]):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {mount["name"] for mount in container["volumeMounts"]} <= {volume["name"] for volume in spec["volumes"]}
        assert container["resources"]["limits"]["memory"]


def test_an_empty_volume_holds_caches_that_the_server_accepts(tmp_path: Path):
    """A volume is open to everyone, the image's caches are private, and a restarted pod copies them again."""
    spec = pod()
    image, volume = tmp_path / "image", tmp_path / "volume"
    image.mkdir(mode=0o700)
    (image / "compressed").write_text("kept")
    volume.mkdir()
    volume.chmod(0o2777)
    inside = {"/home/neon/cache": str(image), "/cache/galactic-neon": str(volume / "galactic-neon")}
    (mount,) = spec["initContainers"][0]["volumeMounts"]
    caches = kubernetes(tmp_path)["CACHE_DIR"] or ""
    assert Path(caches).parent == Path(mount["mountPath"])
    assert "CACHE_DIR=/home/neon/cache" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    words: list[str] = spec["initContainers"][0]["command"]
    command = [inside.get(word, word) for word in words]
    for _ in range(2):
        subprocess.run(command, check=True)
    folder = private_folder(Path(inside[caches]))
    assert [file.name for file in folder.iterdir()] == ["compressed"]
    with pytest.raises(FolderError, match="open to other users"):
        private_folder(volume)


def test_the_space_has_only_documented_keys():
    """https://huggingface.co/docs/hub/spaces-config-reference."""
    front = front_matter()
    assert set(front) == {
        *("title", "emoji", "colorFrom", "colorTo", "sdk", "app_port", "pinned", "license", "short_description")
    }
    assert front["sdk"] == "docker"
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {front["colorFrom"], front["colorTo"]} <= colours
    assert len(front["short_description"]) <= 60


def front_matter() -> dict[str, Any]:
    _, front, _ = (ROOT / "packaging/huggingface/README.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front)


def test_systemd_restarts_the_server_except_for_a_wrong_setting():
    text = unit()
    assert f"RestartPreventExitStatus={EXIT_BAD_SETTING}\n" in text
    assert "ExecStart=/opt/galactic-neon/.venv/bin/python -m server\n" in text
    directory = re.findall(r"^CacheDirectory=(\S+)$", text, flags=re.MULTILINE)
    assert systemd(ROOT)["CACHE_DIR"] == f"/var/cache/{directory[0]}"
    assert "CacheDirectoryMode=0700\n" in text


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


@pytest.mark.slow
def test_the_image_holds_no_key_that_its_containers_would_share(tmp_path: Path):
    caches = cache_folder(tmp_path / "caches")
    environment = os.environ | {"CACHE_DIR": str(caches), "DATA_DIR": str(tmp_path), "UPLOAD_KEY": ""}
    subprocess.run([sys.executable, "-m", "scripts.precompress"], cwd=ROOT, env=environment, check=True)
    assert {path.name for path in caches.iterdir()} >= {"answers", "columns", "draws"}
    assert not list(caches.glob("*key*"))


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


def test_the_document_names_files_that_exist():
    named = re.findall(r"packaging/[\w./-]*\w", (ROOT / "docs/deploy.md").read_text(encoding="utf-8"))
    assert len(named) >= 5
    assert all((ROOT / name).exists() for name in named)
