"""A key that somebody else may hold: what verifiers see, and how everything is issued anew."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from keys.ring import KeyState
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services import compromising, keyring, reissuing, rotating
from lti_tool.services.compromising import Compromised
from lti_tool.services.examining import examine
from lti_tool.services.reissuing import Reissued
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.sharing import share
from lti_tool.services.status_lists import list_due_lists
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import (
    AuditEventRow,
    CredentialFormRow,
    FormerCredentialRow,
    IssuerRow,
    StatusListRow,
)
from tests.stacked import BADGES, Ladder, a_ladder, at_once


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Four badges and a microcredential, all awarded to one learner."""
    made = a_ladder(runtime)
    made.pathway()
    made.release_all()
    made.wait()
    return made


def key_of(ladder: Ladder, purpose: str = "data_integrity") -> str:
    """The id of the key that signs now for a purpose."""
    with ladder.runtime.reading() as session:
        found = rotating.list_keys(session, now=ladder.runtime.clock())
    (key,) = (one for one in found if (one.purpose, one.state) == (purpose, KeyState.CURRENT))
    return key.id


def lose(ladder: Ladder, key_id: str) -> Compromised:
    """Find out that somebody else has held a key for a minute."""
    runtime = ladder.runtime
    since = runtime.clock() - timedelta(seconds=30)
    return compromising.compromise(runtime.issuing, runtime.key_parts, key_id, since=since)


def reissue(ladder: Ladder, key_id: str) -> list[Reissued]:
    """Issue everything anew, a minute later."""
    ladder.wait()
    return list(reissuing.reissue(ladder.runtime.issuing, key_id))


def verdict(ladder: Ladder, data: bytes) -> tuple[str, set[str]]:
    """What a verifier that asks us finds: the outcome, and the codes of what failed."""
    runtime = ladder.runtime
    resolver = OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))
    report = examine(data, resolver=resolver, now=runtime.clock())
    failed = {check.code for check in report.checks if check.state == "failed"}
    return report.status, failed


def facts(document: bytes) -> dict[str, Any]:
    """A credential without what may differ once it is issued anew."""
    found: dict[str, Any] = json.loads(document)
    for name in ("proof", "validFrom", "relatedResource"):
        found.pop(name, None)
    return found


@pytest.mark.parametrize("purpose", ["data_integrity", "jwt"])
def test_what_a_compromised_key_signed_is_believed_no_more(
    ladder: Ladder, app: Flask, purpose: str
) -> None:
    """From that moment; the other form, and every list, still verifies."""
    before, lost = ladder.credential("one"), key_of(ladder, purpose)
    done = lose(ladder, lost)
    assert done.is_new
    assert done.successor_id == key_of(ladder, purpose)

    forms = {"data_integrity": before.document, "jwt": before.token or b""}
    assert verdict(ladder, forms.pop(purpose)) == ("broken", {"key_revoked"})
    assert verdict(ladder, *forms.values()) == ("valid", set())
    client = app.test_client()
    with ladder.runtime.reading() as session:
        slug = session.scalars(select(IssuerRow.slug)).one()
    document = client.get(f"/issuers/{slug}/did.json").json
    assert document is not None
    revoked = [one["id"] for one in document["verificationMethod"] if "revoked" in one]
    assert len(revoked) == 1
    assert not set(revoked) & set(document["assertionMethod"])
    assert client.get(f"/issuers/{slug}/keys/{lost}").status_code == 404
    assert lost not in client.get(f"/issuers/{slug}/jwks.json").text


