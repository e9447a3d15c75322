"""What is done each minute: lists are signed, what has ended is deleted, each part alone."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.runtime import Runtime
from lti_tool.services import keyring, sweeping
from lti_tool.services.status_lists import reserve_positions
from lti_tool.services.sweeping import SweepingParts, sweep
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import (
    ArtefactRow,
    BrowserRow,
    CredentialFormRow,
    FileDeletionRow,
    IssuerRow,
    LaunchRow,
    LoginAttemptRow,
    Row,
    SigningKeyRow,
    StatusListRow,
)
from tests import rows
from tests.conftest import FakeClock
from tests.stacked import a_ladder


@pytest.fixture
def parts(runtime: Runtime) -> SweepingParts:
    """What a worker sweeps with."""
    return SweepingParts(
        database=runtime.database,
        files=runtime.files,
        part_files=runtime.part_files,
        rings=runtime.rings,
        urls=PublicURLs(runtime.settings.base_url),
        clock=runtime.clock,
        new_id=runtime.new_id,
    )


def count(runtime: Runtime, row: type[Row]) -> int:
    """How many rows of a table there are."""
    with runtime.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def a_login(session: Session, registration_id: UUID, clock: FakeClock) -> None:
    """Store a login that was begun just now."""
    rows.stored(
        session,
        LoginAttemptRow(
            state_hash=str(rows.an_id()),
            nonce_hash="n",
            browser_hash="b",
            registration_id=registration_id,
            target_link_uri="https://tool.example/lti/launch",
            storage_target=None,
            created_at=clock(),
            expires_at=clock() + timedelta(minutes=10),
            used_at=None,
        ),
    )


def test_what_has_ended_is_deleted_and_the_rest_is_not(
    runtime: Runtime, parts: SweepingParts, clock: FakeClock
) -> None:
    """Logins after minutes, launches after hours, browsers after a month."""
    with runtime.writing() as session:
        course = rows.a_course(session)
        a_login(session, course.registration.id, clock)
        rows.a_launch(session, course, rows.a_user(session, course))
    tables = (LoginAttemptRow, LaunchRow, BrowserRow)

    def left() -> list[int]:
        sweep(parts)
        return [count(runtime, table) for table in tables]

    assert left() == [1, 1, 1]
    clock.advance(minutes=10)
    assert left() == [0, 1, 1]
    clock.advance(hours=8)
    assert left() == [0, 0, 1]
    clock.advance(days=30)
    assert left() == [0, 0, 0]


def test_a_browser_with_a_launch_is_kept(
    runtime: Runtime, parts: SweepingParts, clock: FakeClock
) -> None:
    """However long ago it was seen."""
    with runtime.writing() as session:
        course = rows.a_course(session)
        launch = rows.a_launch(session, course, rows.a_user(session, course))
        session.get_one(LaunchRow, launch.id).expires_at = clock() + timedelta(days=90)
    clock.advance(days=60)
    sweep(parts)

    assert count(runtime, BrowserRow) == 1


def test_a_file_with_a_tombstone_is_deleted(
    runtime: Runtime, parts: SweepingParts, clock: FakeClock
) -> None:
    """The store forgets it, then the tombstone goes."""
    path = runtime.settings.data_dir / "a file"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"evidence")
    runtime.files.put("a/b/c", path)
    with runtime.writing() as session:
        session.add(FileDeletionRow(storage_key="a/b/c", requested_at=clock()))
    sweep(parts)

    assert count(runtime, FileDeletionRow) == 0
    assert not any(runtime.settings.data_dir.parent.glob("files/a/b/c"))


def test_an_upload_that_was_left_alone_is_given_up(
    runtime: Runtime, parts: SweepingParts, clock: FakeClock
) -> None:
    """Its row and its bytes go."""
    with runtime.writing() as session:
        course = rows.a_course(session)
        submission = rows.a_submission(session, course, rows.a_user(session, course))
        attempt = rows.an_attempt(session, submission, state="draft")
        artefact = rows.stored(session, an_upload(attempt.id, clock))
    clock.advance(days=5)
    sweep(parts)

    with runtime.reading() as session:
        assert session.get_one(ArtefactRow, artefact.id).state == "removed"


def an_upload(attempt_id: UUID, clock: FakeClock) -> ArtefactRow:
    """A file that was announced and never came."""
    id_ = rows.an_id()
    return ArtefactRow(
        id=id_,
        attempt_id=attempt_id,
        kind="file",
        state="uploading",
        title="film.mp4",
        url=None,
        media_type="",
        size=10,
        modified=0,
        is_playable=None,
        sha256=None,
        storage_key=f"o/a/{id_}",
        people="unknown",
        visibility="assessors",
        created_at=clock(),
        removed_at=None,
    )


def a_list(runtime: Runtime, slug: str) -> UUID:
    """Make an issuer, its keys and a signed list."""
    with runtime.writing() as session:
        course = rows.a_course(session, slug=slug)
        keyring.ensure_issuer_keys(
            session,
            course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
    with runtime.reading() as session:
        issuer = session.get_one(IssuerRow, course.issuer.id)
    (place,) = reserve_positions(
        runtime.database,
        issuer,
        [runtime.new_id()],
        rings=runtime.rings,
        urls=PublicURLs(runtime.settings.base_url),
        clock=runtime.clock,
        new_id=runtime.new_id,
        random_bytes=runtime.random_bytes,
    )
    return place.status_list_id


def test_a_list_that_cannot_be_signed_holds_up_no_other(
    runtime: Runtime, parts: SweepingParts, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """An issuer without keys is an operator's affair; the other's list is of today."""
    broken, sound = a_list(runtime, "broken"), a_list(runtime, "sound")
    with runtime.writing() as session:
        issuer_id = session.get_one(StatusListRow, broken).issuer_id
        for key in session.scalars(select(SigningKeyRow)):
            if key.issuer_id == issuer_id:
                session.delete(key)
    clock.advance(days=2)
    sweep(parts)

    with runtime.reading() as session:
        assert session.get_one(StatusListRow, sound).signed_at == clock()
        assert session.get_one(StatusListRow, broken).signed_at < clock()
    assert f"chore=status_list {broken} code=failed" in caplog.text


CHORES = ["_sign_lists", "sweep_uploads", "delete_due_files", "_delete_logins", "_delete_launches"]


@pytest.mark.parametrize("chore", CHORES)
def test_each_part_fails_alone(
    runtime: Runtime,
    parts: SweepingParts,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    chore: str,
) -> None:
    """The last part is done though an earlier one failed. Its words may be a person's."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("words of a person")

    with runtime.writing() as session:
        session.add(
            BrowserRow(
                id=rows.an_id(),
                secret_hash="s",
                created_at=clock() - timedelta(days=90),
                seen_at=clock() - timedelta(days=31),
            )
        )
    monkeypatch.setattr(sweeping, chore, fail)
    sweep(parts)

    assert count(runtime, BrowserRow) == 0
    assert caplog.text.count("code=failed") == 1
    assert "in fail" in caplog.text
    assert "words of a person" not in caplog.text


def test_records_that_are_missing_are_made(runtime: Runtime, parts: SweepingParts) -> None:
    """Microcredentials from before there were learner records get theirs."""
    ladder = a_ladder(runtime, slugs=("one", "two"))
    ladder.pathway(components=("one", "two"))
    ladder.release_all("one", "two")
    with runtime.writing() as session:
        session.execute(delete(CredentialFormRow))
    sweep(parts)

    assert count(runtime, CredentialFormRow) == 1
