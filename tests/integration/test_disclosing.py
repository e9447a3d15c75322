"""Sharing a badge with or without its levels: what a stranger gets, and what they never get."""

import json
import re
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from badges.baking import unbake
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services import compromising, forms, reissuing, rotating, sharing
from lti_tool.services.disclosing import Disclosure
from lti_tool.services.examining import examine
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.revoking import revoke_credential
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import (
    AwardRow,
    CredentialFormRow,
    CredentialRow,
    FormerCredentialRow,
    ShareRow,
    UserRow,
)
from tests import rows
from tests.pages import BASE, Visitor, read_page
from tests.rows import a_launch
from tests.stacked import a_ladder, at_once
from tests.stages import Stage

HIDDEN = "without the result in each competency"
LEVELS = "Result for each competency"


def whole(stage: Stage) -> CredentialRow:
    """The credential with its levels."""
    with stage.runtime.reading() as session:
        return session.scalars(select(CredentialRow)).one()


def form(stage: Stage) -> CredentialFormRow:
    """The form without them."""
    with stage.runtime.reading() as session:
        return session.scalars(select(CredentialFormRow)).one()


def earner(stage: Stage) -> UUID:
    """Whose badge it is."""
    with stage.runtime.reading() as session:
        return session.get_one(UserRow, stage.learner_id).earner_id


def share(stage: Stage, disclosure: Disclosure = Disclosure.WITHOUT_LEVELS) -> str:
    """Share the badge; return the path of its link."""
    runtime, id_ = stage.runtime, whole(stage).id
    sharing.share(
        runtime.issuing, earner(stage), id_, disclosure, random_token=runtime.random_token
    )
    with runtime.reading() as session:
        found = session.scalars(select(ShareRow).where(ShareRow.ended_at.is_(None))).one()
        return f"/s/{found.token}"


def wait(runtime: Runtime) -> None:
    """Let a minute pass."""
    runtime.clock.advance(minutes=1)  # type: ignore[attr-defined]  # the tests' clock


def verdict(stage: Stage, data: bytes) -> str:
    """What a verifier that asks us finds."""
    runtime = stage.runtime
    resolver = OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))
    return examine(data, resolver=resolver, now=runtime.clock()).status


def test_a_stranger_gets_the_badge_without_levels(stage: Stage, client: FlaskClient) -> None:
    """Page, card, downloads and id: nothing leads to the levels, and everything verifies."""
    link = share(stage)
    row, less = whole(stage), form(stage)
    page = client.get(link)
    downloads = {one: client.get(f"{link}.{one}") for one in ("json", "jwt", "picture")}

    assert HIDDEN in page.text
    assert "This badge is valid" in page.text
    assert LEVELS not in page.text
    assert "Total:" not in page.text
    assert downloads["json"].data == less.document
    assert downloads["jwt"].data == less.token
    assert unbake(downloads["picture"].data) == less.document
    document: dict[str, Any] = json.loads(less.document)
    assert "result" not in document["credentialSubject"]
    assert document["credentialStatus"] == json.loads(row.document)["credentialStatus"]
    assert document["evidence"] == json.loads(row.document)["evidence"]
    evidence = client.get(document["evidence"][0]["id"].removeprefix(BASE))
    assert evidence.status_code == 200
    for seen in (page, *downloads.values(), evidence):
        assert str(row.id).encode() not in seen.data
    for data in (less.document, less.token or b""):
        assert verdict(stage, data) == "valid"


def test_only_what_is_shared_is_served_under_its_id(stage: Stage, client: FlaskClient) -> None:
    """The id of the whole says nothing while only the form is shared, and the other way round."""
    share(stage)
    row, less = whole(stage), form(stage)
    unknown = client.get(f"/credentials/{rows.an_id()}").data

    def served(accept: str) -> list[bool]:
        """Whether there is anything at the two ids: of the whole, of the form."""
        found = []
        for id_ in (row.id, less.id):
            answer = client.get(f"/credentials/{id_}", headers={"Accept": accept})
            assert answer.status_code == 200 or answer.data == unknown
            found.append(answer.status_code == 200)
        return found

    for accept in ("text/html", "application/vc"):
        assert served(accept) == [False, True]
    assert client.get(f"/credentials/{less.id}", headers={"Accept": "application/vc"}).data == (
        less.document
    )
    wait(stage.runtime)
    share(stage, Disclosure.WITH_LEVELS)
    for accept in ("text/html", "application/vc"):
        assert served(accept) == [True, False]
    with stage.runtime.writing() as session:
        sharing.unshare(session, earner(stage), row.id, clock=stage.runtime.clock)
    assert served("text/html") == [False, False]


