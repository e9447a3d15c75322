"""Uploads: resumable, looked at by their bytes, and gone without a trace when given up."""

import os
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.errors import (
    ClosedError,
    FileStoreError,
    InvalidInputError,
    NotFoundError,
    OffsetError,
    SessionEndedError,
    TooLargeError,
    UnsupportedFileError,
)
from lti_tool.files.sniffing import DOWNLOAD_ONLY
from lti_tool.files.store import FileStore
from lti_tool.services import uploads
from lti_tool.services.file_access import LASTS, get_ticketed_file
from lti_tool.services.uploads import Upload, delete_due_files, sweep_uploads
from lti_tool.store.database import Database
from lti_tool.store.rows import ArtefactRow, FileDeletionRow
from tests.conftest import FakeClock
from tests.desks import MEBIBYTE, SECRET, Desk, a_desk, another_desk

PDF = b"%PDF-1.7\nwords"


@pytest.fixture
def desk(database: Database, clock: FakeClock, tmp_path: Path) -> Desk:
    """A learner with an empty draft."""
    made = a_desk(database, clock, tmp_path)
    made.start()
    return made


def stored_bytes(desk: Desk, upload: Upload) -> bytes:
    """What the store holds of an upload."""
    return b"".join(desk.files.read(upload.storage_key, start=0, end=upload.size))


def test_a_file_arrives_in_pieces(desk: Desk) -> None:
    """Announced, sent in pieces, finished: then it is part of the draft, hashed and typed."""
    upload = desk.announce("my plan.pdf", len(PDF))
    assert desk.page().artefacts == ()
    assert desk.send(upload, PDF[:5]) == 5
    unfinished = desk.page().unfinished[0]
    assert (unfinished.name, unfinished.offset, unfinished.size) == ("my plan.pdf", 5, len(PDF))
    assert desk.send(upload, PDF[5:], 5) == len(PDF)

    assert desk.finish(upload)

    shown = desk.page().artefacts[0]
    assert (shown.kind, shown.title, shown.size_bytes) == ("pdf", "my plan.pdf", len(PDF))
    assert desk.rows(ArtefactRow)[0].sha256 == sha256(PDF).hexdigest()
    assert stored_bytes(desk, upload) == PDF


def test_keys_hold_no_names(desk: Desk) -> None:
    """Organisation, attempt and a random id: nothing that a person wrote."""
    upload = desk.announce("../../x", 3)

    organisation = desk.course.organisation.id
    assert upload.storage_key == f"{organisation}/{desk.attempt().id}/{upload.id}"
    desk.send(upload, b"abc")
    assert desk.finish(upload)
    assert desk.page().artefacts[0].title == "../../x"
    assert [path.name for path in desk.folder.rglob("*") if path.name == "x"] == []


def test_the_same_file_goes_on_where_it_stopped(desk: Desk) -> None:
    """Name, size and time of change tell the same file; any other is a new upload."""
    upload = desk.announce("a.mp4", 10, modified=5)
    desk.send(upload, b"12345")

    assert desk.announce("a.mp4", 10, modified=5).id == upload.id
    for other in (("b.mp4", 10, 5), ("a.mp4", 11, 5), ("a.mp4", 10, 6)):
        assert desk.announce(other[0], other[1], modified=other[2]).id != upload.id


def test_a_finished_file_is_not_taken_up_again(desk: Desk) -> None:
    """Handing in the same file twice makes two artefacts."""
    first, second = desk.add_file(PDF), desk.add_file(PDF)

    assert first != second
    assert len(desk.page().artefacts) == 2


def test_a_file_has_to_be_whole(desk: Desk) -> None:
    """Finishing too early says where the file goes on."""
    upload = desk.announce(size=len(PDF))
    desk.send(upload, PDF[:4])

    with pytest.raises(OffsetError) as caught:
        desk.finish(upload)
    assert caught.value.offset == 4
    assert desk.page().artefacts == ()


def test_finishing_twice_gives_one_file(desk: Desk) -> None:
    """When the answer was lost, the second call stores the same bytes in the same place."""
    upload = desk.announce(size=len(PDF))
    desk.send(upload, PDF)

    assert desk.finish(upload)
    assert desk.finish(upload)
    assert len(desk.page().artefacts) == 1


def test_nothing_is_added_to_a_finished_file(desk: Desk) -> None:
    """What is in cannot be changed."""
    upload_id = desk.add_file(PDF)
    with desk.database.reading() as session:
        upload = uploads.get_upload(session, desk.launch, upload_id)

    with pytest.raises(ClosedError):
        desk.send(upload, b"more", len(PDF))


@pytest.mark.parametrize(
    ("size", "error", "code"),
    [
        (0, InvalidInputError, "empty_file"),
        (-1, InvalidInputError, "malformed"),
        (MEBIBYTE + 1, TooLargeError, "too_large"),
        (10**15, TooLargeError, "too_large"),
    ],
)
def test_sizes_have_limits(
    desk: Desk, size: int, error: type[InvalidInputError], code: str
) -> None:
    """Empty and too large files are refused before a byte is sent."""
    with pytest.raises(error) as caught:
        desk.announce(size=size)

    assert (caught.value.code, caught.value.field) == (code, "file")
    assert desk.rows(ArtefactRow) == []


