# %% [markdown]
# # Five minutes
#
# From the starlight of a galaxy to its emission lines. Starlight is described by the mean flux in twelve bins of 300 Å
# between 3400 and 7000 Å, rest frame, with the emission lines masked. Any unit will do: only ratios count.

# %%
import jax
import numpy as np
import plotly.graph_objects as go

from galactic_neon import BIN_CENTERS, LINES, Grid, domain, load_params, predict, predict_ew

# Median bins of a tenth of the packaged mock galaxies each [1e-17 erg/s/cm²/Å].
galaxies = {
    "blue": np.array([2.14, 2.36, 2.72, 2.55, 2.51, 2.35, 2.26, 2.20, 2.11, 1.98, 1.94, 1.82]),
    "green": np.array([1.44, 1.72, 2.57, 2.96, 3.27, 3.19, 3.36, 3.47, 3.48, 3.33, 3.39, 3.30]),
    "red": np.array([0.98, 1.36, 2.41, 3.10, 3.62, 3.58, 3.88, 4.04, 4.08, 3.92, 3.97, 3.92]),
}
colours = {"blue": "#3b7dd8", "green": "#3a9d5d", "red": "#c8453b"}

figure = go.Figure()
for name, bins in galaxies.items():
    figure.add_scatter(x=BIN_CENTERS, y=bins, name=name, mode="lines+markers", line_color=colours[name])
figure.update_xaxes(title="rest wavelength [Å]")
figure.update_yaxes(title="mean flux [1e-17 erg/s/cm²/Å]", rangemode="tozero")
figure

# %% [markdown]
# ## Predict
#
# `predict` gives the median equivalent width that DESI's catalogue would list if the line is detected, and the 16th and
# 84th percentile. The interval holds the scatter of galaxies with this starlight *and* the noise of DESI's measurement.

# %%
params = load_params()
found = {name: predict(params, bins) for name, bins in galaxies.items()}

figure = go.Figure()
for name, (ew, p16, p84) in found.items():
    error = {"array": p84 - ew, "arrayminus": ew - p16}
    figure.add_scatter(
        x=[line.label for line in LINES], y=ew, error_y=error, name=name, mode="markers", marker_color=colours[name]
    )
figure.update_xaxes(title="line")
figure.update_yaxes(title="equivalent width in the rest frame [Å]", type="log")
figure

# %% [markdown]
# ## Is the galaxy of a known kind?
#
# `domain` compares the galaxy with those that the networks were trained on. Ask before you use a number.

# %%
for name, bins in galaxies.items():
    verdict = domain(params, bins)
    print(f"{name:<6} {verdict.verdict:<8} {float(verdict.score):.2f} of the training galaxies have rarer colours")
domain(params, galaxies["blue"][::-1] ** 3).reasons

# %% [markdown]
# ## From a spectrum
#
# `Grid` takes the wavelengths of your spectra, masks the lines and averages the continuum. Here the spectrum is a
# smooth one, painted with the lines that were predicted.

# %%
grid = Grid(np.arange(3300.0, 7200.0, 1.0))
starlight = np.interp(grid.wavelength_rest, BIN_CENTERS, galaxies["blue"])
spectrum = grid.add_lines(starlight, found["blue"].ew)
bins = grid.bins(spectrum)

figure = go.Figure()
figure.add_scatter(x=grid.wavelength_rest, y=spectrum, name="spectrum", line={"color": "#888", "width": 1})
figure.add_scatter(x=BIN_CENTERS, y=bins, name="bins", mode="markers", marker_color=colours["blue"])
figure.update_xaxes(title="rest wavelength [Å]")
figure.update_yaxes(title="flux [1e-17 erg/s/cm²/Å]")
figure

# %% [markdown]
# ## Many galaxies, and derivatives
#
# Every function takes leading axes and runs under `jit`, `grad` and `vmap`. The derivative of an equivalent width with
# respect to the logarithm of the fluxes says which starlight drives the line.

# %%
many = np.stack(list(galaxies.values()))
print(predict_ew(params, many).shape)

halpha = [line.name for line in LINES].index("HALPHA")


def log_ew(log_flux):
    return jax.numpy.log(predict_ew(params, jax.numpy.exp(log_flux))[halpha])


figure = go.Figure()
for name, bins in galaxies.items():
    figure.add_bar(x=BIN_CENTERS, y=jax.grad(log_ew)(np.log(bins)), name=name, marker_color=colours[name])
figure.update_xaxes(title="rest wavelength of the bin [Å]")
figure.update_yaxes(title="d ln EW(Hα) / d ln flux")
figure

# %% [markdown]
# Next: [draws with scatter and selection](scatter_and_selection.py), [many rows](many_rows.py), and
# [when not to believe it](when_not_to_believe_it.py). The [library reference](../reference.md) lists every function.
