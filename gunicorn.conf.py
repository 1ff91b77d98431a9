"""Settings of gunicorn; ``gunicorn app:server`` reads this file from the working directory."""

import errno
import gc
import logging
import os
import shutil
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from server.process import import_blocker, logs
from server.process.folders import TEMPORARY, with_caches
from server.process.settings import check_catalogues, load, misspelt, stop
from server.worker.limits import THREADS
from storage.program import SERVE, module

settings = with_caches(load())
check_catalogues(settings)
# All workers use it, even if it is a temporary one.
os.environ["CACHE_DIR"] = str(settings.cache_dir)
# The workers sum their metrics in this folder. It is new at each start, and stays at a reload (HUP).
if settings.web_concurrency > 1 and not Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or "none").is_dir():
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="galactic-neon-metrics-")
_host = f"[{settings.host}]" if ":" in settings.host else settings.host

bind = f"{_host}:{settings.port}"
worker_class = module("server.worker.worker") + ".BufferingWorker"
workers = settings.web_concurrency
threads = THREADS
# JAX starts threads, which do not survive a fork, so every worker loads the app itself.
preload_app = False
timeout = 60
graceful_timeout = 20
# A worker is replaced after so many requests, so that a memory leak in a library cannot grow forever.
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
logconfig_dict = logs.configuration(settings.log_format, settings.log_level)
accesslog = None  # server.http.request_metrics logs requests, without visitors' data
# Heartbeat files are kept in memory, so that a slow disk does not look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108


def on_starting(_arbiter: Any) -> None:
    """Stop with one sentence if the address cannot be bound, before gunicorn retries for five seconds."""
    sys.stderr.writelines(f"{sentence}\n" for sentence in misspelt(os.environ))
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except PermissionError:
            stop(f"Port {settings.port} is for the system's own services. Choose one above 1023: PORT=8050 {SERVE}")
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                stop(f"Port {settings.port} is taken. Choose another: PORT={settings.port + 1} {SERVE}")
            reason = error.strerror or error
            stop(f"HOST={settings.host} is no address of this machine ({reason}). Use 127.0.0.1, or 0.0.0.0 for all.")


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """Block imports of pandas in the worker, and switch garbage collection off while modules are imported."""
    import_blocker.block("pandas")
    gc.disable()


def post_worker_init(worker: Any) -> None:
    """Switch garbage collection on, and print the app's address now that the catalogues are open.

    Imported objects are left out: they would take 0.25 s in each collection.
    """
    gc.freeze()
    gc.enable()
    if worker.age == 1:
        shown = "127.0.0.1" if settings.host == "0.0.0.0" else _host  # noqa: S104
        print(f"Galactic Neon: http://{shown}:{settings.port}", flush=True)  # noqa: T201


def worker_exit(_arbiter: Any, _worker: Any) -> None:
    """End the process at once if it still compiles, which Python would wait for at its own end."""
    from server.process.health import THREADS

    if any(thread.name.startswith(THREADS) for thread in threading.enumerate()):
        logging.shutdown()
        os._exit(0)


def child_exit(_arbiter: Any, worker: Any) -> None:
    """Remove the gauges of a worker that ended; its counters are kept."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(_arbiter: Any) -> None:
    """Delete the folder of the workers' metrics, and temporary caches."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
    if settings.cache_dir.name.startswith(TEMPORARY):
        shutil.rmtree(settings.cache_dir, ignore_errors=True)