def test_the_other_choice_ends_the_link_at_once(stage: Stage, client: FlaskClient) -> None:
    """Nobody who was given a link comes to see more by it; the same choice changes nothing."""
    first = share(stage)
    assert share(stage) == first
    second = share(stage, Disclosure.WITH_LEVELS)

    for end in ("", ".json", ".jwt", ".picture"):
        assert client.get(f"{first}{end}").status_code == 404
        assert client.get(f"{second}{end}").status_code == 200
    assert LEVELS in client.get(second).text
    third = share(stage)
    assert client.get(second).status_code == 404
    assert third not in {first, second}
    assert stage.count(CredentialFormRow) == 1


def test_the_evidence_leads_nobody_to_the_next_link(stage: Stage, client: FlaskClient) -> None:
    """Its address stands in what the first link showed, and never changes."""
    first = share(stage)
    evidence = json.loads(client.get(f"{first}.json").data)["evidence"][0]["id"]
    second = share(stage, Disclosure.WITH_LEVELS)

    page = client.get(evidence.removeprefix(BASE))

    assert page.status_code == 200
    assert second.encode() not in page.data
    assert b"/s/" not in page.data
    assert str(whole(stage).id).encode() not in page.data


def test_our_own_addresses_are_verified_as_they_are_shown(
    stage: Stage, client: FlaskClient
) -> None:
    """The id of the form and the link lead to the form, that of the whole to nothing."""
    link, base = share(stage), stage.runtime.settings.base_url
    shown = (link, f"{link}.json", f"/credentials/{form(stage).id}")

    for path in shown:
        report = client.post("/verify", data={"url": base + path})
        assert "This badge is valid" in report.text
        assert str(whole(stage).id) not in report.text
    hidden = client.post("/verify", data={"url": f"{base}/credentials/{whole(stage).id}"})
    assert hidden.status_code == 422


def test_revoking_the_badge_revokes_both(stage: Stage, client: FlaskClient) -> None:
    """They share their place in the status list."""
    link = share(stage)
    revoke_credential(stage.runtime.issuing, whole(stage).id, reason="By mistake")

    assert "no longer valid" in client.get(link).text
    less, row = form(stage), whole(stage)
    for data in (row.document, row.token or b"", less.document, less.token or b""):
        assert verdict(stage, data) == "revoked"
    # What was shared stays a choice; nothing new is signed.
    share(stage, Disclosure.WITH_LEVELS)
    assert share(stage)
    assert stage.count(CredentialFormRow) == 1


def test_nothing_new_is_signed_for_a_revoked_badge(stage: Stage) -> None:
    """A form that was never made would not verify."""
    revoke_credential(stage.runtime.issuing, whole(stage).id, reason="By mistake")

    with pytest.raises(ConflictError, match="revoked"):
        share(stage)
    assert stage.count(ShareRow) == 0


def test_many_clicks_at_once_make_one_form_and_one_link(stage: Stage) -> None:
    """Whoever comes second finds what is there."""
    failed = at_once(*[lambda: share(stage)] * 3)

    assert all(isinstance(error, ConflictError) for error in failed)
    assert (stage.count(CredentialFormRow), stage.count(ShareRow)) == (1, 1)


def test_nobody_shares_another_persons_badge(stage: Stage) -> None:
    """No form is made, either."""
    runtime = stage.runtime
    with pytest.raises(NotFoundError):
        sharing.share(
            runtime.issuing,
            rows.an_id(),
            whole(stage).id,
            Disclosure.WITHOUT_LEVELS,
            random_token=runtime.random_token,
        )
    assert stage.count(CredentialFormRow) == 0


def test_a_microcredential_has_no_levels_to_leave_out(runtime: Runtime) -> None:
    """So there is no choice."""
    ladder = a_ladder(runtime)
    ladder.pathway()
    ladder.release_all()

    with pytest.raises(InvalidInputError, match="no levels"):
        sharing.share(
            runtime.issuing,
            ladder.learner.earner_id,
            ladder.credential().id,
            Disclosure.WITHOUT_LEVELS,
            random_token=runtime.random_token,
        )


