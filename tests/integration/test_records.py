"""A learner record stands beside each microcredential, and follows whatever is in it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from badges.checks import CheckState
from badges.document_checks import CredentialKind
from badges.verification import VerifiedCredential, verify
from badges.written import serialize
from lti_tool.runtime import Runtime
from lti_tool.services import compromising, keeping, records, reissuing, sharing
from lti_tool.services.disclosing import Disclosure
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store import shares
from lti_tool.store.rows import CredentialFormRow, CredentialRow, FormerCredentialRow
from lti_tool.store.shares import LEARNER_RECORD
from tests import rows
from tests.pages import BASE, Visitor
from tests.stacked import BADGES, Ladder, a_ladder


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """A learner with four passing attempts, and the pathway."""
    made = a_ladder(runtime)
    made.pathway()
    return made


def the_record(ladder: Ladder) -> CredentialFormRow | None:
    """The record of the learner's microcredential."""
    with ladder.runtime.reading() as session:
        return session.scalars(
            select(CredentialFormRow).where(
                CredentialFormRow.credential_id == ladder.credential().id,
                CredentialFormRow.kind == LEARNER_RECORD,
            )
        ).one_or_none()


def record_of(ladder: Ladder) -> CredentialFormRow:
    """The record, which is there."""
    found = the_record(ladder)
    assert found is not None
    return found


def verified(ladder: Ladder) -> VerifiedCredential:
    """The record, verified with what we serve."""
    runtime = ladder.runtime
    resolver = OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))
    found = verify(record_of(ladder).document, resolver=resolver, now=runtime.clock())
    assert {one.state for one in found.checks} == {CheckState.PASSED}
    return found


def held(ladder: Ladder) -> Iterator[bytes]:
    """The credentials in the record, as compact JSON."""
    document: Any = json.loads(record_of(ladder).document)
    yield from map(serialize, document["credentialSubject"]["verifiableCredential"])


def test_it_is_stored_with_the_microcredential(ladder: Ladder) -> None:
    """With its last badge: signed, holding all exactly as issued, under an id of its own."""
    ladder.release_all("one", "two", "three")
    with pytest.raises(LookupError):
        the_record(ladder)
    ladder.release("four")
    row, whole = record_of(ladder), ladder.credential()

    assert verified(ladder).kind is CredentialKind.RECORD
    assert [*held(ladder)] == [
        whole.document,
        *(ladder.credential(slug).document for slug in BADGES),
    ]
    assert (row.token, row.token_key_id) == (None, None)
    document = json.loads(row.document)
    assert document["id"].endswith(str(row.id))
    assert row.id != whole.id
    assert document["credentialStatus"] == json.loads(whole.document)["credentialStatus"]


def test_one_from_before_gets_its_record_from_the_sweep(ladder: Ladder) -> None:
    """And only once."""
    ladder.release_all()
    with ladder.runtime.writing() as session:
        session.execute(delete(CredentialFormRow))
    assert the_record(ladder) is None
    ladder.wait()

    assert records.catch_up(ladder.runtime.issuing) == (record_of(ladder).id,)
    first = record_of(ladder)
    assert verified(ladder)
    assert records.catch_up(ladder.runtime.issuing) == ()
    assert record_of(ladder).id == first.id


def test_what_was_revoked_gets_none(ladder: Ladder) -> None:
    """Nothing new is signed for it."""
    ladder.release_all()
    ladder.revoke("the-stack")
    with ladder.runtime.writing() as session:
        session.execute(delete(CredentialFormRow))

    assert records.catch_up(ladder.runtime.issuing) == ()


def test_it_follows_when_a_key_was_compromised(ladder: Ladder) -> None:
    """Badges, then the microcredential, then the record: the same id, all of them new."""
    ladder.release_all()
    former, runtime = record_of(ladder), ladder.runtime
    ladder.wait()
    since = runtime.clock() - timedelta(seconds=30)
    compromising.compromise(runtime.issuing, runtime.key_parts, former.document_key_id, since=since)
    ladder.wait()
    done = [*reissuing.reissue(runtime.issuing, former.document_key_id)]
    assert {one.outcome for one in done} == {"reissued"}
    row = record_of(ladder)

    assert row.id == former.id
    assert row.document_key_id != former.document_key_id
    assert verified(ladder)
    assert next(iter(held(ladder))) == ladder.credential().document
    with runtime.reading() as session:
        kept = session.scalars(
            select(FormerCredentialRow).where(
                FormerCredentialRow.document_sha256 == former.document_sha256
            )
        ).one()
    assert (kept.token, kept.reason) == (None, "key_compromised")


