"""Endorsements: added or taken in, carried by what is issued afterwards, shown, withdrawn."""

import json
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from badges.checks import CheckState, PartKind
from badges.proof import add_data_integrity_proof
from badges.verification import VerifiedCredential, verify
from badges.written import serialize
from keys.did_document import build_did_document
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services import (
    compromising,
    endorsing,
    forms,
    reissuing,
    renaming,
    sharing,
    taking_in,
)
from lti_tool.services.disclosing import Disclosure
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import AuditEventRow, CredentialFormRow, EndorsementRow, IssuerRow
from tests.credentials import FakeResolver, issuer_keys
from tests.pages import BASE
from tests.parts import (
    AGENCY,
    AGENCY_LIST,
    agency_keys,
    an_agency_list,
    an_endorsement,
    an_endorsement_jwt,
    signed_by_agency,
)
from tests.stacked import Ladder, a_ladder, add_dean, endorse, url_of


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Two badges, a pathway, and beside their issuer another department."""
    made = a_ladder(runtime, slugs=("one", "two"))
    made.pathway(components=("one", "two"))
    add_dean(runtime)
    return made


def own_issuer(ladder: Ladder) -> IssuerRow:
    """Who signs the badges."""
    with ladder.runtime.reading() as session:
        return session.get_one(IssuerRow, ladder.course.issuer.id)


def check(ladder: Ladder, data: bytes) -> VerifiedCredential:
    """Verify with what we serve."""
    runtime = ladder.runtime
    resolver = OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))
    return verify(data, resolver=resolver, now=runtime.clock())


def carried(ladder: Ladder, slug: str = "one") -> dict[str, CheckState]:
    """The endorsements in a badge, by what they endorse, with how each comes out."""
    states: dict[str, CheckState] = {}
    for form in ("document", "token"):
        found = check(ladder, getattr(ladder.credential(slug), form))
        states = {
            part.subject_id: part.state for part in found.parts if part.kind is PartKind.ENDORSEMENT
        }
    return states


def test_badges_carry_it_from_then_on(ladder: Ladder, app: Flask) -> None:
    """Of the version and of the issuer; both forms are served, and every page shows it."""
    ladder.release("one")
    of_badge, of_issuer = (
        endorse(ladder, url_of(ladder, "two")),
        endorse(ladder, own_issuer(ladder).slug, "A careful college."),
    )
    ladder.release("two")

    assert carried(ladder, "one") == {}
    assert carried(ladder, "two") == {
        url_of(ladder, "two"): CheckState.PASSED,
        own_issuer(ladder).did: CheckState.PASSED,
    }
    assert carried(ladder, "the-stack") == {own_issuer(ladder).did: CheckState.PASSED}
    client = app.test_client()
    page = client.get(url_of(ladder, "two").removeprefix(BASE)).text
    assert "Read and found sound." in page
    assert "A careful college." in page
    assert "Read and found sound." not in client.get(url_of(ladder).removeprefix(BASE)).text
    for row in (of_badge, of_issuer):
        assert client.get(row.url.removeprefix(BASE)).data == row.document
        jwt = client.get(row.url.removeprefix(BASE), headers={"Accept": "application/vc+jwt"})
        assert jwt.data == row.token
        assert check(ladder, row.document).issuer_id == check(ladder, jwt.data).issuer_id
    report = client.post("/verify", data={"credential": ladder.credential("two").document.decode()})
    assert "Read and found sound." in report.text


def test_a_form_without_levels_carries_it_too(ladder: Ladder) -> None:
    """It is of the same version, whose id is endorsed."""
    endorse(ladder, url_of(ladder))
    ladder.release("one")
    runtime = ladder.runtime
    form = forms.prepare_form(runtime.issuing, ladder.credential("one").id)

    assert form is not None
    found = check(ladder, form.forms.document)
    assert [(one.kind, one.state) for one in found.parts] == [
        (PartKind.ENDORSEMENT, CheckState.PASSED)
    ]


def test_a_withdrawn_one_is_carried_no_more_and_takes_no_badge(ladder: Ladder) -> None:
    """Badges that carry it show that it was withdrawn, and stay valid."""
    row = endorse(ladder, url_of(ladder))
    ladder.release("one")
    ladder.wait()
    endorsing.withdraw(ladder.runtime.issuing, row.id)

    assert carried(ladder) == {url_of(ladder): CheckState.WARNED}
    with pytest.raises(ConflictError, match="withdrawn already"):
        endorsing.withdraw(ladder.runtime.issuing, row.id)
    ladder.revoke("one")
    again = ladder.for_another()
    again.release("one")
    assert carried(again) == {}
    with ladder.runtime.reading() as session:
        actions = sorted(session.scalars(select(AuditEventRow.action)))
    assert [one for one in actions if one.startswith("endorsement")] == [
        "endorsement.added",
        "endorsement.withdrawn",
    ]


def test_what_a_lost_key_signed_is_carried_no_more(ladder: Ladder) -> None:
    """Nobody has to believe it; it can be added anew."""
    row = endorse(ladder, url_of(ladder))
    runtime = ladder.runtime
    ladder.wait()
    assert row.document_key_id is not None
    compromising.compromise(
        runtime.issuing, runtime.key_parts, row.document_key_id, since=row.added_at
    )
    ladder.release("one")
    assert carried(ladder) == {}
    endorse(ladder, url_of(ladder))
    again = ladder.for_another()
    again.release("one")
    assert carried(again) == {url_of(ladder): CheckState.PASSED}


def test_what_a_lost_key_signed_is_signed_anew(ladder: Ladder, app: Flask) -> None:
    """Under its id and with its place in the list; what was withdrawn is left alone."""
    row, withdrawn = endorse(ladder, url_of(ladder)), endorse(ladder, url_of(ladder, "two"))
    before = ladder.for_another()
    before.release("one")
    runtime, lost = ladder.runtime, str(row.document_key_id)
    endorsing.withdraw(runtime.issuing, withdrawn.id)
    ladder.wait()
    compromising.compromise(runtime.issuing, runtime.key_parts, lost, since=row.added_at)
    affected = reissuing.list_affected(runtime.database, lost)
    assert {one.credential_id: one.is_revoked for one in affected if one.is_endorsement} == {
        row.id: False,
        withdrawn.id: True,
    }

    done = list(reissuing.reissue(runtime.issuing, lost))

    assert [(one.credential_id, one.outcome) for one in done] == [(row.id, "reissued")]
    assert list(reissuing.reissue(runtime.issuing, lost)) == []
    served = app.test_client().get(row.url.removeprefix(BASE))
    new, old = json.loads(served.data), json.loads(row.document)
    assert new["validFrom"] > old["validFrom"]
    without = {"validFrom": None, "proof": None}
    assert {**new, **without} == {**old, **without}
    assert check(ladder, served.data).issuer_id == row.endorser_did
    ladder.release("one")
    assert carried(ladder) == {url_of(ladder): CheckState.PASSED}
    assert set(carried(before).values()) == {CheckState.WARNED}
    with runtime.reading() as session:
        actions = list(session.scalars(select(AuditEventRow.action)))
    assert actions.count("endorsement.reissued") == 1


def test_what_cannot_be_endorsed(ladder: Ladder) -> None:
    """Oneself, a draft, what is not ours, and nothing twice."""
    own = own_issuer(ladder).slug
    draft = ladder.draft(id="another", components=("one",))
    for subject, error in (
        (f"{BASE}/achievements/{draft}", NotFoundError),
        ("https://elsewhere.example/1", NotFoundError),
        ("nothing", NotFoundError),
        ("dean", InvalidInputError),
    ):
        with pytest.raises(error):
            endorse(ladder, subject)
    with pytest.raises(InvalidInputError, match="endorse itself"):
        endorsing.endorse(ladder.runtime.issuing, endorser=own, subject=url_of(ladder), comment="")
    endorse(ladder, url_of(ladder), "")
    with pytest.raises(ConflictError, match="already"):
        endorse(ladder, url_of(ladder))


# What others signed.


def the_world(*revoked: int) -> FakeResolver:
    """The agency as its host serves it."""
    return FakeResolver(
        documents={AGENCY: build_did_document(AGENCY, agency_keys())},
        lists={AGENCY_LIST: an_agency_list(*revoked)},
    )


def of_ours(ladder: Ladder, **changes: object) -> dict[str, Any]:
    """An endorsement of our badge by the agency, unsigned."""
    return an_endorsement(**{"subject_id": url_of(ladder)} | changes)


def take_in(ladder: Ladder, document: object, world: FakeResolver | None = None) -> EndorsementRow:
    """Take in what somebody handed over."""
    data = document if isinstance(document, bytes) else serialize(document)  # type: ignore[arg-type]
    ladder.wait()
    ladder.runtime.clock.advance(days=2)  # type: ignore[attr-defined]  # the tests' clock
    return taking_in.take_in(ladder.runtime.issuing, data, resolver=world or the_world())


def test_an_endorsement_of_others_travels_in_our_badges(ladder: Ladder, app: Flask) -> None:
    """Verified when it comes in; with our own resolver alone it is not checked again."""
    row = take_in(ladder, signed_by_agency(of_ours(ladder)))
    ladder.release("one")

    assert (row.endorser_did, row.endorser_name) == (AGENCY, "The Agency")
    assert carried(ladder) == {"": CheckState.NOT_CHECKED} or carried(ladder) == {
        url_of(ladder): CheckState.NOT_CHECKED
    }
    document = ladder.credential("one").document
    assert row.document in document
    page = app.test_client().get(url_of(ladder).removeprefix(BASE)).text
    assert "We looked at the rubric." in page
    assert app.test_client().get(f"/endorsements/{row.id}").status_code == 404
    with pytest.raises(ConflictError):
        take_in(ladder, signed_by_agency(of_ours(ladder)))
    endorsing.withdraw(ladder.runtime.issuing, row.id)


def test_a_proof_that_stands_alone_is_put_in_an_array(ladder: Ladder) -> None:
    """The plain form of the official schema asks for that, and the proof covers it not."""
    signed: Any = signed_by_agency(of_ours(ladder))
    (proof,) = signed["proof"]
    row = take_in(ladder, {**signed, "proof": proof})

    assert json.loads(row.document) == signed


def wrong(ladder: Ladder, case: str) -> tuple[object, FakeResolver]:
    """Something that must not be taken in."""
    good = of_ours(ladder)
    stranger = add_data_integrity_proof(good, issuer_keys()[0], created=ladder.runtime.clock())
    urn = f"urn:uuid:{ladder.versions['one']}"
    upper = f"{BASE}/achievements/{str(ladder.versions['one']).upper()}"
    of_own = {**good, "issuer": {**good["issuer"], "id": own_issuer(ladder).did}}
    cases: dict[str, tuple[object, FakeResolver]] = {
        "tampered": ({**signed_by_agency(good), "name": "Best"}, the_world()),
        "another's key": (stranger, the_world()),
        "revoked": (signed_by_agency(good), the_world(7)),
        "unreachable": (signed_by_agency(good), FakeResolver(documents={}, lists={})),
        "no list": (signed_by_agency(good), the_world()),
        "a token": (an_endorsement_jwt(good).encode(), the_world()),
        "no JSON": (b"{", the_world()),
        "a badge": (b"[]", the_world()),
        "no arrays": (
            signed_by_agency({**good, "credentialSchema": good["credentialSchema"][0]}),
            the_world(),
        ),
        "elsewhere": (signed_by_agency(of_ours(ladder, subject_id="urn:x:y")), the_world()),
        "in our name": (signed_by_agency(of_own), the_world()),
        "by another name": (signed_by_agency(of_ours(ladder, subject_id=urn)), the_world()),
        "in other letters": (signed_by_agency(of_ours(ladder, subject_id=upper)), the_world()),
    }
    cases["no list"][1].lists.clear()
    return cases[case]


@pytest.mark.parametrize(
    "case",
    [
        "tampered",
        "another's key",
        "revoked",
        "unreachable",
        "no list",
        "a token",
        "no JSON",
        "a badge",
        "no arrays",
        "elsewhere",
        "in our name",
        "by another name",
        "in other letters",
    ],
)
def test_what_does_not_hold_is_not_taken_in(ladder: Ladder, case: str) -> None:
    """Every check has to have been made, and what is stored is never a risk for a badge."""
    document, world = wrong(ladder, case)

    with pytest.raises((InvalidInputError, NotFoundError)):
        take_in(ladder, document, world)
    with ladder.runtime.reading() as session:
        assert session.scalars(select(EndorsementRow)).all() == []


def test_an_unknown_endorsement_is_not_found(ladder: Ladder, app: Flask) -> None:
    """Neither by its page nor to withdraw."""
    nobody = UUID(int=1)

    assert app.test_client().get(f"/endorsements/{nobody}").status_code == 404
    with pytest.raises(NotFoundError):
        endorsing.withdraw(ladder.runtime.issuing, nobody)


def test_it_stays_when_the_earner_has_the_badge_issued_anew(ladder: Ladder) -> None:
    """Under another name, and in the form without levels."""
    runtime, earner_id = ladder.runtime, ladder.learner.earner_id
    endorse(ladder, url_of(ladder))
    ladder.release("one")
    row = ladder.credential("one")
    ladder.wait()
    wish = renaming.Wish(name="Rosa", badges=frozenset({row.id}))
    assert renaming.change_identity(runtime.issuing, earner_id, wish) == 1
    sharing.share(
        runtime.issuing,
        earner_id,
        row.id,
        Disclosure.WITHOUT_LEVELS,
        random_token=runtime.random_token,
    )

    with runtime.reading() as session:
        form = session.scalars(select(CredentialFormRow)).one()
    for document in (ladder.credential("one").document, form.document):
        (part,) = check(ladder, document).parts
        assert (part.subject_id, part.state) == (url_of(ladder), CheckState.PASSED)