def test_a_lost_key_is_followed_by_the_form(stage: Stage, client: FlaskClient) -> None:
    """Listed, issued anew under its id; what was there says so, and leads to the form alone."""
    link, runtime = share(stage), stage.runtime
    before, row = form(stage), whole(stage)
    wait(runtime)
    lost = before.document_key_id
    since = runtime.clock() - timedelta(seconds=30)
    compromising.compromise(runtime.issuing, runtime.key_parts, lost, since=since)
    assert verdict(stage, before.document) == "broken"
    assert {one.credential_id for one in reissuing.list_affected(runtime.database, lost)} == {
        row.id,
        before.id,
    }
    wait(runtime)
    done = list(reissuing.reissue(runtime.issuing, lost))

    assert [(one.credential_id, one.outcome) for one in done] == [
        (row.id, "reissued"),
        (before.id, "reissued"),
    ]
    now = form(stage)
    assert now.id == before.id
    assert verdict(stage, now.document) == verdict(stage, now.token or b"") == "valid"
    assert client.get(f"{link}.json").data == now.document
    report = client.post("/verify", data={"credential": before.document.decode()})
    assert "Issued anew since" in report.text
    assert str(before.id) in report.text
    assert str(row.id) not in report.text
    with runtime.reading() as session:
        kept = session.scalars(
            select(FormerCredentialRow.document).where(
                FormerCredentialRow.document_sha256 == before.document_sha256
            )
        ).one()
    assert kept == before.document
    assert list(reissuing.reissue(runtime.issuing, lost)) == []
    assert reissuing.list_affected(runtime.database, lost) == []


def test_a_form_under_a_key_of_its_own_is_followed_alone(stage: Stage) -> None:
    """It was made after a rotation, so the credential itself stays as it is."""
    runtime, row = stage.runtime, whole(stage)
    with runtime.writing() as session:
        rotating.rotate(session, runtime.key_parts, stage.course.issuer.slug)
    runtime.clock.advance(hours=1)  # type: ignore[attr-defined]  # the tests' clock
    share(stage)
    lost = form(stage).document_key_id
    assert lost != row.document_key_id
    wait(runtime)
    since = runtime.clock() - timedelta(seconds=30)
    compromising.compromise(runtime.issuing, runtime.key_parts, lost, since=since)
    wait(runtime)

    done = list(reissuing.reissue(runtime.issuing, lost))
    assert [one.credential_id for one in done] == [form(stage).id]
    assert whole(stage).document == row.document


def test_a_form_that_fell_behind_is_made_anew_when_it_is_shared(stage: Stage) -> None:
    """A process that died between the credential and its form leaves nothing wrong."""
    share(stage)
    before = form(stage)
    assert forms.prepare_form(stage.runtime.issuing, whole(stage).id) is None
    with stage.runtime.writing() as session:
        row = session.scalars(select(CredentialRow)).one()
        row.document = row.document.replace(b"Ada Learner", b"Ada Lovelace")
        row.document_sha256 = sha256(row.document).hexdigest()
    wait(stage.runtime)

    share(stage)
    assert b"Ada Lovelace" in form(stage).document
    assert form(stage).id == before.id


def test_the_earner_chooses_on_their_page(app: Flask, stage: Stage, client: FlaskClient) -> None:
    """In the course and by the keep link; LinkedIn gets the id of what is shown."""
    with stage.runtime.writing() as session:
        learner = Visitor(
            app, a_launch(session, stage.course, session.get_one(UserRow, stage.learner_id))
        )
    home = learner.get("/")
    assert 'name="shows" value="without_levels"' in home.text
    page = learner.submit("/share", shows="without_levels")
    assert "The link shows the badge without levels" in page.text

    found = re.search(r'id="keep-link" readonly value="([^"]+)"', learner.submit("/keep").text)
    assert found
    keep = found[1].removeprefix(BASE)
    kept = read_page(client.get(keep, base_url=BASE))
    assert f"certId={form(stage).id}" in kept.text
    assert "The link shows the badge without levels" in kept.text
    switched = client.post(
        f"{keep}{whole(stage).id}/share",
        data={"shows": "with_levels"},
        base_url=BASE,
        follow_redirects=True,
    )
    assert f"certId={whole(stage).id}" in switched.text
    assert (
        client.post(
            f"{keep}{whole(stage).id}/share", data={"shows": "everything"}, base_url=BASE
        ).status_code
        == 422
    )


def test_the_assessors_view_and_the_award_are_untouched(stage: Stage) -> None:
    """A form is no second award."""
    share(stage)
    assert stage.count(AwardRow) == stage.count(CredentialRow) == 1
