"""The citation of a catalogue and the method."""

METHOD = (
    "Khederlarian, A. et al. 2024, MNRAS 531, 1454, doi:10.1093/mnras/stae1189 (the method: emission lines of galaxies "
    "predicted from their continua)"
)
SURVEY = (
    "DESI Collaboration 2024, AJ 168, 58, doi:10.3847/1538-3881/ad3217 (Early Data Release, CC BY 4.0; use DESI's "
    "acknowledgment, https://data.desi.lbl.gov/doc/acknowledgments/)"
)


def citation(title: str, version: str, *, is_mock: bool) -> str:
    """Return the citation of a catalogue as text."""
    drawn = "mock galaxies drawn from a density fitted to real ones" if is_mock else "observed galaxies"
    return "\n".join(
        [
            f"Galactic Neon, catalogue “{title}” ({drawn}), content {version}.",
            "",
            f"1. {METHOD}",
            f"2. {SURVEY}",
        ]
    )