def test_no_more_bytes_than_announced(desk: Desk) -> None:
    """A small announcement does not open the door to a large file."""
    upload = desk.announce(size=4)

    with pytest.raises(TooLargeError):
        desk.send(upload, b"12345")
    with pytest.raises(TooLargeError):
        desk.send(desk.announce(size=MEBIBYTE), b"x" * (uploads.PIECE_BYTES + 1))


def test_the_type_is_that_of_the_bytes(desk: Desk) -> None:
    """A name that lies changes nothing: pictures are pictures, the rest is a download."""
    desk.add_file(b"\x89PNG\r\n\x1a\n....", "report.pdf")
    desk.add_file(b"PK\x03\x04 office", "photo.png")

    assert {one.title: one.kind for one in desk.page().artefacts} == {
        "report.pdf": "image",
        "photo.png": "file",
    }
    assert {row.media_type for row in desk.rows(ArtefactRow)} == {"image/png", DOWNLOAD_ONLY}


@pytest.mark.parametrize("name", ["essay.pdf", "page.html", "x.svg", "setup.exe"])
@pytest.mark.parametrize("head", [b"<html><script>alert(1)</script>", b"<svg onload=x>", b"MZ\x90"])
def test_programs_and_pages_are_refused_with_their_first_bytes(
    desk: Desk, head: bytes, name: str
) -> None:
    """However they are called; what is long is refused before the rest of it is sent."""
    short = desk.announce(name, len(head))
    with pytest.raises(UnsupportedFileError):
        desk.send(short, head)
    with pytest.raises(UnsupportedFileError):
        desk.finish(short)
    long = desk.announce(name, 100_000)
    with pytest.raises(UnsupportedFileError):
        desk.send(long, head + b"." * 5000)
    assert desk.page().artefacts == ()


def test_only_the_learners_own_uploads(desk: Desk) -> None:
    """Another learner's upload is not found, whoever knows its id."""
    upload = desk.announce(size=len(PDF))
    other = another_desk(desk)
    other.start()

    with other.database.reading() as session, pytest.raises(NotFoundError):
        uploads.get_upload(session, other.launch, upload.id)
    with other.database.writing() as session:
        uploads.give_up_upload(session, other.launch, upload.id, clock=other.clock)
    assert len(desk.page().unfinished) == 1


def test_a_link_is_no_upload(desk: Desk) -> None:
    """Its id opens no upload."""
    link = desk.add_link()

    with desk.database.reading() as session, pytest.raises(NotFoundError):
        uploads.get_upload(session, desk.launch, link)


def test_an_upload_that_is_given_up_is_gone(desk: Desk) -> None:
    """Its row is removed, and whatever was stored under its key has a tombstone."""
    upload = desk.announce(size=len(PDF))
    for _ in range(2):
        with desk.database.writing() as session:
            uploads.give_up_upload(session, desk.launch, upload.id, clock=desk.clock)

    assert desk.page().unfinished == ()
    assert [row.storage_key for row in desk.rows(FileDeletionRow)] == [upload.storage_key]
    assert delete_due_files(desk.database, desk.files, clock=desk.clock) == 1


def test_giving_up_does_not_remove_what_is_in(desk: Desk) -> None:
    """A late "stop" finds the file in the draft and leaves it there."""
    upload_id = desk.add_file(PDF)
    with desk.database.writing() as session:
        uploads.give_up_upload(session, desk.launch, upload_id, clock=desk.clock)

    assert len(desk.page().artefacts) == 1


def test_a_file_that_was_given_up_while_it_was_stored(desk: Desk) -> None:
    """Its bytes are deleted, although the first tombstone was gone before they came."""
    upload = desk.announce(size=len(PDF))
    desk.send(upload, PDF)
    stored = uploads.store_upload(desk.parts, desk.files, upload)
    with desk.database.writing() as session:
        uploads.give_up_upload(session, desk.launch, upload.id, clock=desk.clock)
    assert delete_due_files(desk.database, desk.files, clock=desk.clock) == 1
    desk.files.put(upload.storage_key, desk.parts.path(upload.id))

    with desk.database.writing() as session:
        assert not uploads.complete_upload(session, desk.launch, upload, stored, clock=desk.clock)

    assert delete_due_files(desk.database, desk.files, clock=desk.clock) == 1
    with pytest.raises(NotFoundError):
        stored_bytes(desk, upload)


