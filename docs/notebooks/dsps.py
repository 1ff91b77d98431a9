# %% [markdown]
# # With DSPS
#
# [DSPS](https://dsps.readthedocs.io) turns a star formation history into a spectrum; Galactic Neon puts the emission
# lines on it. Both are JAX: the whole is one function, which compiles, differentiates and vectorises.
# Install it with `pip install dsps`.

# %%
import jax
import jax.numpy as jnp
import numpy as np
import plotly.graph_objects as go
from dsps.sed import calc_rest_sed_sfh_table_lognormal_mdf

from galactic_neon import LINES, Grid, domain, load_params, predict_ew, sample
from galactic_neon.spectra.templates import load_templates

jax.config.update("jax_enable_x64", False)  # importing dsps.sed switched it on

# %% [markdown]
# ## Stellar populations
#
# The package contains 40 populations of Bruzual & Charlot 2003: ten ages, four metallicities, 3345-7058 Å. They are
# normalised to their mean flux, which is right for fits of spectra but not for sums over ages: a young population emits
# far more light per mass. DSPS needs L_nu per solar mass. Until you use a library of your own, the fading of a
# population with age is put in by hand: luminosity per mass falls as age^-0.8 in the optical (the true exponent is
# between 0.7 and 1, and depends on the wavelength).

# %%
stored = load_templates()
metallicities, ages = np.unique(stored.metallicity), np.unique(stored.age)  # mass fractions; [Gyr]
shape = (len(metallicities), len(ages), len(stored.wavelength_rest))
per_wavelength = stored.flux.reshape(shape) * (ages[:, None] / 1.0) ** -0.8  # any unit per solar mass
grid = Grid(stored.wavelength_rest)

figure = go.Figure()
for age in (0, 4, 9):
    figure.add_scatter(x=grid.wavelength_rest, y=per_wavelength[2, age], name=f"{ages[age]:.3g} Gyr", line={"width": 1})
figure.update_xaxes(title="rest wavelength [Å]")
figure.update_yaxes(title="flux per mass [arbitrary unit]", type="log")
figure

# %% [markdown]
# ## Starlight of a history
#
# DSPS weights populations by mass, whatever the unit of their spectra, so that fluxes per wavelength can be passed as
# they are. With a library in L_nu [Lsun/Hz], multiply the result by c/λ² before binning.

# %%
age_now = 13.0  # age of the universe at the galaxy's redshift [Gyr]
times = jnp.linspace(0.1, 13.5, 100)


def starlight(log_tau, log_recent, log_metallicity):
    """Star formation that declines over tau [Gyr] and changes by a factor in the last Gyr."""
    rate = times * jnp.exp(-times / 10**log_tau) * 10 ** (log_recent * jax.nn.sigmoid((times - 12.0) / 0.2))
    return calc_rest_sed_sfh_table_lognormal_mdf(
        times,
        rate,
        log_metallicity,
        0.2,
        jnp.log10(jnp.asarray(metallicities)),
        jnp.log10(jnp.asarray(ages)),
        jnp.asarray(per_wavelength, jnp.float32),
        age_now,
    ).rest_sed


params = load_params("noise-free")  # synthetic continua have no noise


@jax.jit
def lines_of(log_tau, log_recent, log_metallicity):
    """Equivalent widths [Å]."""
    return predict_ew(params, grid.bins(starlight(log_tau, log_recent, log_metallicity), lines=False))


for line, ew in zip(LINES, lines_of(0.5, 0.3, -2.0), strict=True):
    print(f"{line.label:<14} {float(ew):6.2f} Å")

# %% [markdown]
# ## Is it a galaxy?
#
# The fading was put in by hand, and there is no dust. Ask what the networks think of the result.

# %%
recent = jnp.linspace(-2.0, 0.8, 60)
spectra = jax.vmap(starlight, in_axes=(None, 0, None))(0.5, recent, -2.0)
bins = grid.bins(spectra, lines=False)
verdicts = domain(params, bins)
{word: int((verdicts.verdict == word).sum()) for word in ("inside", "edge", "outside")}

# %% [markdown]
# ## Lines against recent star formation
#
# One call for all sixty galaxies: medians, and one draw of each with its scatter.

# %%
ew = predict_ew(params, bins)
drawn = sample(7, params, bins, ids=np.arange(60)).ew
halpha = [line.name for line in LINES].index("HALPHA")
figure = go.Figure()
figure.add_scatter(x=recent, y=ew[:, halpha], name="median, if listed")
figure.add_scatter(x=recent, y=drawn[:, halpha], name="one draw, noise-free", mode="markers")
figure.update_xaxes(title="change of the star formation rate in the last Gyr [dex]")
figure.update_yaxes(title="equivalent width of Hα [Å]")
figure

# %% [markdown]
# ## The spectrum, and derivatives through all of it

# %%
whole = grid.add_lines(spectra[45], drawn[45])
figure = go.Figure(go.Scatter(x=grid.wavelength_rest, y=whole, line={"width": 1}))
figure.update_xaxes(title="rest wavelength [Å]")
figure.update_yaxes(title="flux [arbitrary unit]")
figure

# %%
slopes = jax.jacfwd(lines_of, argnums=(0, 1, 2))(0.5, 0.3, -2.0)
for name, slope in zip(("log tau", "log recent", "log metallicity"), slopes, strict=True):
    print(f"d EW(Hα) / d {name:<16} {float(slope[halpha]):7.2f} Å per dex")

# %% [markdown]
# [In a DSPS pipeline](../pipeline.md) lists what to watch: units, aperture, redshift, precision, memory.
