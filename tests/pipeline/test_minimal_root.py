"""The README's two commands on a minimal Debian: an ordinary user, no sudo, no browser, no Node, another locale."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT, free_port

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(os.getuid() != 0, reason="Only root can make a root folder of another system."),
    pytest.mark.skipif(
        shutil.which("debootstrap") is None, reason="Needs debootstrap: sudo apt-get install debootstrap"
    ),
]
USER, HOME = 1234, "/srv/stranger"
PASSED_ON = re.compile(r"PIP_|SSL_CERT_FILE$|HTTPS?_PROXY$|NO_PROXY$", re.IGNORECASE)
START = """
make run >log 2>&1 & server=$!
until python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$PORT/readyz')" 2>/dev/null; do
    kill -0 $server || { cat log; exit 1; }
    sleep 1
done
# Uploads are read in a confined process, which is not the same for an ordinary user as for root.
python3 -c "
import urllib.request as r
body = ','.join(f'flux_{n:02d}' for n in range(12)) + '\\n' + ','.join(['1'] * 12)
request = r.Request('http://127.0.0.1:$PORT/api/v1/predict', body.encode(), {'Content-Type': 'text/csv'})
assert b'HALPHA_EW' in r.urlopen(request).read()
" || { cat log; exit 1; }
kill $server; wait $server || true
"""


class Root:
    """A Debian in a folder, with a copy of the tracked files in its user's home."""

    def __init__(self, folder: Path, release: str) -> None:
        self.folder, self.home = folder, folder / HOME.lstrip("/")
        wanted = "--include=ca-certificates,make,python3"
        subprocess.run(["debootstrap", "--variant=minbase", wanted, release, str(folder)], check=True)
        for file in ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"):
            shutil.copyfile(file, folder / file.lstrip("/"))
        # A path that quotes badly, and a home that only its user may enter.
        self.checkout = self.home / "neon's checkout"
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
        for name in filter(None, listed.split("\0")):
            (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.checkout / name)
        subprocess.run(["chown", "-R", f"{USER}:{USER}", str(self.home)], check=True)
        self.home.chmod(0o700)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script in the checkout as the ordinary user; nothing of this machine's environment comes along."""
        inside = shlex.join(["sh", "-c", f"cd {shlex.quote(f'{HOME}/{self.checkout.name}')} && {script}"])
        chroot = f"exec /usr/sbin/chroot --userspec={USER}:{USER} {shlex.quote(str(self.folder))} {inside}"
        mounts = [f"mount -t proc proc {self.folder}/proc", f"mount -t tmpfs tmpfs {self.folder}/dev/shm"]  # noqa: S108
        environment = {name: value for name, value in os.environ.items() if PASSED_ON.match(name)}
        environment |= {"PATH": "/usr/bin:/bin", "HOME": HOME, "PORT": str(free_port()), "LC_ALL": "C"}
        environment |= {"SPARCL_URL": "off"}
        ready = f"mkdir -p {self.folder}/dev/shm"  # noqa: S108
        command = ["unshare", "--mount", "sh", "-c", " && ".join([ready, *mounts, chroot])]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_both_commands_of_the_readme_work_for_a_stranger(release: str, tmp_path: Path):
    root = Root(tmp_path / "root", release)
    started = root.run(START)
    assert started.returncode == 0, started.stdout + started.stderr
    # A part of the tests is enough to see how all of them are run.
    tested = root.run("PYTEST_ADDOPTS='-k test_features' make test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    sys.stdout.write(tested.stdout[-2000:])
    assert re.search(r"^Python: \d+ passed, 0 failed", tested.stdout, re.MULTILINE)
    assert "real browser: skipped because it needs chromium: sudo apt-get install chromium" in tested.stdout
    assert "browser modules: skipped because it needs node: sudo apt-get install nodejs" in tested.stdout
    again = root.run(START)
    assert again.returncode == 0, again.stdout + again.stderr
