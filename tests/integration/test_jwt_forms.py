"""The VC-JWT of an award from a file: signed when somebody asks, or by the worker before."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from badges.proof import parse_vc_jwt
from badges.untrusted import parse_object
from lti_tool.runtime import Runtime
from lti_tool.services import compromising, jwt_forms, reissuing, renaming, revoking, sharing
from lti_tool.services.examining import Report, examine
from lti_tool.services.kits import find_kit
from lti_tool.services.records import SigningParts
from lti_tool.services.renaming import AddressWish
from lti_tool.services.resolving import OwnResolver
from lti_tool.store import jwt_forms as jwt_rows
from lti_tool.store import reissues
from lti_tool.store.rows import CredentialRow, FormerCredentialRow, ShareRow, SigningKeyRow
from tests.bulks import PASS, Office, an_office
from tests.conftest import FakeClock
from tests.stacked import a_ladder, at_once


@pytest.fixture
def office(runtime: Runtime) -> Office:
    """A course whose three learners were given the badge by a file."""
    office = an_office(runtime)
    office.award(office.rated(PASS, PASS, PASS))
    return office


def credentials(office: Office) -> list[CredentialRow]:
    """Every credential, by id."""
    with office.runtime.reading() as session:
        return list(session.scalars(select(CredentialRow).order_by(CredentialRow.id)))


def report(office: Office, data: bytes) -> Report:
    """What a verifier that asks us finds."""
    here = office.runtime
    resolver = OwnResolver(here.database, here.issuing.urls)
    return examine(data, resolver=resolver, now=here.clock())


def key_of(office: Office, purpose: str) -> str:
    """The key that signs for a purpose now."""
    with office.runtime.reading() as session:
        return session.scalars(
            select(SigningKeyRow.id).where(
                SigningKeyRow.purpose == purpose, SigningKeyRow.compromised_at.is_(None)
            )
        ).one()


def lose(office: Office, clock: FakeClock, purpose: str) -> str:
    """Have nobody believe the key that signs for a purpose; return its id."""
    key_id, since = key_of(office, purpose), clock()
    clock.advance(minutes=1)
    here = office.runtime
    compromising.compromise(here.issuing, here.key_parts, key_id, since=since)
    return key_id


def test_it_says_what_the_first_form_says(office: Office) -> None:
    """Every word of it; and the one that was stored is what everybody gets from then on."""
    first, *others = credentials(office)
    assert [one.token for one in (first, *others)] == [None] * 3

    token = jwt_forms.token_of(office.runtime.issuing, first.id)

    document = parse_object(first.document)
    document.pop("proof")
    assert parse_vc_jwt(token.decode()).document == document
    assert report(office, token).status == "valid"
    assert jwt_forms.token_of(office.runtime.issuing, first.id) == token
    assert [one.token for one in credentials(office)] == [token, None, None]
    now = credentials(office)[0]
    assert (now.document, now.token_key_id) == (first.document, key_of(office, "jwt"))


def test_two_who_ask_at_once_are_given_the_same(office: Office) -> None:
    """Whoever stores it first has it."""
    first, *_ = credentials(office)
    given: list[bytes] = []

    def ask() -> None:
        given.append(jwt_forms.token_of(office.runtime.issuing, first.id))

    assert at_once(ask, ask, ask) == []
    assert given == [credentials(office)[0].token] * 3


def test_the_worker_signs_what_nobody_asked_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, in batches, and no more when all are there."""
    monkeypatch.setattr(jwt_forms, "BATCH", 2)

    assert jwt_forms.complete_all(office.runtime.issuing) == 3

    for one in credentials(office):
        assert report(office, one.token or b"").status == "valid"
    assert jwt_forms.complete_all(office.runtime.issuing) == 0


