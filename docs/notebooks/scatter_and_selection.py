# %% [markdown]
# # Scatter and selection
#
# Galaxies with the same starlight do not have the same lines. A mock that gives every galaxy its median line is too
# smooth, and one that lists every line is too complete. `sample` draws both: lines without noise, and the same lines as
# DESI's catalogue would list them.

# %%
import numpy as np
import plotly.graph_objects as go

from galactic_neon import LINES, intrinsic_ew, listing_response, load_params, log_prob, sample, sample_many

params = load_params()
names = [line.name for line in LINES]
green = np.array([1.44, 1.72, 2.57, 2.96, 3.27, 3.19, 3.36, 3.47, 3.48, 3.33, 3.39, 3.30])
redshift, luminosity = 0.19, 6.54

# %% [markdown]
# ## Two thousand galaxies with one starlight
#
# The ids give each row its own random numbers. Without ids, rows with equal fluxes would get equal draws.

# %%
n = 2000
bins = np.tile(green, (n, 1))
condition = {"log_luminosity": np.full(n, luminosity), "redshift": np.full(n, redshift)}
drawn = sample_many(7, params, bins, **condition, ids=np.arange(n))

line = names.index("HBETA")
listed = drawn.observed.detected[:, line]
figure = go.Figure()
figure.add_histogram(x=drawn.ew[:, line], name="noise-free", opacity=0.6, xbins={"size": 0.1})
figure.add_histogram(x=drawn.observed.ew[listed, line], name="as listed", opacity=0.6, xbins={"size": 0.1})
figure.update_layout(barmode="overlay")
figure.update_xaxes(title="equivalent width of Hβ [Å]", range=[0, 5])
figure.update_yaxes(title="galaxies per 0.1 Å")
figure

# %% [markdown]
# ## Percentiles without drawing
#
# `intrinsic_ew` gives the percentiles of the noise-free lines and the probability that each line is listed, faster than
# draws do. It is a network of its own that was fitted to such draws: over a population the two agree, but for one
# starlight its medians can differ by tens of per cent, as they do here. Where that matters, draw.

# %%
expected = intrinsic_ew(params, green, luminosity, redshift)
print("line           p16    p50    p84 [Å]   drawn p50   listed: expected, drawn")
for index, each in enumerate(LINES):
    low, middle, high, chance = (float(column[index]) for column in expected)
    median, share = np.median(drawn.ew[:, index]), drawn.observed.detected[:, index].mean()
    print(f"{each.label:<13}{low:6.2f} {middle:6.2f} {high:6.2f} {median:14.2f} {chance:16.2f} {share:10.2f}")

# %% [markdown]
# ## The lines go together
#
# Lines are drawn jointly: a galaxy with strong Hα has strong Hβ, too. Independent draws would scatter line ratios far
# too much.

# %%
alpha, beta = drawn.ew[:, names.index("HALPHA")], drawn.ew[:, names.index("HBETA")]
figure = go.Figure(go.Scatter(x=alpha, y=beta, mode="markers", marker={"size": 3, "opacity": 0.5}))
figure.update_xaxes(title="noise-free EW of Hα [Å]")
figure.update_yaxes(title="noise-free EW of Hβ [Å]")
figure

# %% [markdown]
# ## Where lines vanish
#
# A pipeline does not measure the noise-free line. It finds something where there is nothing, and passes over faint
# lines. `listing_response` says how: the mean of what is measured against what is there.

# %%
response = listing_response(params, green)
ew, sigma = np.linspace(0.0, 2.0, 100), 0.3
bias = sigma * response.bias[line] / (1 + (ew / sigma) ** 2)
figure = go.Figure()
figure.add_scatter(x=ew, y=ew + response.offset[line] + bias, name="measured, on average")
figure.add_scatter(x=ew, y=ew, name="equal", line={"dash": "dot", "color": "#888"})
figure.update_xaxes(title="noise-free EW of Hβ [Å]")
figure.update_yaxes(title=f"measured EW of Hβ [Å], error {sigma} Å")
figure

# %% [markdown]
# ## The same realisation, everywhere
#
# A draw depends on the key and the id (or the fluxes) of its row. Order, chunks, 64-bit mode and the release of JAX do
# not change it, so a galaxy keeps its draw while a simulation changes its starlight: give it an id.

# %%
alone = sample(7, params, green, luminosity, redshift, ids=41)
print(np.allclose(alone.ew, drawn.ew[41], rtol=1e-4, atol=1e-4))

# %% [markdown]
# ## How likely is what was seen?
#
# `log_prob` is the density from which the listed lines are drawn, with undetected lines and upper limits. It is exact
# and differentiable: a likelihood.

# %%
seen = drawn.observed
density = np.asarray(log_prob(seen.ew, params, bins, **condition, ew_ivar=seen.ew_ivar))
twice = np.asarray(log_prob(np.where(seen.detected, 2 * seen.ew, seen.ew), params, bins, **condition))
figure = go.Figure()
figure.add_histogram(x=density, name="lines of these galaxies", opacity=0.6)
figure.add_histogram(x=twice, name="lines twice as strong", opacity=0.6)
figure.update_layout(barmode="overlay")
figure.update_xaxes(title="log density [1/Å per listed line]")
figure.update_yaxes(title="galaxies")
figure
