"""How gunicorn serves the app: ``gunicorn app:server`` reads this file by itself."""

import errno
import gc
import os
import shutil
import socket
import sys
import tempfile
from typing import Any

from server.process import import_blocker, logs
from server.process.folders import TEMPORARY, with_caches
from server.process.settings import load, misspelt, stop
from server.worker.limits import THREADS

settings = with_caches(load())
# Workers share it, also where it is a temporary one.
os.environ["CACHE_DIR"] = str(settings.cache_dir)
if settings.web_concurrency > 1:
    # Where the workers add their numbers up for /metrics; what an earlier run left there would be counted again.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="galactic-neon-metrics-")
_host = f"[{settings.host}]" if ":" in settings.host else settings.host

bind = f"{_host}:{settings.port}"
worker_class = "server.worker.worker.BufferingWorker"
workers = settings.web_concurrency
threads = THREADS
# JAX starts threads of its own and does not survive a fork: every worker loads the app by itself.
preload_app = False
timeout = 60
graceful_timeout = 20
# A worker is replaced now and then, so that no leak in a library can grow for ever.
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
logconfig_dict = logs.configuration(settings.log_format, settings.log_level)
accesslog = None  # server.http.request_metrics tells of every request, without what visitors sent
# Heartbeats go to memory: a slow disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108


def on_starting(_arbiter: Any) -> None:
    """Say in one sentence why the address cannot be listened on, instead of trying again for five seconds."""
    sys.stderr.writelines(f"{sentence}\n" for sentence in misspelt(os.environ))
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except PermissionError:
            stop(f"Port {settings.port} is for the system's own services. Choose one above 1023: PORT=8050 make run")
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                stop(f"Port {settings.port} is taken. Choose another: PORT={settings.port + 1} make run")
            reason = error.strerror or error
            stop(f"HOST={settings.host} is no address of this machine ({reason}). Use 127.0.0.1, or 0.0.0.0 for all.")


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """Keep pandas out of the worker, also where it is installed, and look for no garbage while modules are imported."""
    import_blocker.block("pandas")
    gc.disable()


def post_worker_init(worker: Any) -> None:
    """Collect garbage from now on, and say where the app is, once it has loaded its catalogues.

    The collector passes over what was imported, which takes it a quarter of a second each time.
    """
    gc.freeze()
    gc.enable()
    if worker.age == 1:
        shown = "127.0.0.1" if settings.host == "0.0.0.0" else _host  # noqa: S104
        print(f"Galactic Neon: http://{shown}:{settings.port}", flush=True)  # noqa: T201


def child_exit(_arbiter: Any, worker: Any) -> None:
    """Forget what a worker that ended was doing; what it has counted stays."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(_arbiter: Any) -> None:
    """Delete the workers' numbers, and caches that are temporary."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
    if settings.cache_dir.name.startswith(TEMPORARY):
        shutil.rmtree(settings.cache_dir, ignore_errors=True)