def test_a_record_that_waits_for_its_microcredential(ladder: Ladder) -> None:
    """A badge was issued anew, what rests on it not yet: nothing would fit together."""
    ladder.release_all()
    former = record_of(ladder)
    ladder.wait()
    with ladder.runtime.writing() as session:
        row = session.get_one(CredentialRow, ladder.credential("one").id)
        row.document += b" "
        row.reissued_at = ladder.runtime.clock()

    assert records.catch_up(ladder.runtime.issuing) == ()
    assert record_of(ladder).document == former.document


# Who gets it.


def share(ladder: Ladder, slug: str, shows: Disclosure = Disclosure.WITH_LEVELS) -> str:
    """Share one of the learner's credentials; return the token of its link."""
    runtime = ladder.runtime
    credential_id = ladder.credential(slug).id
    sharing.share(
        runtime.issuing,
        ladder.learner.earner_id,
        credential_id,
        shows,
        random_token=runtime.random_token,
    )
    with runtime.reading() as session:
        found = shares.find_share(session, credential_id)
    assert found is not None
    return found.token


def test_it_is_public_only_once_everything_in_it_is(app: Flask, ladder: Ladder) -> None:
    """It holds the badges whole: one that is hidden, or shown without levels, keeps it private."""
    ladder.release_all()
    client, row = app.test_client(), record_of(ladder)
    places = [f"/credentials/{row.id}", f"/s/{share(ladder, 'the-stack')}.record"]
    vc = {"Accept": "application/vc"}
    for slug in ("one", "two", "three"):
        share(ladder, slug)
    share(ladder, "four", Disclosure.WITHOUT_LEVELS)
    whole = places[1].removesuffix(".record")

    for place in places:
        assert client.get(place, headers=vc).status_code == 404
    assert "learner record" not in client.get(whole).text
    share(ladder, "four")
    for place in places:
        answer = client.get(place, headers=vc)
        assert (answer.data, answer.mimetype) == (row.document, "application/vc")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Download the learner record" in client.get(whole).text
    page = client.get(places[0], headers={"Accept": "text/html"})
    assert page.location == f"{BASE}/credentials/{ladder.credential().id}"
    report = client.post("/verify", data={"url": f"{BASE}{places[0]}"}).text
    assert "The credentials in it" in report
    assert report.count("It holds, and it is the very one that is meant.") >= 5

    with ladder.runtime.writing() as session:
        sharing.unshare(
            session,
            ladder.learner.earner_id,
            ladder.credential("two").id,
            clock=ladder.runtime.clock,
        )
    assert client.get(places[0], headers=vc).status_code == 404


def test_its_earner_downloads_it_at_any_time(app: Flask, ladder: Ladder) -> None:
    """In the course, and by the keep link; nobody else, and no badge has one."""
    ladder.release_all()
    runtime, row = ladder.runtime, record_of(ladder)
    with runtime.writing() as session:
        launch = rows.a_launch(session, ladder.course, ladder.learner)
        token = keeping.make_keep_link(
            session,
            ladder.learner.earner_id,
            clock=runtime.clock,
            new_id=runtime.new_id,
            random_token=runtime.random_token,
        )
    learner, client = Visitor(app, launch), app.test_client()
    whole, badge = ladder.credential().id, ladder.credential("one").id

    assert learner.answer(f"/credentials/{whole}.record").data == row.document
    assert "Download the learner record" in learner.get(f"/credentials/{whole}").text
    assert client.get(f"/keep/{token}/{whole}.record").data == row.document
    assert f"/keep/{token}/{whole}.record" in client.get(f"/keep/{token}/").text
    for answer in (
        client.get(f"/keep/{token}/{badge}.record"),
        client.get(f"/keep/{token}x/{whole}.record"),
        client.get(f"/credentials/{row.id}"),
    ):
        assert answer.status_code == 404
