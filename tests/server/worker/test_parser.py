"""Bodies in chunks, in any pieces: the same bytes, or the same refusal."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.buffers import OverflowableBuffer

from server.worker.limits import CHUNK_LINE
from server.worker.parser import Chunks

LIMIT = 10_000


def received(body: bytes, cuts: list[int]) -> tuple[Chunks, int]:
    """Give a body in pieces; returns the receiver and the bytes that it took."""
    chunks, taken = Chunks(OverflowableBuffer(2 * LIMIT), LIMIT), 0
    places = sorted({cut % (len(body) + 1) for cut in cuts} | {0, len(body)})
    for start, end in pairwise(places):
        if chunks.completed or chunks.error:
            break
        taken += chunks.received(body[start:end])
    return chunks, taken


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=50), max_size=8),
    extension=st.sampled_from([b"", b";a", b";a=b", b';a="b"']),
    trailer=st.sampled_from([b"", b"X: y\r\n", b"X: y\r\nZ: 1\r\n"]),
    cuts=st.lists(st.integers(0, 10**6), max_size=30),
)
def test_any_pieces_give_the_same_body(pieces, extension, trailer, cuts):
    body = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
    body += b"0\r\n" + trailer + b"\r\n"
    chunks, taken = received(body, cuts)
    assert chunks.completed
    assert not chunks.error
    assert taken == len(body)
    assert chunks.getbuf().get(LIMIT) == b"".join(pieces)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\r\n0\r\n\r\n", 400),
        (b"1\r\na\r\n\r\n0\r\n\r\n", 400),
        (b"1\r\nab\r\n0\r\n\r\n", 400),
        (b"g\r\n", 400),
        (b"f" * 17 + b"\r\n", 400),
        (b"1" * (CHUNK_LINE + 1), 400),
        (b"0\r\n" + b"a: b\r\n" * 5000, 400),
        (b"%x\r\n" % (LIMIT + 1), 413),
        (b"1\r\na\r\n" + b"%x\r\n" % LIMIT, 413),
    ],
)
@given(cuts=st.lists(st.integers(0, 10**6), max_size=30))
def test_a_mistake_is_refused_where_it_is(body, code, cuts):
    chunks, _ = received(body, cuts)
    assert chunks.error is not None
    assert chunks.error.code == code


def test_bytes_behind_a_body_are_the_next_requests():
    chunks, taken = received(b"1\r\na\r\n0\r\n\r\nGET /", [])
    assert chunks.completed
    assert taken == 11