def test_the_hash_is_that_of_what_is_stored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a piece that hung arrives once more, with other bytes, at the last moment."""
    upload = desk.announce(size=len(PDF))
    desk.send(upload, PDF)
    other = PDF[::-1]

    def put_late(files: FileStore, key: str, path: Path) -> str:
        path.write_bytes(other)
        return put(files, key, path)

    put = FileStore.put
    monkeypatch.setattr(FileStore, "put", put_late)
    stored = uploads.store_upload(desk.parts, desk.files, upload)

    assert stored_bytes(desk, upload) == other
    assert stored.sha256 == sha256(other).hexdigest()


def test_a_removed_file_is_deleted_by_the_worker(desk: Desk) -> None:
    """First the tombstone, then the job; running it again finds nothing to do."""
    upload_id = desk.add_file(PDF)
    with desk.database.reading() as session:
        upload = uploads.get_upload(session, desk.launch, upload_id)
    assert delete_due_files(desk.database, desk.files, clock=desk.clock) == 0

    desk.remove(upload_id)
    assert stored_bytes(desk, upload) == PDF

    assert delete_due_files(desk.database, desk.files, clock=desk.clock) == 1
    assert delete_due_files(desk.database, desk.files, clock=desk.clock) == 0
    with pytest.raises(NotFoundError):
        stored_bytes(desk, upload)


def test_files_that_stay_hold_up_no_others(
    desk: Desk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the store does not delete steps behind the rest, and is tried again after it."""
    stuck, other = desk.add_file(PDF), desk.add_file(PDF + b"%")
    for one in (stuck, other):
        desk.remove(one)
        clock.advance(seconds=1)
    delete = FileStore.delete

    def fail(files: FileStore, key: str) -> None:
        if key.endswith(str(stuck)):
            raise FileStoreError
        delete(files, key)

    monkeypatch.setattr(FileStore, "delete", fail)
    deleted = [delete_due_files(desk.database, desk.files, clock=clock, limit=1) for _ in range(3)]
    assert deleted == [0, 1, 0]
    assert [str(stuck) in row.storage_key for row in desk.rows(FileDeletionRow)] == [True]

    monkeypatch.undo()
    assert delete_due_files(desk.database, desk.files, clock=clock, limit=1) == 1


def test_the_sweep_gives_up_what_nobody_sends_any_more(desk: Desk, clock: FakeClock) -> None:
    """Uploads without a byte for long are given up; one that still receives goes on."""
    silent = desk.announce("silent.pdf", len(PDF))
    stopped = desk.announce("stopped.pdf", len(PDF))
    active = desk.announce("active.pdf", len(PDF))
    for upload, hours in ((stopped, 0), (active, 30)):
        desk.send(upload, PDF[:4])
        touched = (clock() + timedelta(hours=hours)).timestamp()
        os.utime(desk.parts.path(upload.id), (touched, touched))
    clock.advance(hours=49)

    assert sweep_uploads(desk.database, desk.parts, clock=clock) == 2

    assert [one.id for one in desk.page().unfinished] == [str(active.id)]
    assert desk.parts.size(stopped.id) == 0
    assert desk.parts.size(active.id) == 4
    assert {row.storage_key for row in desk.rows(FileDeletionRow)} == {
        silent.storage_key,
        stopped.storage_key,
    }
    assert sweep_uploads(desk.database, desk.parts, clock=clock) == 0


def test_a_ticket_opens_one_file_for_a_while(desk: Desk, clock: FakeClock) -> None:
    """The page's link leads to the file, says where it may be framed, and ends."""
    desk.add_file(PDF, "plan.pdf")
    shown = desk.page().artefacts[0]
    ticket, download = (url.rpartition("/")[2] for url in (shown.url, shown.download_url or ""))

    def open_file(ticket: str) -> tuple[str, bool]:
        with desk.database.reading() as session:
            found = get_ticketed_file(session, ticket, secret_key=SECRET, clock=clock)
        assert found.frame_origins == {"https://harbour.lms.example"}
        return found.name, found.is_download

    assert open_file(ticket) == ("plan.pdf", False)
    assert open_file(download) == ("plan.pdf", True)
    clock.now += LASTS
    with pytest.raises(SessionEndedError):
        open_file(ticket)


def test_a_removed_file_is_not_served(desk: Desk) -> None:
    """A ticket does not outlive its file."""
    desk.add_file(PDF)
    shown = desk.page().artefacts[0]
    desk.remove(desk.rows(ArtefactRow)[0].id)

    with desk.database.reading() as session, pytest.raises(NotFoundError):
        get_ticketed_file(
            session, shown.url.rpartition("/")[2], secret_key=SECRET, clock=desk.clock
        )


def test_an_unknown_upload_is_not_found(desk: Desk) -> None:
    """A made-up id opens nothing."""
    with desk.database.reading() as session, pytest.raises(NotFoundError):
        uploads.get_upload(session, desk.launch, uuid4())


@given(data=st.binary(min_size=1, max_size=9000), piece=st.integers(1, 5000))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20
)
def test_any_bytes_arrive_as_they_were_or_are_refused(desk: Desk, data: bytes, piece: int) -> None:
    """Cut however you like, a file is stored byte for byte, or refused and not stored."""
    upload = desk.announce("any", len(data), modified=abs(hash(data)) % 10**9)
    try:
        for offset in range(0, len(data), piece):
            desk.send(upload, data[offset : offset + piece], offset)
        assert desk.finish(upload)
    except UnsupportedFileError:
        return
    finally:
        desk.parts.remove(upload.id)

    assert stored_bytes(desk, upload) == data
    desk.remove(upload.id)
