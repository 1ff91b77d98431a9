"""Recover the stars of mock galaxies from lines and colours: ``python -m benchmarks.inference [GALAXIES] [FIGURE]``.

Galaxies are drawn from a prior, made by `galactic_neon.dsps.Pipeline`, and observed: lines as DESI's catalogue lists
them, or not, and the colours of the continuum with errors of 2 %. BlackJAX's No-U-Turn sampler then samples star
formation, metallicity and dust, with `log_prob` as the likelihood of the lines and their errors; lines that are not
listed count as such. Printed are the shares of true values within the 68 and 95 % intervals, and the ranks of the
truth, which are uniform if the likelihood is that of the draws. FIGURE is an SVG of truths and recovered values.
"""

import sys
import time
from pathlib import Path
from typing import Any, Final

import blackjax
import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr

from model import Params, Sample, load_params, log_prob, sample
from model.dsps import Pipeline, Stars

GALAXIES: Final = 50
WARM_UP: Final = 300
DRAWS: Final = 400
DOUBLINGS: Final = 5
COLOR_ERROR: Final = 0.02 / np.log(10)
"""Error of a colour of neighbouring bins [dex]."""
PRIOR: Final = {
    "log10 tau [Gyr]": (-0.3, 1.0),
    "log10 burst share": (-3.0, -1.0),
    "log10 Z": (-2.3, -1.4),
    "A_V [mag]": (0.0, 1.5),
}
"""Uniform between these limits; the sampler works with normal variables of which these are the quantiles."""
LOW, HIGH = (jnp.array(side) for side in zip(*PRIOR.values(), strict=True))


def stars_of(normal: jax.Array) -> tuple[Stars, jax.Array]:
    """Return the galaxy of four normal variables, and its four values in the units of the prior."""
    value = LOW + (HIGH - LOW) * ndtr(normal)
    log_tau, log_burst, log_metals, av = value
    return Stars(tau=10**log_tau, burst=10**log_burst, burst_age=0.05, log_metallicity=log_metals, av=av), value


def observe(pipeline: Pipeline, params: Params, normal: jax.Array, ids: jax.Array) -> tuple[jax.Array, Sample]:
    """Return noisy colours and listed lines of a galaxy."""
    bins = pipeline.grid.bins(pipeline.continuum(stars_of(normal)[0]), lines=False)
    noise = COLOR_ERROR * jax.random.normal(jax.random.fold_in(jax.random.key(9), ids), (11,))
    return jnp.diff(jnp.log10(bins)) + noise, sample(5, params, bins, ids=ids)


