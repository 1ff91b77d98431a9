"""Routes for monitoring: whether the process lives, whether it is ready, and its version."""

import fcntl
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue

from data.catalogue import registry
from model.storage.release import __version__
from model.storage.weights import available_models, load_sidecar
from server.process.metrics import READY
from storage import memory
from storage.revision import git_revision

logger = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)
THREADS = "prepare"
"""How the names of the threads that prepare begin."""


PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds to wait before a step that failed during a shortage is tried again."""


def _shortages() -> tuple[type[Exception], ...]:
    """Return the exceptions that end by themselves: without free descriptors even an import fails."""
    from jax.errors import JaxRuntimeError

    return OSError, MemoryError, ImportError, JaxRuntimeError


def prepare(
    server: Flask,
    turns: Path,
    steps: Mapping[str, Callable[[], object]],
    later: Mapping[str, Callable[[], object]] | None = None,
) -> None:
    """Run the steps in the background, in order; ``/readyz`` answers 503 until all have succeeded.

    The port opens at once, and pages are shown while the network compiles. A step that fails because the machine is
    short of memory, files or disk is tried again after each of `PAUSES`; any other failure is final.

    Parameters
    ----------
    server : Flask
        The server that tells the state of the steps.
    turns : Path
        A file that the workers of one host lock in turn: compiling takes over 100 MiB for a moment, so one worker
        compiles at a time, and the next worker finds the result in the cache.
    steps, later : mapping
        Functions by name. Those in `later` run after the steps and do not delay readiness; a request that needs one
        before it has run takes longer.
    """
    executor = ThreadPoolExecutor(1, thread_name_prefix=THREADS)

    def in_turn(name: str, step: Callable[[], object]) -> None:
        for pause in (*PAUSES, None):
            try:
                with turns.open("w") as turn:
                    fcntl.flock(turn, fcntl.LOCK_EX)
                    step()
                    memory.give_back()
                return
            except _shortages() as error:
                if pause is None:
                    raise
                logger.warning("Preparing %s failed (%s); it is tried again in %g s", name, type(error).__name__, pause)
            # The other workers have their turn meanwhile.
            time.sleep(pause)

    futures = {name: executor.submit(in_turn, name, step) for name, step in steps.items()}
    READY.set(0)
    executor.submit(lambda: READY.set(not any(future.exception() for future in futures.values())))
    afterwards = {name: executor.submit(in_turn, name, step) for name, step in (later or {}).items()}
    for name, future in (futures | afterwards).items():
        future.add_done_callback(lambda done, name=name: _log(name, done))
    server.extensions["preparation"] = futures
    server.extensions["afterwards"] = afterwards
    executor.shutdown(wait=False)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Return 200 while the process lives."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Return 200 when all steps have succeeded, else 503, with the state of each step."""
    futures: dict[str, Future[None]] = current_app.extensions.get("preparation", {})
    steps = {"catalogues": "done" if registry.served() else "waiting"}
    steps |= {name: _state(future) for name, future in futures.items()}
    ready = bool(futures) and set(steps.values()) == {"done"}
    return {"ready": ready, "steps": steps}, 200 if ready else 503


@blueprint.get("/version")
def version() -> ResponseReturnValue:
    """Return the release, the git revision, and the hashes of all networks and catalogues."""
    return {
        "version": __version__,
        "revision": current_app.extensions.get("revision") or _revision(),
        "models": {name: load_sidecar(name).get("sha256") for name in available_models()},
        "catalogues": {name: catalogue.version for name, catalogue in registry.served().items()},
    }


_revision = cache(git_revision)


def _state(future: Future[None]) -> str:
    if not future.done():
        return "waiting"
    return "failed" if future.exception() else "done"


def _log(name: str, future: Future[None]) -> None:
    if error := future.exception():
        logger.error("Preparing failed: %s", name, exc_info=error)
    else:
        logger.info("Ready: %s", name)
