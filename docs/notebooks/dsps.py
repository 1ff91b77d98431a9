# %% [markdown]
# # With DSPS
#
# [DSPS](https://dsps.readthedocs.io) turns a star formation history into a spectrum; Galactic Neon puts the emission
# lines on it. `galactic_neon.dsps` joins the two in one function, which compiles, differentiates and vectorises.
# Install it with `pip install 'galactic-neon[dsps]'`.

# %%
import jax
import jax.numpy as jnp
import numpy as np
import plotly.graph_objects as go

from galactic_neon import LINES, domain, load_params
from galactic_neon.dsps import Pipeline, Stars, ssp_data

# %% [markdown]
# ## Stellar populations
#
# The library ships 40 populations of Bruzual & Charlot 2003: ten ages, four metallicities, 3345-7060 Å, as DSPS's
# `SSPData` in solar luminosities per Hz and solar mass formed. Pass any other set that DSPS loads to `Pipeline`.

# %%
populations = ssp_data()
figure = go.Figure()
for age in (0, 4, 9):
    light = populations.ssp_flux[2, age] * 2.998e18 / populations.ssp_wave**2
    figure.add_scatter(x=populations.ssp_wave, y=light, name=f"{10 ** populations.ssp_lg_age_gyr[age]:.3g} Gyr")
figure.update_traces(line={"width": 1})
figure.update_xaxes(title="rest wavelength [Å]")
figure.update_yaxes(title="luminosity per mass formed [Lsun/Å/Msun]", type="log")
figure

# %% [markdown]
# ## One galaxy
#
# A synthetic continuum has no noise: take the weights for that.

# %%
pipeline = Pipeline(load_params("noise-free"))
galaxy = jax.jit(pipeline.galaxy)
made = galaxy(Stars(age=8.0, tau=3.0, burst=0.01, av=0.4, redshift=0.1), key=7)
for line, ew, drawn in zip(LINES, made.prediction.ew, made.drawn.ew, strict=True):
    print(f"{line.label:<14} median, if listed {float(ew):6.2f} Å, one draw without noise {float(drawn):6.2f} Å")

# %%
figure = go.Figure()
figure.add_scatter(x=pipeline.grid.wavelength_rest, y=made.spectrum, name="with the drawn lines", line={"width": 1})
figure.add_scatter(x=pipeline.grid.wavelength_rest, y=made.continuum, name="starlight", line={"width": 1})
figure.update_xaxes(title="rest wavelength [Å]")
figure.update_yaxes(title="luminosity [Lsun/Å]")
figure

# %% [markdown]
# ## Lines against star formation
#
# Sixty galaxies in one call. An id for each keeps its random numbers while its parameters change.

# %%
taus = np.geomspace(0.4, 10, 60)
many = jax.vmap(lambda tau, row: pipeline.galaxy(Stars(tau=tau), 7, row))(jnp.asarray(taus), jnp.arange(60))
halpha = [line.name for line in LINES].index("HALPHA")
figure = go.Figure()
figure.add_scatter(x=taus, y=many.prediction.ew[:, halpha], name="median, if listed")
figure.add_scatter(x=taus, y=many.drawn.ew[:, halpha], name="one draw, noise-free", mode="markers")
figure.update_xaxes(title="time in which star formation falls by e [Gyr]", type="log")
figure.update_yaxes(title="equivalent width of Hα [Å]")
figure

# %% [markdown]
# ## Is it a galaxy?
#
# Twelve bins cannot tell whether star formation and lines agree: what looks like the starlight of some DESI galaxy
# counts as inside the domain, whatever its ionising photons.

# %%
verdicts = domain(pipeline.params, many.bin_flux)
{word: int((verdicts.verdict == word).sum()) for word in ("inside", "edge", "outside")}

# %% [markdown]
# ## Derivatives through all of it


# %%
def line(value, name):
    """Equivalent width of Hα [Å] with one parameter changed."""
    return pipeline.galaxy(Stars(**{name: value})).prediction.ew[halpha]


for name, value, unit in (("tau", 3.0, "Gyr"), ("av", 0.5, "mag"), ("log_metallicity", -1.9, "dex")):
    print(f"d EW(Hα) / d {name:<16} {float(jax.grad(line)(value, name)):7.2f} Å per {unit}")

# %% [markdown]
# [In a DSPS pipeline](../pipeline.md) lists what to watch: units, aperture, redshift, precision, memory.