def main() -> int:
    """Print the recovery."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else GALAXIES
    params = load_params("noise-free")
    pipeline = Pipeline(params)
    truth = jax.random.normal(jax.random.key(3), (n, len(PRIOR)))
    seen_color, seen = jax.jit(jax.vmap(lambda x, i: observe(pipeline, params, x, i)))(truth, jnp.arange(n))
    lines = seen.observed

    def log_density(normal: jax.Array, color: jax.Array, ew: jax.Array, ivar: jax.Array) -> jax.Array:
        bins = pipeline.grid.bins(pipeline.continuum(stars_of(normal)[0]), lines=False)
        away = (jnp.diff(jnp.log10(bins)) - color) / COLOR_ERROR
        return log_prob(ew, params, bins, ew_ivar=ivar, errors_count=True) - (away**2).sum() / 2 - (normal**2).sum() / 2

    def run(key: jax.Array, *data: jax.Array) -> jax.Array:
        def density(normal: jax.Array) -> jax.Array:
            return log_density(normal, *data)

        warm, go = jax.random.split(key)
        adaptation = blackjax.window_adaptation(blackjax.nuts, density, max_num_doublings=DOUBLINGS)
        (state, tuned), _ = adaptation.run(warm, jnp.zeros(len(PRIOR)), WARM_UP)
        kernel = blackjax.nuts(density, **(tuned | {"max_num_doublings": DOUBLINGS}))

        def step(state: Any, key: jax.Array) -> tuple[Any, jax.Array]:
            state, _ = kernel.step(key, state)
            return state, state.position

        return jax.lax.scan(step, state, jax.random.split(go, DRAWS))[1]

    # Errors are stated for listed lines alone: that of a line that is not listed is not published.
    ivar = jnp.where(lines.ew > 0, lines.ew_ivar, jnp.nan)
    started = time.perf_counter()
    found = jax.jit(jax.vmap(run))(jax.random.split(jax.random.key(4), n), seen_color, lines.ew, ivar)
    found = np.asarray(jax.vmap(jax.vmap(lambda x: stars_of(x)[1]))(found))
    true = np.asarray(jax.vmap(lambda x: stars_of(x)[1])(truth))
    print(f"{n} galaxies, {WARM_UP} + {DRAWS} steps each: {time.perf_counter() - started:.0f} s")
    print(f"listed lines per galaxy: {np.asarray(lines.ew > 0).sum(axis=1).mean():.1f} of 10")
    rank = (found < true[:, None]).mean(axis=1)
    for share in (0.68, 0.95):
        inside = np.abs(rank - 0.5) < share / 2
        each = ", ".join(f"{name} {part:.0%}" for name, part in zip(PRIOR, inside.mean(axis=0), strict=True))
        error = np.sqrt(share * (1 - share) / inside.size)
        print(f"in the {share:.0%} interval: {inside.mean():.1%} ± {error:.1%} ({each})")
    width = np.std(found, axis=1) / (np.asarray(HIGH - LOW) / np.sqrt(12))
    print(
        "width over that of the prior:",
        ", ".join(f"{n} {w:.2f}" for n, w in zip(PRIOR, width.mean(axis=0), strict=True)),
    )
    print("ranks of the truth, in fifths:", np.histogram(rank, 5, (0, 1))[0].tolist())
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(figure(true, np.percentile(found, (16, 50, 84), axis=1)), encoding="utf-8")
    return 0


def figure(true: np.ndarray, found: np.ndarray) -> str:
    """Return an SVG: for each quantity the recovered median and 68 % interval over the truth."""
    size, gap = 220, 56
    parts = []
    for column, (name, (low, high)) in enumerate(PRIOR.items()):

        def at(value: float, low: float = low, high: float = high) -> float:
            return size * (value - low) / (high - low)

        x0 = gap + column * (size + gap)
        marks = [f'<path d="M0 {size}L{size} 0" stroke="#999" stroke-dasharray="4 4"/>']
        for x, (below, middle, above) in zip(true[:, column], found[:, :, column].T, strict=True):
            place = at(x)
            marks.append(
                f'<path d="M{place:.1f} {size - at(below):.1f}V{size - at(above):.1f}" stroke="#1f6feb" opacity=".45"/>'
                f'<circle cx="{place:.1f}" cy="{size - at(middle):.1f}" r="2.5" fill="#1f6feb"/>'
            )
        ends = (
            f'<text x="0" y="{size + 16}">{low:g}</text>'
            f'<text x="{size}" y="{size + 16}" text-anchor="end">{high:g}</text>'
            f'<text x="{size / 2}" y="{size + 34}" text-anchor="middle">true {name}</text>'
            f'<text transform="translate(-10 {size / 2}) rotate(-90)" text-anchor="middle">recovered</text>'
        )
        frame = f'<rect width="{size}" height="{size}" fill="none" stroke="#999"/>'
        parts.append(f'<g transform="translate({x0} 20)">{frame}{"".join(marks)}{ends}</g>')
    width, height = gap + len(PRIOR) * (size + gap), size + 70
    style = 'font-family="sans-serif" font-size="12" fill="#333"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" {style}>'
    return f'{head}<rect width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'


if __name__ == "__main__":
    raise SystemExit(main())
