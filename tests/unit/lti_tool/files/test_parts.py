"""Part files: an upload is as far as its file is long, whatever happened before."""

import errno
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.errors import FileStoreError, OffsetError, TooLargeError
from lti_tool.files.parts import PartFiles

UPLOAD = UUID(int=7)
MAXIMUM = 1000


@pytest.fixture(name="parts")
def make_parts(tmp_path: Path) -> PartFiles:
    """Part files in a folder that is not there yet."""
    return PartFiles(tmp_path / "uploads")


def put(parts: PartFiles, data: bytes, offset: int, *, length: int | None = None) -> int:
    """Write `data` at `offset`; `length` is what the sender announced."""
    return parts.write(
        UPLOAD, io.BytesIO(data), offset=offset, length=length or len(data), maximum=MAXIMUM
    )


def test_pieces_follow_each_other(parts: PartFiles) -> None:
    """Each piece goes on where the last one ended, and all of them are there."""
    assert parts.size(UPLOAD) == 0
    assert put(parts, b"one ", 0) == 4
    assert put(parts, b"two", 4) == 7

    assert parts.head(UPLOAD) == b"one two"


@pytest.mark.parametrize("offset", [0, 3, 5, 10**15, -1])
def test_a_wrong_offset_says_the_right_one(parts: PartFiles, offset: int) -> None:
    """A piece that does not go on where the file ends is refused, and nothing changes."""
    put(parts, b"1234", 0)

    with pytest.raises(OffsetError) as caught:
        put(parts, b"x", offset)

    assert caught.value.offset == 4
    assert parts.head(UPLOAD) == b"1234"


def test_a_broken_connection_keeps_what_arrived(parts: PartFiles) -> None:
    """Fewer bytes than announced are kept; the upload goes on behind them."""
    assert put(parts, b"half", 0, length=8) == 4
    assert put(parts, b"rest", 4) == 8


def test_a_sender_that_fails_keeps_what_arrived(parts: PartFiles) -> None:
    """When reading breaks, the error passes and the bytes so far stay."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(3)

    with pytest.raises(ConnectionResetError):
        parts.write(UPLOAD, Broken(b"abcdef"), offset=0, length=6, maximum=MAXIMUM)

    assert parts.size(UPLOAD) == 3


def test_two_requests_at_once_write_the_same_bytes(parts: PartFiles) -> None:
    """A request that hangs in a dead connection does no harm when it wakes up."""
    slow = io.BytesIO(b"abcdef")
    fast_done = False

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal fast_done
            if not fast_done:
                fast_done = True
                put(parts, b"abcdef", 0)
                put(parts, b"ghi", 6)
            return slow.read(2)

    parts.write(UPLOAD, Slow(), offset=0, length=6, maximum=MAXIMUM)

    assert parts.head(UPLOAD) == b"abcdefghi"


def test_no_more_than_announced(parts: PartFiles) -> None:
    """A piece that would make the file too long is refused before it is read."""
    with pytest.raises(TooLargeError):
        parts.write(UPLOAD, io.BytesIO(b"x"), offset=0, length=MAXIMUM + 1, maximum=MAXIMUM)

    assert parts.size(UPLOAD) == 0


def test_bytes_beyond_the_announced_length_are_not_read(parts: PartFiles) -> None:
    """What follows the announced piece is left alone."""
    assert put(parts, b"abcdef", 0, length=3) == 3


def test_a_full_disk_is_our_own_error(parts: PartFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the disk refuses is a `FileStoreError`, and the upload can go on later."""

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", refuse)
        with pytest.raises(FileStoreError):
            put(parts, b"x", 0)

    assert put(parts, b"x", 0) == 1


def test_removing_twice_is_no_error(parts: PartFiles) -> None:
    """What is gone stays gone."""
    put(parts, b"x", 0)
    parts.remove(UPLOAD)
    parts.remove(UPLOAD)

    assert parts.size(UPLOAD) == 0
    assert parts.head(UPLOAD) == b""


def test_idle_uploads(parts: PartFiles, tmp_path: Path) -> None:
    """Only part files that have received nothing since the given instant are listed."""
    since = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert parts.list_idle(since=since) == ()
    for number, minutes in ((1, -1), (2, 1)):
        upload = UUID(int=number)
        parts.write(upload, io.BytesIO(b"x"), offset=0, length=1, maximum=MAXIMUM)
        touched = (since + timedelta(minutes=minutes)).timestamp()
        os.utime(parts.path(upload), (touched, touched))
    stranger = tmp_path / "uploads" / "notes.part"
    stranger.write_text("x")
    os.utime(stranger, (0, 0))

    assert parts.list_idle(since=since) == (UUID(int=1),)


@given(data=st.binary(min_size=1, max_size=200), cuts=st.lists(st.integers(0, 200), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_cuts_give_the_same_file(parts: PartFiles, data: bytes, cuts: list[int]) -> None:
    """However a file is cut into pieces and however often one is repeated, it arrives whole."""
    parts.remove(UPLOAD)
    for end in (*cuts, len(data)):
        offset = parts.size(UPLOAD)
        piece = data[offset:end]
        if piece:
            put(parts, piece, offset)
            with pytest.raises(OffsetError):
                put(parts, piece, offset)

    assert parts.path(UPLOAD).read_bytes() == data
