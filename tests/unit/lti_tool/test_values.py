"""Ids for many rows at once."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import RFC_4122

import pytest

from lti_tool.values import NewId, RandomBytes, ordered_ids, random_ids
from tests.rows import NOW


def test_ids_sort_by_time_and_are_random_otherwise() -> None:
    """As RFC 9562 lays out version 7."""
    first, later = (
        ordered_ids(at, secrets.token_bytes) for at in (NOW, NOW + timedelta(milliseconds=1))
    )
    ids = [first() for _ in range(1000)]

    assert len(set(ids)) == len(ids)
    assert max(ids) < min(later() for _ in range(1000))
    assert {(one.version, one.variant) for one in ids} == {(7, RFC_4122)}
    assert {one.int >> 80 for one in ids} == {int(NOW.timestamp() * 1000)}


@pytest.mark.parametrize(
    ("ids", "version", "free"),
    [(random_ids, 4, 122), (partial(ordered_ids, NOW), 7, 74)],
    ids=["random", "ordered"],
)
def test_all_bits_are_random_that_may_be(
    ids: Callable[[RandomBytes], NewId], version: int, free: int
) -> None:
    """Ones and zeros alike; of nothing but ones, all that is free is set."""
    ones, zeros = (ids(lambda n, byte=byte: byte * n)() for byte in (b"\xff", b"\0"))  # type: ignore[misc]

    assert (ones.int ^ zeros.int).bit_count() == free
    for one in ones, zeros:
        assert (one.version, one.variant) == (version, RFC_4122)
