"""Memory and time that reading the files of one upload may take."""

from typing import NamedTuple

from analysis.isolation.confinement import MIB


class Limits(NamedTuple):
    """Limits on reading the files of one upload.

    Attributes
    ----------
    memory : int
        Bytes beyond the imported parsers; less if the machine has less free.
    processor_seconds, wall_seconds : int
        Times after which a reading process is ended.
    """

    memory: int = 320 * MIB
    processor_seconds: int = 6
    wall_seconds: int = 20
