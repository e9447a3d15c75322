"""Instants go in and out with a zone, or not at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.instants import format_instant, parse_instant


@given(instant=st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_round_trips_to_the_second(instant: datetime) -> None:
    """What is written is read back, without fractions of a second."""
    assert parse_instant(format_instant(instant)) == instant.replace(microsecond=0)


def test_an_instant_is_written_in_utc() -> None:
    """Other zones are converted."""
    instant = datetime(2026, 11, 21, 2, tzinfo=timezone(timedelta(hours=5)))

    assert format_instant(instant) == "2026-11-20T21:00:00Z"


def test_a_naive_instant_is_refused() -> None:
    """A time without zone names no instant."""
    with pytest.raises(ValueError, match="zone"):
        format_instant(datetime(2026, 11, 21))  # noqa: DTZ001 - that it is naive is the point


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-11-21T12:00:00Z", 0),
        ("2026-11-21T12:00:00+00:00", 0),
        ("2026-11-21T13:30:00+01:30", 0),
        ("2026-11-21T12:00:00.5Z", 500_000),
        ("2026-11-21T12:00:00.123456789Z", 123_456),
    ],
)
def test_foreign_spellings_are_read(text: str, microsecond: int) -> None:
    """Offsets and fractions occur in credentials of others."""
    expected = datetime(2026, 11, 21, 12, tzinfo=UTC, microsecond=microsecond)

    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        ["2026-11-21T12:00:00Z"],
        "",
        "2026-11-21",
        "2026-11-21T12:00:00",
        "2026-11-21 12:00:00Z",
        "2026-11-21T12:00Z",
        "2026-W47-6T12:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T12:00:60Z",
        "2026-02-30T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "99999-01-01T00:00:00Z",
        "2026-11-21T12:00:00+99:99",
        "2026-11-21T12:00:00Z\n",
        "٢٠٢٦-11-21T12:00:00Z",
    ],
)
def test_what_is_no_instant_is_refused(text: object) -> None:
    """Anything else is a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)
