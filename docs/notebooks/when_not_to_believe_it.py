# %% [markdown]
# # When not to believe it
#
# A network answers every question, also a meaningless one. This page breaks the predictions on purpose, and shows
# what notices it and what does not.

# %%
import numpy as np
import plotly.graph_objects as go

from galactic_neon import BIN_CENTERS, LINES, complete_bins, domain, intrinsic_ew, load_params, predict, sample_many

params = load_params()
names = [line.name for line in LINES]
halpha = names.index("HALPHA")
blue = np.array([2.14, 2.36, 2.72, 2.55, 2.51, 2.35, 2.26, 2.20, 2.11, 1.98, 1.94, 1.82])
red = np.array([0.98, 1.36, 2.41, 3.10, 3.62, 3.58, 3.88, 4.04, 4.08, 3.92, 3.97, 3.92])


def report(what, bins, **condition):
    verdict, ew = domain(params, bins, **condition), predict(params, complete_bins(params, bins)).ew[halpha]
    print(f"{what:<38} Hα {float(ew):6.1f} Å   {verdict.verdict:<8} {' '.join(verdict.reasons)}")


# %% [markdown]
# ## What the domain notices
#
# Colours that the training galaxies do not have, a redshift or a luminosity beyond theirs, missing bins. The network
# gives a number in every case; the verdict says what it is worth.

# %%
report("a blue galaxy", blue)
report("its bins in reversed order", blue[::-1])
report("reddened by a factor of 5", blue * np.geomspace(0.2, 1.0, 12))
report("at redshift 0.8", blue, redshift=0.8)
report("a dwarf, log luminosity 4", blue, log_luminosity=4.0)
report("without the first bin", np.where(np.arange(12) == 0, np.nan, blue))

# %% [markdown]
# ## What the domain does not notice
#
# Twelve bins cannot show everything. A smooth black body has no stars of a galaxy in it, and passes:

# %%
for temperature in (5000, 7000, 20_000):
    wavelength = BIN_CENTERS * 1e-10  # [m]
    planck = wavelength**-5 / np.expm1(0.0143878 / (wavelength * temperature))
    report(f"a black body of {temperature:,} K", planck / planck.mean())

# %% [markdown]
# Nor do the bins show an **active nucleus** whose light is not in the continuum. Two galaxies with the same starlight,
# one with a narrow-line nucleus, get the same prediction. Galaxies with such nuclei are among the training galaxies, so
# their lines are part of the scatter; but for one galaxy that you know to be active, the prediction is that of its
# starlight.
#
# ## Noise
#
# The bins of the training galaxies have DESI's noise. More noise moves the colours, and the prediction with them; it
# does not get wider by itself. State the noise: `bin_flux_ivar` widens the interval.

# %%
rng = np.random.default_rng(1)
error = 0.05 * blue
noisy = blue + error * rng.normal(size=(500, 12))
silent = predict(params, noisy)
stated = predict(params, noisy, bin_flux_ivar=np.broadcast_to(1 / error**2, noisy.shape))
truth = predict(params, blue).ew[halpha]
scores = np.asarray(domain(params, noisy).score)
print(f"Hα without added noise              {float(truth):.1f} Å")
for what, found in (("noise not stated", silent), ("noise stated", stated)):
    width = np.median(found.p84[:, halpha] - found.p16[:, halpha]) / 2
    print(f"{what:<20} scatter of medians {found.ew[:, halpha].std():5.1f} Å   half width {width:5.1f} Å")
print(f"5 % of noise in every bin: {np.mean(scores >= 0.01):.0%} of the galaxies still count as inside")

# %% [markdown]
# ## Synthetic continua have no noise
#
# The default network expects the noise of DESI's bins, which blurs the relation between colours and lines. The model
# `noise-free` undoes that. Use it for the continua of simulations, and only for those.

# %%
clean = load_params("noise-free")
print("line           default  noise-free [Å]")
for line, one, other in zip(LINES, predict(params, blue).ew, predict(clean, blue).ew, strict=True):
    print(f"{line.label:<14}{float(one):8.2f} {float(other):11.2f}")

# %% [markdown]
# A synthetic continuum is also as good as its stellar library. Templates differ from stars and from each other; a score
# of the domain far from uniform over a whole mock means that the library, the dust or the star formation histories are
# not those of the galaxies. Ask for the distribution of scores, not only for single ones.
#
# ## Quiescent galaxies
#
# `predict` gives the line **if it is listed**. In a red galaxy many lines are not: the median of the listed ones is
# then above the median of all.

# %%
found, all_galaxies = predict(params, red), intrinsic_ew(params, red)
figure = go.Figure()
labels = [line.label for line in LINES]
figure.add_scatter(x=labels, y=found.ew, mode="markers", name="median if listed (predict)")
figure.add_scatter(x=labels, y=all_galaxies.p50, mode="markers", name="median of all (intrinsic_ew)")
figure.update_xaxes(title="line")
figure.update_yaxes(title="equivalent width of a red galaxy [Å]", rangemode="tozero")
figure

# %%
print(
    "listed:", {line.label: f"{float(chance):.0%}" for line, chance in zip(LINES, all_galaxies.p_detected, strict=True)}
)

# %% [markdown]
# For statistics of a population, draw: `sample` gives both kinds of galaxies.
#
# ## One galaxy is not the mean
#
# The correlation over all galaxies looks high because kinds of galaxies differ. Among galaxies of one colour, the
# scatter is what the starlight does not determine, and no network removes it. The spread of Hα at one starlight:

# %%
drawn = sample_many(3, params, np.tile(blue, (2000, 1)), ids=np.arange(2000))
low, high = np.percentile(drawn.ew[:, halpha], [16, 84])
print(f"68 % of the galaxies with this starlight have Hα between {low:.0f} and {high:.0f} Å.")

# %% [markdown]
# ## A list to go through
#
# - Are the wavelengths in **vacuum** and in the **rest frame**, the fluxes per **wavelength**, the lines **masked**?
# - Is 0.0588 < z < 0.30, the log luminosity between 5.5 and 7.0? If not, leave these inputs out.
# - Is the light that of a fibre's 1.5 arcsec? The total light of a galaxy is a mixture of bulge and disc that the
#   training sample has only far away.
# - Is the noise of the bins stated, or the model `noise-free`?
# - Does the galaxy have an active nucleus? Starlight does not know.
# - What does `domain` say, for one galaxy and for all together?
#
# The [model card](../model-card.md) has the measurements behind this page.
