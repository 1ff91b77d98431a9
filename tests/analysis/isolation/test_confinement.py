"""What a reading process may not do, tried in one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TRY = """
import os, signal, socket, sys
from analysis.isolation.confinement import MIB, confine
import _posixsubprocess, subprocess, threading

def attempt(name, act):
    try:
        act()
        os.write(report, f"{name} worked\\n".encode())
    except (OSError, MemoryError, RuntimeError) as error:
        os.write(report, f"{name} {type(error).__name__}\\n".encode())

report = os.dup(1)
os.environ["SECRET"] = "1"
confine(64 * MIB, 2, 30)
attempt("read", lambda: open("/etc/passwd"))
attempt("write", lambda: open("/tmp/x", "w"))
attempt("list", lambda: os.listdir("/"))
attempt("connect", lambda: socket.create_connection(("127.0.0.1", 9)))
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("pipe", os.pipe)
attempt("run", lambda: subprocess.run(["/bin/true"]))
attempt("thread", lambda: threading.Thread(target=int).start())
attempt("signal", lambda: os.kill(os.getppid(), 0))
attempt("memory", lambda: bytearray(80 * MIB))
attempt("some memory", lambda: bytearray(30 * MIB))
while {burn}:
    pass
"""


def tried(burn: bool) -> tuple[dict[str, str], int]:
    done = subprocess.run(
        [sys.executable, "-c", TRY.replace("{burn}", str(burn))],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, preexec_fn=None,
    )  # fmt: skip
    return dict(line.rsplit(" ", 1) for line in done.stdout.splitlines()), done.returncode


def test_it_has_no_files_no_network_and_little_memory():
    found, _ = tried(burn=False)
    assert found.pop("some memory") == "worked"
    assert found.pop("memory") == "MemoryError"
    assert set(found) == {"read", "write", "list", "connect", "unix", "pipe", "run", "thread", "signal"}
    assert all(word.endswith("Error") for word in found.values()), found


def test_it_has_little_time():
    assert tried(burn=True)[1] < 0, "the kernel ends it by a signal"


@pytest.mark.parametrize("name", ["REDIS_URL", "METRICS_TOKEN", "UPLOAD_KEY"])
def test_the_environment_of_a_reading_process_holds_no_secret(name: str, monkeypatch: pytest.MonkeyPatch):
    from analysis.isolation import Reader

    monkeypatch.setenv(name, "0123456789abcdef-secret")
    reader = Reader()
    try:
        reader.run("upload", [b"a,b\n1,2\n"], "a.csv", names=["a.csv"])
        assert reader._template is not None
        environment = Path(f"/proc/{reader._template.pid}/environ").read_bytes()
        assert b"secret" not in environment
        assert os.getpid() != reader._template.pid
    finally:
        reader.stop()
