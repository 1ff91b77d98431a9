"""Compare bins measured in synthesised spectra with the bins given: ``python -m scripts.bin_recovery [GALAXIES]``."""

import sys
from collections.abc import Iterable

import jax
import numpy as np
from jaxtyping import Float

from analysis.explorer.spectra import synthesise
from data.catalogue.catalogue import Catalogue, Galaxy
from data.catalogue.registry import EMBEDDED_FILE
from model.spectra.continuum import continuum_bins

PIXELS = 6144
"""All spectra are padded to this length, so that one shape is compiled; enough up to a redshift of 0.36."""
PERCENTILES = (50, 90, 95, 99)


def main() -> int:
    """Print percentiles of the relative error of a bin."""
    catalogue = Catalogue(EMBEDDED_FILE)
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    rows = np.arange(n) * (catalogue.n // n)
    print(f"{n} mock galaxies, twelve bins each; error = |bin found / bin given - 1|\n")
    print(f"| | {' | '.join(f'{share} %' for share in PERCENTILES)} | largest |")
    print("| --- " * (len(PERCENTILES) + 2) + "|")
    for name, noise in (("without noise", False), ("with noise", True)):
        error = np.abs(errors(map(catalogue.galaxy, rows.tolist()), noise=noise)).ravel()
        shown = (*np.percentile(error, PERCENTILES), error.max())
        print(f"| {name} | {' | '.join(f'{value:.2%}' for value in shown)} |")
    return 0


def errors(galaxies: Iterable[Galaxy], *, noise: bool) -> Float[np.ndarray, "galaxy bin"]:
    """Return the relative error of each bin that is measured in a synthesised spectrum with masked lines."""
    wanted, wavelengths, fluxes = [], [], []
    for galaxy in galaxies:
        spectrum = synthesise(galaxy, noise=noise)
        beyond = np.arange(1, PIXELS - len(spectrum.flux) + 1)  # appended pixels are beyond the last bin
        wavelengths.append(np.concatenate([spectrum.wavelength_rest, spectrum.wavelength_rest[-1] + beyond]))
        fluxes.append(np.pad(spectrum.flux, (0, len(beyond))))
        wanted.append(galaxy.bin_flux)
    found = np.concatenate([_bins(*part) for part in zip(*map(_parts, (wavelengths, fluxes)), strict=True)])
    return found[: len(wanted)] / np.array(wanted) - 1


def _parts(rows: list[np.ndarray], size: int = 100) -> list[np.ndarray]:
    """Return the rows in parts of `size`, the last of which is padded with the first row."""
    padded = rows + [rows[0]] * (-len(rows) % size)
    return [np.array(padded[start : start + size], np.float32) for start in range(0, len(padded), size)]


_bins = jax.jit(jax.vmap(continuum_bins))


if __name__ == "__main__":
    sys.exit(main())