def test_the_worker_goes_on_with_its_next_sweep(
    office: Office, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a long file not all is signed at once."""
    monkeypatch.setattr(jwt_forms, "BATCH", 1)
    complete = jwt_forms.complete

    def slowly(parts: SigningParts, ids: Collection[UUID]) -> int:
        clock.advance(seconds=20)
        return complete(parts, ids)

    monkeypatch.setattr(jwt_forms, "complete", slowly)

    parts = office.runtime.issuing
    assert [jwt_forms.complete_all(parts) for _ in range(3)] == [2, 1, 0]


def test_a_link_and_a_kit_hand_it_out(app: Flask, office: Office) -> None:
    """What is downloaded is what is stored."""
    here, (first, second, _) = office.runtime, credentials(office)
    with here.reading() as session:
        _, award, _ = reissues.get_with_award(session, first.id)
    sharing.share(here.issuing, award.earner_id, first.id, random_token=here.random_token)
    with here.reading() as session:
        link = session.scalars(select(ShareRow.token)).one()

    downloaded = app.test_client().get(f"/s/{link}.jwt").data
    kit = find_kit(here.issuing, second.id)

    assert [one.token for one in credentials(office)] == [downloaded, kit.credential.token, None]
    assert [one.jwk is not None for one in kit.issuers] == [True]


def test_a_kit_has_both_forms_of_what_a_microcredential_rests_on(runtime: Runtime) -> None:
    """Also of a badge that came from a file."""
    ladder = a_ladder(runtime, slugs=("one", "two"))
    ladder.pathway(components=("one", "two"))
    ladder.release_all("one", "two")
    with runtime.writing() as session:
        row = session.get_one(CredentialRow, ladder.credential("one").id)
        row.token = row.token_sha256 = row.token_key_id = None

    kit = find_kit(runtime.issuing, ladder.credential().id)

    stored = {ladder.credential(slug).token for slug in ("one", "two")}
    assert {one.token for one in kit.components} == stored


def test_a_badge_that_was_taken_back_has_two_forms_like_any_other(office: Office) -> None:
    """Both say so."""
    first, *_ = credentials(office)
    revoking.revoke_credential(office.runtime.issuing, first.id, reason="By mistake")

    token = jwt_forms.token_of(office.runtime.issuing, first.id)

    assert [report(office, one).status for one in (first.document, token)] == ["revoked"] * 2


def test_a_lost_key_signs_none(office: Office, clock: FakeClock) -> None:
    """What it has not signed yet, its successor signs; nothing has to be issued anew."""
    lost = lose(office, clock, "jwt")
    assert reissuing.list_affected(office.runtime.database, lost) == []

    token = jwt_forms.token_of(office.runtime.issuing, credentials(office)[0].id)

    assert report(office, token).status == "valid"
    assert credentials(office)[0].token_key_id == key_of(office, "jwt") != lost


def test_what_is_issued_anew_has_both_forms(office: Office, clock: FakeClock) -> None:
    """The former bytes had one, and are known as former by it."""
    before = credentials(office)
    lost = lose(office, clock, "data_integrity")
    assert len(reissuing.list_affected(office.runtime.database, lost)) == 3

    clock.advance(minutes=1)
    list(reissuing.reissue(office.runtime.issuing, lost))

    for one in credentials(office):
        assert report(office, one.document).status == "valid"
        assert report(office, one.token or b"").status == "valid"
    with office.runtime.reading() as session:
        former = session.scalars(select(FormerCredentialRow)).all()
    assert {(one.document, one.token) for one in former} == {(b.document, None) for b in before}


def test_it_names_whom_the_badge_names_by_then(office: Office, clock: FakeClock) -> None:
    """A change of name signs both forms."""
    here, (first, *_) = office.runtime, credentials(office)
    clock.advance(minutes=1)
    with here.reading() as session:
        _, award, _ = reissues.get_with_award(session, first.id)
    wish = renaming.read_wish("Ada", AddressWish.KEEP, "", [first.id], has_name=True)
    renaming.change_identity(here.issuing, award.earner_id, wish)

    token = jwt_forms.token_of(here.issuing, first.id)

    assert "Ada" in str(parse_vc_jwt(token.decode()).document["credentialSubject"])


def test_nothing_is_stored_for_a_document_that_is_no_more(office: Office) -> None:
    """It was issued anew between signing and storing: those bytes are nobody's second form."""
    first, *_ = credentials(office)
    store = partial(jwt_rows.set_token, token=b"a.b.c", sha256="0", key_id=key_of(office, "jwt"))
    with office.runtime.writing() as session:
        assert not store(session, first.id, made_from="of former bytes")
        assert store(session, first.id, made_from=first.document_sha256)
        assert not store(session, first.id, made_from=first.document_sha256)
    assert credentials(office)[0].token == b"a.b.c"
