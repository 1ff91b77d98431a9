"""Read files in confined processes, one at a time. Their answers are as untrusted as the files."""

import atexit
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from analysis.isolation import transfer, without_jax
from analysis.isolation.channel import receive, send
from analysis.isolation.confinement import MIB
from analysis.isolation.limits import Limits
from data.errors import UploadError
from storage.available_memory import available_memory
from storage.program import IMPORT_ROOT, module

logger = logging.getLogger(__name__)

START_SECONDS: Final = 60
IDLE_SECONDS: Final = 300
"""The template process ends after this time without an upload, which frees its memory."""
MAX_WAITING: Final = 2
"""Files that wait while another is read; more are refused, because each occupies a thread of the server."""
RESERVE: Final = 24 * MIB
"""Free memory of the machine that reading must not use [bytes]."""
LEAST: Final = 48 * MIB
"""With less memory than this available to it, a file is refused [bytes]."""
ENVIRONMENT: Final = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Arrow's own allocators reserve more than they use. One thread per library is enough for one file.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}
"""The whole environment of a reading process, which hides addresses and secrets of the server's."""


class Used(NamedTuple):
    """What reading took: processor time [s], and peak memory [KiB] including the parsers."""

    processor_seconds: float
    peak_kib: int


class Reader:
    """Reads files in confined processes; can be called from several threads."""

    def __init__(self, limits: Limits = Limits(), idle_seconds: float = IDLE_SECONDS) -> None:  # noqa: B008
        self.limits = limits
        self.last_used = Used(0.0, 0)
        self._idle = idle_seconds
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(1 + MAX_WAITING)
        self._template: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def run(self, job: str, contents: Sequence[bytes], name: str, **asked: Any) -> Any:
        """Run a job of `analysis.isolation.jobs` on files, in a confined process.

        Parameters
        ----------
        job : str
            A key of `JOBS`.
        contents : sequence of bytes
            The files.
        name : str
            Name of the files in error messages.
        **asked
            Further arguments of the job, as values of JSON.

        Returns
        -------
        object
            Result of the job, as decoded by `transfer.decode`.

        Raises
        ------
        UploadError
            If the files cannot be read, if reading takes more than allowed, or if too many other files are waiting.
        """
        with self._place(name), self._turn:
            limits = self.limits._replace(memory=self._memory(name))
            began = time.monotonic()
            try:
                channel = self._new_process(limits)
            except OSError as error:
                logger.exception("No process to read files could be started.")
                raise UploadError(f"{name} cannot be read now. Try again in a minute.") from error
            with channel:
                answer = self._ask(channel, limits, json.dumps({"job": job, "files": len(contents)} | asked), contents)
        if answer is None:
            spent = time.monotonic() - began
            raise UploadError(_beyond(name, limits, "time" if spent >= limits.processor_seconds else "memory or time"))
        return self._value_of(answer, name, limits)

    def stop(self) -> None:
        """End the template process; the next file starts another."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._template is not None:
            self._template.kill()
            self._template.wait()
            self._template = None

    def _value_of(self, answer: dict[str, Any], name: str, limits: Limits) -> Any:
        self.last_used = Used(float(answer.get("processor_seconds", 0)), int(answer.get("peak_kib", 0)))
        if "value" in answer:
            return answer["value"]
        if "error" in answer:
            raise UploadError(str(answer["error"]))
        if answer.get("beyond"):
            raise UploadError(_beyond(name, limits, "memory"))
        logger.error("Reading a file failed unexpectedly: %.80r", answer.get("failed"))
        raise UploadError(f"{name} cannot be read. Write it again, or in another format.")

    @contextmanager
    def _place(self, name: str) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise UploadError(f"{name} has to wait because other files are being read. Send it again in a few seconds.")
        try:
            yield
        finally:
            self._places.release()

    def _memory(self, name: str) -> int:
        """Return the memory limit for a process [bytes], which is lower if the machine has less free."""
        free = available_memory()
        allowed = self.limits.memory if free is None else min(self.limits.memory, free - RESERVE)
        if allowed < LEAST:
            raise UploadError(f"{name} cannot be read now: the server is short of memory. Try again in a minute.")
        return allowed

    def _new_process(self, limits: Limits) -> socket.socket:
        """Return the socket to a new confined process."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._hand_over(limits, theirs)
            except OSError:
                # The template ended after `IDLE_SECONDS`, or was killed: start another.
                self.stop()
                self._hand_over(limits, theirs)
        # Longer than the process may take, so that the kernel's limit applies first.
        ours.settimeout(limits.wall_seconds + 5)
        return ours

    def _hand_over(self, limits: Limits, channel: socket.socket) -> None:
        if self._template is not None and self._template.poll() is not None:
            self.stop()
        if self._control is None:
            self._control = self._start()
        socket.send_fds(self._control, [json.dumps(limits._asdict()).encode()], [channel.fileno()])

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._template = subprocess.Popen(  # noqa: S603
                [sys.executable, without_jax.__file__, module("analysis.isolation.template"), str(self._idle)],
                cwd=IMPORT_ROOT,
                env=ENVIRONMENT,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
            )
        atexit.register(self.stop)
        ours.settimeout(START_SECONDS)
        receive(ours, 100)
        return ours

    def _ask(
        self, channel: socket.socket, limits: Limits, asked: str, contents: Sequence[bytes]
    ) -> dict[str, Any] | None:
        """Return the process's answer; None if the process ended without one."""
        try:
            send(channel, asked.encode())
            for content in contents:
                send(channel, content)
            answer = transfer.decode(receive(channel, limits.memory))
        except (OSError, transfer.TransferError):
            return None
        return answer if isinstance(answer, dict) else None


def _beyond(name: str, limits: Limits, what: str) -> str:
    return (
        f"Reading {name} takes more {what} than this server allows for one upload ({limits.memory // MIB} MB, "
        f"{limits.processor_seconds} s). Split it, or use the command line."
    )
