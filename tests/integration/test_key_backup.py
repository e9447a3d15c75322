"""Keys in a file: an empty database with the same issuers signs and verifies with them again."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete, select

from badges.errors import ResolutionError
from keys.ring import KeyState
from lti_tool.errors import ConflictError, InvalidInputError
from lti_tool.runtime import Runtime
from lti_tool.services import key_backup, rotating
from lti_tool.services.examining import examine
from lti_tool.services.key_backup import Restored
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import AuditEventRow, CredentialRow, Row, SigningKeyRow, StatusListRow
from tests import rows
from tests.offices import ANOTHER
from tests.stages import PASS, a_stage


@dataclass(frozen=True)
class Saved:
    """What an installation that was lost had: a badge, its status list, a backup of its keys."""

    credential: CredentialRow
    status_list: bytes
    backup: bytes


class SavedLists(OwnResolver):
    """The keys of the new database, with the lists of the old one."""

    saved: Saved

    def status_list(self, url: str) -> bytes:
        """Return the list as it was."""
        if not url.startswith("https://tool.example/status/"):
            raise ResolutionError("not ours")
        return self.saved.status_list


@pytest.fixture
def saved(runtime: Runtime) -> Saved:
    """An installation that issued a badge, backed up its keys, and is gone."""
    a_stage(runtime, PASS).release()
    with runtime.writing() as session:
        rotating.make_missing_keys(session, runtime.key_parts)
        found = Saved(
            credential=session.scalars(select(CredentialRow)).one(),
            status_list=session.scalars(select(StatusListRow)).one().document,
            backup=key_backup.back_up(session, runtime.key_parts),
        )
    wipe(runtime)
    return found


def wipe(runtime: Runtime) -> None:
    """Lose the database."""
    with runtime.writing() as session:
        for table in reversed(Row.metadata.sorted_tables):
            session.execute(delete(table))


def restore(runtime: Runtime, data: bytes) -> list[Restored]:
    """Restore keys."""
    with runtime.writing() as session:
        return list(key_backup.restore(session, runtime.key_parts, data))


def a_new_college(runtime: Runtime, *, issuer_slug: str = "") -> None:
    """Set up the tenant and its issuer again."""
    with runtime.writing() as session:
        rows.a_program(session, rows.an_organisation(session), issuer_slug=issuer_slug)


def count_keys(runtime: Runtime) -> int:
    """How many keys there are."""
    with runtime.reading() as session:
        return len(rotating.list_keys(session, now=runtime.clock()))


def check(runtime: Runtime, saved: Saved) -> None:
    """The old badge verifies in both forms by what the new installation serves."""
    resolver = SavedLists(runtime.database, PublicURLs(runtime.settings.base_url))
    resolver.saved = saved
    for form in (saved.credential.document, saved.credential.token or b""):
        assert examine(form, resolver=resolver, now=runtime.clock()).status == "valid"


def test_old_badges_verify_and_new_ones_sign(runtime: Runtime, saved: Saved) -> None:
    """In an empty database with the same issuer; then a badge is signed with the old key."""
    a_new_college(runtime)
    done = restore(runtime, saved.backup)
    assert sorted((one.owner, one.purpose, one.outcome) for one in done) == [
        ("harbour-issuer", "data_integrity", "restored"),
        ("harbour-issuer", "jwt", "restored"),
        ("tool", "tool", "restored"),
    ]
    check(runtime, saved)
    with runtime.reading() as session:
        actions = list(session.scalars(select(AuditEventRow.action)))
    assert actions == ["key.restored"] * 3
    assert {one.outcome for one in restore(runtime, saved.backup)} == {"there"}

    wipe(runtime)
    stage = a_stage(runtime, PASS)
    with runtime.writing() as session:
        session.execute(delete(SigningKeyRow))
    restore(runtime, saved.backup)
    stage.release()
    with runtime.reading() as session:
        credential = session.scalars(select(CredentialRow)).one()
    assert credential.document_key_id == saved.credential.document_key_id
    assert credential.token_key_id == saved.credential.token_key_id


def test_where_other_keys_sign_by_now_the_old_ones_are_retired(
    runtime: Runtime, saved: Saved
) -> None:
    """Somebody ran `keys init` first: nothing is overwritten, and the old badge verifies."""
    a_new_college(runtime)
    with runtime.writing() as session:
        rotating.make_missing_keys(session, runtime.key_parts)
        before = {one.id: one.state for one in rotating.list_keys(session, now=runtime.clock())}

    assert {one.outcome for one in restore(runtime, saved.backup)} == {"restored_as_retired"}
    with runtime.reading() as session:
        now = {one.id: one.state for one in rotating.list_keys(session, now=runtime.clock())}
    assert before.items() < now.items()
    assert {state for id_, state in now.items() if id_ not in before} == {KeyState.RETIRED}
    check(runtime, saved)


def test_a_key_that_was_lost_since_stays_lost(runtime: Runtime, saved: Saved) -> None:
    """An older backup does not make anybody believe it again; a newer one says it, too."""
    a_new_college(runtime)
    restore(runtime, saved.backup)
    with runtime.writing() as session:
        for row in session.scalars(select(SigningKeyRow)):
            row.compromised_at = row.compromise_noted_at = runtime.clock()
    restore(runtime, saved.backup)
    with runtime.writing() as session:
        newer = key_backup.back_up(session, runtime.key_parts)
    wipe(runtime)
    a_new_college(runtime)
    restore(runtime, newer)

    with runtime.reading() as session:
        found = rotating.list_keys(session, now=runtime.clock())
    assert {one.state for one in found} == {KeyState.COMPROMISED}


def test_without_its_issuer_or_the_master_key_nothing_is_restored(
    runtime: Runtime, saved: Saved
) -> None:
    """The message names what has to be there first."""
    for slug in ("", "another"):
        if slug:
            a_new_college(runtime, issuer_slug=slug)
        with pytest.raises(ConflictError, match=r"did:web:tool\.example:issuers:harbour-issuer"):
            restore(runtime, saved.backup)
    wipe(runtime)
    a_new_college(runtime)
    elsewhere = rotating.KeyParts(
        master_key=ANOTHER,
        jwt_algorithm=runtime.settings.jwt_algorithm,
        clock=runtime.clock,
        new_id=runtime.new_id,
        random_bytes=runtime.random_bytes,
    )
    with (
        pytest.raises(ConflictError, match="QUATREFOIL_MASTER_KEY"),
        runtime.writing() as session,
    ):
        key_backup.restore(session, elsewhere, saved.backup)
    assert count_keys(runtime) == 0


def test_a_backup_that_was_altered_is_refused(runtime: Runtime, saved: Saved) -> None:
    """Each member of each key, whatever was put there; nothing of it is restored."""
    a_new_college(runtime)
    document: dict[str, Any] = json.loads(saved.backup)
    first, second, third = document["keys"]
    changed: list[object] = [
        {**document, "format": "quatrefoil keys 2"},
        {**document, "keys": None},
        {**document, "keys": [first, first]},
        *({**document, "keys": [first | {name: bad}]} for name in first for bad in (5, "x")),
        *({**document, "keys": [{k: v for k, v in first.items() if k != name}]} for name in first),
        {**document, "keys": [first | {"id": second["id"]}]},
        {**document, "keys": [first | {"sealed": second["sealed"]}]},
        {**document, "keys": [first | {"purpose": third["purpose"]}]},
        [],
        5,
    ]
    for data in (*(json.dumps(one).encode() for one in changed), b"", b"\xff", b"[" * 100_000):
        with pytest.raises((InvalidInputError, ConflictError)):
            restore(runtime, data)
    assert count_keys(runtime) == 0


def test_a_backup_shows_nothing_private(runtime: Runtime, saved: Saved) -> None:
    """The JWKs are public ones; what is sealed is as it stands in the database."""
    for key in json.loads(saved.backup)["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key["public"])
    assert runtime.settings.master_key.secret not in saved.backup
    assert runtime.settings.master_key.secret.hex().encode() not in saved.backup
