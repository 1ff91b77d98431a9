# %% [markdown]
# # Star formation and dust from photometry and lines
#
# A galaxy is made, observed in two bands and as DESI lists its lines, and its history and dust are sampled with and
# without the lines. `log_prob` is the likelihood of the lines; a line that is not listed counts as that, not as a gap.
# `python -m benchmarks.inference` does the same for fifty galaxies and counts how often the truth is inside.

# %%
import blackjax
import jax
import jax.numpy as jnp
import numpy as np
import plotly.graph_objects as go
from jax.scipy.special import ndtr

from galactic_neon import LINES, load_params, log_prob
from galactic_neon.dsps import Pipeline, Stars

wave = np.arange(3900.0, 7000.0, 10.0)
boxes = [np.where((wave > low) & (wave < high), 1.0, 0.0) for low, high in ((4000, 5500), (5500, 6900))]
pipeline = Pipeline(load_params("noise-free"), bands=(wave, boxes))
names, low, high = ("log10 tau [Gyr]", "A_V [mag]"), jnp.array([-0.3, 0.0]), jnp.array([1.0, 1.5])


def stars_of(normal):
    """The galaxy of two normal variables, whose quantiles are uniform between the limits."""
    log_tau, av = low + (high - low) * ndtr(normal)
    return Stars(tau=10**log_tau, av=av)


truth = jnp.array([0.4, -0.3])
observed = jax.jit(lambda x: pipeline.galaxy(stars_of(x), 3))(truth)
color = observed.magnitudes[0] - observed.magnitudes[1]
lines = observed.drawn.observed
for line, ew, ivar in zip(LINES, lines.ew, lines.ew_ivar, strict=True):
    print(
        f"{line.label:<14} {float(ew):7.2f} ± {float(ivar) ** -0.5:.2f} Å" if ew > 0 else f"{line.label:<14} not listed"
    )

# %% [markdown]
# ## Sampling
#
# The colour has an error of .03 mag. The errors of DESI's own catalogue depend on the starlight too, and count as data.


# %%
def log_density(normal, with_lines):
    """Posterior density of the two normal variables."""
    made = pipeline.galaxy(stars_of(normal))
    away = (made.magnitudes[0] - made.magnitudes[1] - color) / 0.03
    ivar = jnp.where(lines.ew > 0, lines.ew_ivar, jnp.nan)
    of_lines = log_prob(lines.ew, pipeline.params, made.bin_flux, ew_ivar=ivar, errors_count=True)
    return with_lines * of_lines - away**2 / 2 - (normal**2).sum() / 2


def run(key, with_lines):
    """Four hundred draws of the No-U-Turn sampler."""
    warm, go_on = jax.random.split(key)
    adaptation = blackjax.window_adaptation(blackjax.nuts, lambda x: log_density(x, with_lines), max_num_doublings=4)
    (state, tuned), _ = adaptation.run(warm, jnp.zeros(2), 200)
    kernel = blackjax.nuts(lambda x: log_density(x, with_lines), **(tuned | {"max_num_doublings": 4}))
    step = lambda state, key: (lambda state: (state, state.position))(kernel.step(key, state)[0])  # noqa: E731
    return jax.lax.scan(step, state, jax.random.split(go_on, 400))[1]


found = jax.jit(jax.vmap(run))(jax.random.split(jax.random.key(1), 2), jnp.array([0.0, 1.0]))
values = np.asarray(low + (high - low) * ndtr(found))
true = np.asarray(low + (high - low) * ndtr(truth))

# %%
figure = go.Figure()
for chain, name in zip(values, ("colour alone", "colour and lines"), strict=True):
    figure.add_scatter(x=chain[:, 0], y=chain[:, 1], name=name, mode="markers", marker={"size": 4, "opacity": 0.6})
figure.add_scatter(x=true[:1], y=true[1:], name="truth", mode="markers", marker={"size": 12, "symbol": "cross"})
figure.update_xaxes(title=names[0])
figure.update_yaxes(title=names[1])
figure

# %%
for place, name in enumerate(names):
    parts = [f"{chain[:, place].mean():.2f} ± {chain[:, place].std():.2f}" for chain in values]
    print(f"{name}: true {true[place]:.2f}; colour alone {parts[0]}; colour and lines {parts[1]}")
