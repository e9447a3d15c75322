"""How long to wait between tries: the rules, for every number of tries and every draw."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti import connections
from lti_tool.services.delivering import CALL, FIRST_WAIT, LEASE, LONGEST_WAIT, wait_before

TRIES = st.integers(min_value=1, max_value=10_000)
FRACTIONS = st.floats(min_value=0, max_value=1)


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 15), (2, 30), (3, 60), (8, 1920), (9, 3600), (10_000, 3600)]
)
def test_the_longest_wait_doubles_up_to_an_hour(tries: int, seconds: int) -> None:
    """A platform that is down for long is not asked each minute."""
    assert wait_before(tries, fraction=1) == timedelta(seconds=seconds)


@given(TRIES, FRACTIONS)
def test_a_wait_is_never_short_and_never_long(tries: int, fraction: float) -> None:
    """From half of the first wait to an hour."""
    assert FIRST_WAIT / 2 <= wait_before(tries, fraction=fraction) <= LONGEST_WAIT


@given(TRIES, FRACTIONS)
def test_waits_grow(tries: int, fraction: float) -> None:
    """The same draw after one try more waits no less."""
    assert wait_before(tries, fraction=fraction) <= wait_before(tries + 1, fraction=fraction)


def test_a_lease_outlives_every_call() -> None:
    """Its holder may be slow, and is not succeeded while it waits for an answer."""
    exchange = timedelta(seconds=connections.CONNECT_SECONDS + connections.ANSWER_SECONDS)

    assert 4 * exchange <= CALL < LEASE
