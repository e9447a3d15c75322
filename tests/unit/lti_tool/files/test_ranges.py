"""Byte ranges: what players ask for, and what nobody can have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import RangeNotSatisfiableError
from lti_tool.files.ranges import ByteRange, find_range

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 1000),
        ("bytes=200-299", 200, 300),
        ("bytes=990-5000", 990, 1000),
        ("bytes=-10", 990, 1000),
        ("bytes=-5000", 0, 1000),
        ("Bytes= 5-6 ", 5, 7),
    ],
)
def test_a_single_range(header: str, start: int, end: int) -> None:
    """First and last byte are both included; a suffix counts from the end."""
    assert find_range(header, SIZE) == ByteRange(start=start, end=end, size=SIZE)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=0-1,4-5",
        "bytes=+1-2",
        "bytes=٣-٤",
        "bytes=0-0\n",
        "items=0-1",
        "bytes=" + "9" * 400 + "-",
    ],
)
def test_what_is_no_single_range_is_ignored(header: str | None) -> None:
    """A malformed header, or one with several ranges, asks for the whole file."""
    assert find_range(header, SIZE) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999-"])
def test_bytes_that_are_not_there(header: str) -> None:
    """A range beyond the end cannot be satisfied; the error knows the size."""
    with pytest.raises(RangeNotSatisfiableError) as caught:
        find_range(header, SIZE)

    assert caught.value.size == SIZE


@given(size=st.integers(1, 10**12), first=st.integers(0, 10**12), last=st.integers(0, 10**12))
def test_a_range_stays_within_the_file(size: int, first: int, last: int) -> None:
    """Whatever is asked, what is given lies in the file, and `Content-Range` says which part."""
    try:
        found = find_range(f"bytes={first}-{last}", size)
    except RangeNotSatisfiableError:
        assert first >= size
        return
    if found is None:
        assert last < first
        return

    assert 0 <= found.start < found.end <= size
    assert found.length == min(last, size - 1) - first + 1
    assert found.content_range == f"bytes {first}-{min(last, size - 1)}/{size}"


@given(st.text(max_size=40))
def test_hostile_headers_never_break(header: str) -> None:
    """Any text at all is a range, is ignored, or cannot be satisfied."""
    try:
        found = find_range(header, SIZE)
    except RangeNotSatisfiableError:
        return

    assert found is None or found.size == SIZE
