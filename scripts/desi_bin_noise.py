"""Measure the noise that DESI's spectra leave in the twelve bins: ``python -m scripts.desi_bin_noise TABLE``.

The noise of a line's EW tells that of the continuum around it: an error sigma(EW) of a line of width s comes from a
noise per Å whose mean over a bin of width B has the error sigma(EW) F / sqrt(2 sqrt(pi) s B). Printed are its median
over the training galaxies for each line, and that of the bins: of the lines in them, interpolated between.
"""

import sys
from typing import Final

import numpy as np

from model.bins import BIN_CENTERS, BIN_EDGES
from model.lines import LINES
from research.sample import read_sample

SPEED_OF_LIGHT: Final = 299_792.458  # km/s
LINE_WIDTH: Final = 120.0  # km/s, sigma


def main() -> int:
    """Print the noise [1e-17 erg/s/cm²/Å] of each line's bin, and of the twelve bins."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    sample = read_sample(sys.argv[1])
    training = ~sample.held_out
    flux, error = sample.bin_flux[training], 1 / np.sqrt(sample.ew_ivar[training])
    at, noise = [], []
    for i, line in enumerate(LINES):
        if line.tied_to or line.name == "HALPHA":
            continue  # a tied line's error is that of the shared amplitude, and Hα is bright enough to add noise
        middle = float(np.mean(line.wavelengths))
        place = int(np.searchsorted(BIN_EDGES, middle)) - 1
        width = np.sqrt(len(line.wavelengths)) * middle * LINE_WIDTH / SPEED_OF_LIGHT
        area = 2 * np.sqrt(np.pi) * width * (BIN_EDGES[place + 1] - BIN_EDGES[place])
        at.append(middle)
        noise.append(float(np.nanmedian(error[:, i] * flux[:, place] / np.sqrt(area))))
        print(f"{line.name:12} bin {place:2}  {noise[-1]:.3f}")
    order = np.argsort(at)
    bins = np.exp(np.interp(BIN_CENTERS, np.array(at)[order], np.log(noise)[order]))
    # Below the bluest line the noise keeps rising as between the two bluest.
    slope = np.log(bins[1] / bins[2])
    bins[0] = bins[1] * np.exp(slope)
    print("bins:", ", ".join(f"{value:.3f}" for value in bins))
    print(f"median continuum: {np.median(flux.mean(axis=1)):.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
