import jax
import jax.numpy as jnp
import numpy as np

from model.chain import init_chain
from model.latent import FREE, TIED, Scales
from model.observation import CONTEXT, LISTED, TRACE, draw_observed
from model.truncated import RAW


def test_how_faint_a_trace_is_does_not_depend_on_how_likely_it_was():
    """Half of the lines are listed as traces; the cube root of their level is uniform."""
    features = np.random.default_rng(0).normal(size=(4000, 3)).astype(np.float32)
    heads = ((FREE, CONTEXT, LISTED), (FREE, CONTEXT + 2, RAW), (len(TIED), CONTEXT, 1 + 2 * RAW))
    chain = init_chain(jax.random.key(0), features, 4, 1, 4, heads)
    listed = jnp.zeros((FREE, LISTED)).at[:, 0].set(50.0)
    first = chain.heads[0]._replace(output=jnp.zeros((FREE, 4, LISTED)), output_bias=listed)
    one, zero = np.ones(FREE), np.zeros(FREE)
    scales = Scales(one, zero, one, 50 * one, zero[:2] + 0.5, *(np.full(10, x) for x in (0, 1, -3, 3)), zero[:2])
    seen = draw_observed(
        jax.random.key(1),
        chain._replace(heads=(first, *chain.heads[1:])),
        scales,
        jnp.asarray(features),
        jnp.ones((4000, FREE)),
        jnp.ones((4000, 2)),
    )
    level = np.asarray(seen.ew * jnp.sqrt(seen.ew_ivar))[:, 6]
    trace = level < TRACE
    assert abs(trace.mean() - 0.5) < 0.04
    ranks = np.cbrt(level[trace] / TRACE)
    assert np.abs(np.quantile(ranks, (0.25, 0.5, 0.75)) - (0.25, 0.5, 0.75)).max() < 0.05