def test_everything_is_issued_anew_under_the_same_ids(ladder: Ladder) -> None:
    """Badges first, then the microcredential, which names the new bytes; then it is done."""
    before = {slug: ladder.credential(slug) for slug in (*BADGES, "the-stack")}
    with ladder.runtime.reading() as session:
        record = session.scalars(select(CredentialFormRow)).one()
    lost = key_of(ladder)
    lose(ladder, lost)
    affected = reissuing.list_affected(ladder.runtime.database, lost)
    signed = {record.id, *(one.id for one in before.values())}
    assert {one.credential_id for one in affected} == signed
    assert verdict(ladder, before["the-stack"].document)[0] == "broken"

    done = reissue(ladder, lost)
    assert [one.outcome for one in done] == ["reissued"] * 6
    assert [one.credential_id for one in done[-2:]] == [before["the-stack"].id, record.id]
    for slug, former in before.items():
        now = ladder.credential(slug)
        assert (now.id, now.status_position) == (former.id, former.status_position)
        assert facts(now.document) == facts(former.document)
        old, new = (json.loads(one.document)["validFrom"] for one in (former, now))
        assert old < new
        for form in (now.document, now.token or b""):
            assert verdict(ladder, form) == ("valid", set())
    bound = json.loads(ladder.credential().document)["relatedResource"]
    assert len(bound) == 4
    assert bound != json.loads(before["the-stack"].document)["relatedResource"]

    assert reissue(ladder, lost) == []
    assert reissuing.list_affected(ladder.runtime.database, lost) == []
    with ladder.runtime.reading() as session:
        kept = session.scalars(select(FormerCredentialRow)).all()
        actions = list(session.scalars(select(AuditEventRow.action)))
    assert {(one.credential_id, one.document, one.token) for one in kept} == {
        *((one.id, one.document, one.token) for one in before.values()),
        (before["the-stack"].id, record.document, None),
    }
    assert "key_compromised" in {one.reason for one in kept}
    assert actions.count("credential.reissued") == 6
    assert actions.count("key.compromised") == 1


def test_a_microcredential_under_another_key_follows_its_badges(runtime: Runtime) -> None:
    """It was signed after a rotation; its own proof is sound, but names bytes that are no more."""
    ladder = a_ladder(runtime)
    ladder.pathway()
    ladder.release_all("one", "two", "three")
    old = key_of(ladder)
    with runtime.writing() as session:
        rotating.rotate(session, runtime.key_parts, session.scalars(select(IssuerRow.slug)).one())
    runtime.clock.advance(hours=1)  # type: ignore[attr-defined]  # the tests' clock
    ladder.release("four")
    ladder.wait()
    before = ladder.credential()

    lose(ladder, old)
    affected = {
        one.credential_id: one.is_signed_with_it
        for one in reissuing.list_affected(runtime.database, old)
    }
    assert affected.pop(before.id) is False
    assert set(affected.values()) == {True}
    done = reissue(ladder, old)
    assert [one.outcome for one in done] == ["reissued"] * 5
    assert done[-2].credential_id == before.id
    with runtime.reading() as session:
        former = session.scalars(
            select(FormerCredentialRow).where(
                FormerCredentialRow.document_sha256 == before.document_sha256
            )
        ).one()
    assert former.reason == "component_reissued"
    assert verdict(ladder, ladder.credential().document) == ("valid", set())


