"""The kind of this machine's processor, which decides what code that was compiled elsewhere may run here."""

import hashlib
import platform
from pathlib import Path


def fingerprint(described: Path = Path("/proc/cpuinfo")) -> str:
    """Return a hash of the processor's features: code compiled for one processor may be illegal on another.

    Parameters
    ----------
    described : Path
        The system's description of the processors; where there is none, only the architecture counts.

    Returns
    -------
    str
        Twelve hexadecimal digits.
    """
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    abilities = sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))})
    return hashlib.sha256("\n".join([platform.machine(), *abilities]).encode()).hexdigest()[:12]
