"""Revoking: one or many, tried first, given again; and the warning when nobody signs lists."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from badges.errors import VerificationError
from badges.verification import verify
from lti_tool.runtime import Runtime
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.revoking import RevocationWish, revoke_many
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import AuditEventRow, AwardRow, CredentialRow
from tests.conftest import FakeClock
from tests.stages import PASS, a_stage


@pytest.fixture
def credential(runtime: Runtime) -> CredentialRow:
    """A badge that was released."""
    a_stage(runtime, PASS).release()
    with runtime.reading() as session:
        return session.scalars(select(CredentialRow)).one()


def revoke(runtime: Runtime, *ids: UUID, is_dry_run: bool = False) -> list[str]:
    """Return what became of each."""
    wishes = [RevocationWish(credential_id=one, reason="a mistake") for one in ids]
    done = revoke_many(runtime.issuing, wishes, is_dry_run=is_dry_run)
    return [one.outcome for one in done]


def is_valid(runtime: Runtime, credential: CredentialRow) -> bool:
    """Whether it verifies by what is served now."""
    resolver = OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))
    try:
        verify(credential.document, resolver=resolver, now=runtime.clock())
    except VerificationError:
        return False
    return True


def test_a_dry_run_changes_nothing(runtime: Runtime, credential: CredentialRow) -> None:
    """It says what would happen to each."""
    assert revoke(runtime, credential.id, uuid4(), is_dry_run=True) == ["would_revoke", "unknown"]

    with runtime.reading() as session:
        assert session.scalars(select(AwardRow.revoked_at)).all() == [None]
        assert not session.scalars(select(AuditEventRow)).all()
    assert is_valid(runtime, credential)


def test_the_same_file_again_changes_nothing_more(
    runtime: Runtime, credential: CredentialRow
) -> None:
    """One that is unknown holds up no other; the list is signed at the end."""
    assert revoke(runtime, uuid4(), credential.id) == ["unknown", "revoked"]
    assert revoke(runtime, credential.id, credential.id) == ["already", "already"]

    assert not is_valid(runtime, credential)
    with runtime.reading() as session:
        assert session.scalars(select(AwardRow.revocation_reason)).all() == ["a mistake"]
        assert len(session.scalars(select(AuditEventRow)).all()) == 1


def test_what_was_done_before_a_stop_is_signed(runtime: Runtime, credential: CredentialRow) -> None:
    """Whoever stops in the middle leaves nothing unsigned."""
    wishes = [RevocationWish(credential_id=credential.id, reason="x")] * 2
    done = revoke_many(runtime.issuing, wishes)
    next(done)
    done.close()  # type: ignore[attr-defined]  # it is a generator

    assert not is_valid(runtime, credential)


def test_health_warns_when_lists_are_not_signed(
    app: Flask, runtime: Runtime, credential: CredentialRow, clock: FakeClock
) -> None:
    """After three days without a worker, 57 days before any badge stops verifying."""
    client = app.test_client()
    assert client.get("/health").text == "ok\n"
    clock.advance(hours=24 * 3 + 1)

    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.text.splitlines()[1].startswith("warning status_lists unsigned_since=")
    assert is_valid(runtime, credential)
