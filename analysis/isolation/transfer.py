"""Encode tables for other processes and the browser as JSON and plain arrays, never as a pickle.

Received bytes are as untrusted as the file behind them: `decode` returns values of the kinds that `encode` takes, or
raises `TransferError`.
"""

import json
import math
import re
import struct
from typing import Any, Final

import numpy as np

_ARRAY: Final = "array"
_TEXTS: Final = "texts"
_TUPLE: Final = "tuple"
_DICT: Final = "dict"
_HEAD: Final = struct.Struct("<Q")
_NUMBERS: Final = re.compile(r"[<>|][biuf][1248]")
MAX_AXES: Final = 4


class TransferError(ValueError):
    """The bytes were not written by `encode`."""


def encode(value: Any) -> list[bytes | memoryview]:
    """Encode a value as pieces of bytes; arrays are not copied.

    Parameters
    ----------
    value : dict, list, tuple, array, str, int, float, bool or None
        May be nested. Arrays hold numbers, or text (dtype object).

    Returns
    -------
    list of bytes
        To be sent one after the other.

    Raises
    ------
    TypeError
        If a value is of another type.
    """
    arrays: list[memoryview] = []
    header = json.dumps(_plain(value, arrays)).encode()
    return [_HEAD.pack(len(header)), header, *arrays]


def decode(content: bytes | bytearray | memoryview) -> Any:
    """Return the value that `encode` wrote; its arrays share the memory of `content`.

    Raises
    ------
    TransferError
        If the bytes are damaged.
    """
    view = memoryview(content)
    try:
        (length,) = _HEAD.unpack(view[: _HEAD.size])
        end = _HEAD.size + length
        if end > len(view):
            raise TransferError("The header is truncated.")
        value = json.loads(bytes(view[_HEAD.size : end]))
        return _restored(value, _Arrays(view[end:]))
    except TransferError:
        raise
    except (ValueError, TypeError, KeyError, struct.error, RecursionError, OverflowError) as error:
        raise TransferError(f"The bytes are not an encoded table: {type(error).__name__}.") from error


def _plain(value: Any, arrays: list[memoryview]) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list):
        return [_plain(each, arrays) for each in value]
    if isinstance(value, tuple):
        return {_TUPLE: [_plain(each, arrays) for each in value]}
    if isinstance(value, dict):
        return {_DICT: [[str(key), _plain(each, arrays)] for key, each in value.items()]}
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "biuf":
            array = np.ascontiguousarray(value)
            arrays.append(array.reshape(-1).view(np.uint8).data)
            return {_ARRAY: array.dtype.str, "shape": list(value.shape)}
        return {_TEXTS: ["" if each is None else str(each) for each in value.reshape(-1)], "shape": list(value.shape)}
    raise TypeError(f"A value of type {type(value).__name__} cannot be encoded.")


class _Arrays:
    """The bytes of the arrays, read one array after the other."""

    def __init__(self, view: memoryview) -> None:
        self._rest = view

    def next_array(self, kind: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
        """Return the next array."""
        size = kind.itemsize * math.prod(shape)
        if size > len(self._rest):
            raise TransferError("An array is truncated.")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return np.frombuffer(taken, kind).reshape(shape)


def _restored(value: Any, arrays: _Arrays) -> Any:
    if isinstance(value, list):
        return [_restored(each, arrays) for each in value]
    if not isinstance(value, dict):
        return value
    if _TUPLE in value:
        return tuple(_restored(each, arrays) for each in value[_TUPLE])
    if _DICT in value:
        return {str(key): _restored(each, arrays) for key, each in value[_DICT]}
    shape = _shape(value["shape"])
    if _TEXTS in value:
        texts = value[_TEXTS]
        if not all(isinstance(text, str) for text in texts):
            raise TransferError("An array of text holds a value of another type.")
        array = np.empty(len(texts), object)
        array[:] = texts
        return array.reshape(shape)
    if not _NUMBERS.fullmatch(value[_ARRAY]):
        raise TransferError("An array is of an unknown type.")
    return arrays.next_array(np.dtype(value[_ARRAY]), shape)


def _shape(given: Any) -> tuple[int, ...]:
    if not isinstance(given, list) or len(given) > MAX_AXES:
        raise TransferError(f"An array's shape is not a list of at most {MAX_AXES} lengths.")
    if not all(type(axis) is int and 0 <= axis < 2**40 for axis in given):
        raise TransferError("An array's shape holds a value that is not a length.")
    return tuple(given)