def test_after_a_stop_the_rest_is_issued_anew(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done stays done; the microcredential waits for its badges."""
    monkeypatch.setattr(reissuing, "BATCH", 1)
    lost = key_of(ladder, "jwt")
    lose(ladder, lost)
    ladder.wait()
    work = reissuing.reissue(ladder.runtime.issuing, lost)
    first = [next(work), next(work)]
    del work

    rest = reissue(ladder, lost)
    assert len({one.credential_id for one in (*first, *rest)}) == len(first) + len(rest) == 6
    assert verdict(ladder, ladder.credential().token or b"") == ("valid", set())


def test_two_operators_at_once_issue_each_anew_once(ladder: Ladder) -> None:
    """Whoever comes second leaves it as it is."""
    lost = key_of(ladder)
    lose(ladder, lost)
    ladder.wait()
    issuing = ladder.runtime.issuing

    assert at_once(*(lambda: list(reissuing.reissue(issuing, lost)) for _ in range(2))) == []
    reissue(ladder, lost)
    with ladder.runtime.reading() as session:
        kept = session.scalars(select(FormerCredentialRow.document_sha256)).all()
    assert len(kept) == len(set(kept)) == 6
    assert verdict(ladder, ladder.credential().document) == ("valid", set())


def test_what_was_revoked_stays_as_it_is(ladder: Ladder) -> None:
    """Nobody has to believe it; it is listed, and not issued anew."""
    ladder.revoke("one")
    lost = key_of(ladder)
    lose(ladder, lost)
    revoked = [
        one.credential_id
        for one in reissuing.list_affected(ladder.runtime.database, lost)
        if one.is_revoked
    ]

    done = {one.credential_id for one in reissue(ladder, lost)}
    assert ladder.credential("one", live=False).id in revoked
    assert not done & set(revoked)


def test_a_former_document_says_that_it_was_issued_anew(ladder: Ladder, app: Flask) -> None:
    """Where somebody verifies it; the badge's own page shows the new one, which is valid."""
    former, client = ladder.credential("two"), app.test_client()
    share(
        ladder.runtime.issuing,
        ladder.learner.earner_id,
        former.id,
        random_token=ladder.runtime.random_token,
    )
    lost = key_of(ladder)
    lose(ladder, lost)
    reissue(ladder, lost)

    def report(data: bytes) -> str:
        return client.post("/verify", data={"credential": data.decode()}).text

    now = ladder.credential("two")
    for form in (former.document, former.token or b""):
        assert "Issued anew since" in report(form)
        assert str(former.id) in report(form)
    assert "no longer stands by this key" in report(former.document)
    assert "Issued anew" not in report(now.document)
    page = client.get(f"/credentials/{former.id}")
    assert "This badge is valid" in page.text
    json_form = client.get(f"/credentials/{former.id}", headers={"Accept": "application/json"})
    assert json_form.data == now.document


def test_a_process_that_dies_leaves_its_lists_to_the_sweep(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists that were signed before are due, until they are signed anew."""
    monkeypatch.setattr(compromising, "sign_due_lists", lambda _: None)
    lose(ladder, key_of(ladder))
    with ladder.runtime.reading() as session:
        listed = session.scalars(select(StatusListRow.id)).one()
    due = partial(list_due_lists, ladder.runtime.database, clock=ladder.runtime.clock)
    assert due() == [listed]

    monkeypatch.undo()
    ladder.wait()
    compromising.sign_due_lists(ladder.runtime.issuing)
    assert due() == []
    assert verdict(ladder, ladder.credential("one").token or b"") == ("valid", set())


def test_a_successor_that_waits_takes_over_at_once(ladder: Ladder) -> None:
    """And when that one is lost, the present one stays; a retired one needs no successor."""
    runtime, first = ladder.runtime, key_of(ladder)
    with runtime.writing() as session:
        slug = session.scalars(select(IssuerRow.slug)).one()
        (done,) = rotating.rotate(session, runtime.key_parts, slug, "data_integrity")
    assert lose(ladder, first).successor_id is None
    assert key_of(ladder) == done.key_id

    ladder.wait()
    with runtime.writing() as session:
        (next_,) = rotating.rotate(session, runtime.key_parts, slug, "data_integrity")
    ladder.wait()
    assert lose(ladder, next_.key_id).successor_id is None
    assert key_of(ladder) == done.key_id
    runtime.clock.advance(days=1)  # type: ignore[attr-defined]  # the tests' clock
    assert key_of(ladder) == done.key_id


def test_a_key_is_compromised_once(ladder: Ladder) -> None:
    """Said again, with whatever instant, it changes nothing."""
    runtime, lost = ladder.runtime, key_of(ladder)
    first = lose(ladder, lost)
    ladder.wait()
    again = lose(ladder, lost)

    assert (again.is_new, again.since, again.successor_id) == (False, first.since, None)
    with runtime.reading() as session:
        assert len(rotating.list_keys(session, now=runtime.clock())) == 3


def test_what_cannot_be_is_refused(ladder: Ladder) -> None:
    """Another key, an instant to come or before the key; nothing to issue anew."""
    runtime, key_id = ladder.runtime, key_of(ladder)
    now = runtime.clock()
    compromise = partial(compromising.compromise, runtime.issuing, runtime.key_parts)

    with pytest.raises(NotFoundError, match="keys list"):
        compromise("nothing", since=now)
    for since in (now + timedelta(seconds=1), now - timedelta(days=365)):
        with pytest.raises(InvalidInputError, match="when the key was made"):
            compromise(key_id, since=since)
    with pytest.raises(ConflictError, match="keys compromise"):
        next(reissuing.reissue(runtime.issuing, key_id))


def test_the_tools_key_is_replaced_too(ladder: Ladder) -> None:
    """Platforms no longer see it."""
    runtime = ladder.runtime
    with runtime.writing() as session:
        rotating.make_missing_keys(session, runtime.key_parts)
    ladder.wait()
    lost = key_of(ladder, "tool")
    lose(ladder, lost)

    with runtime.reading() as session:
        listed = json.loads(keyring.tool_jwks(session, now=runtime.clock()))["keys"]
    assert [one["kid"] for one in listed] == [key_of(ladder, "tool")] != [lost]
    assert reissuing.list_affected(runtime.database, lost) == []
