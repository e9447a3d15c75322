"""Credentials of a file come from templates, and are what the long way makes of the same award."""

from typing import Any

import pytest
from sqlalchemy import select

from badges.credential import check_before_signing
from badges.errors import BadgesError
from badges.instants import parse_instant
from badges.proof import add_data_integrity_proof
from badges.template import Filler, Proof
from badges.untrusted import parse_object
from badges.verification import verify
from badges.written import serialize
from keys.jwk import thumbprint
from keys.ring import KeyRing
from keys.signing import Algorithm
from lti_tool.runtime import Runtime
from lti_tool.services import issuing
from lti_tool.services.bulk import awarding, signing
from lti_tool.services.bulk.batches import Batches, Ready
from lti_tool.services.compromising import compromise
from lti_tool.services.resolving import OwnResolver
from lti_tool.store.rows import AwardRow, CredentialRow, EarnerRow, IssuerRow, UserRow
from tests import rows
from tests.bulks import ATTESTED, FAIL, PASS, RATED, Office, a_csv, an_office
from tests.conftest import FakeClock

PASSES = (PASS, ("p5", "p3", "p3", "p3"), ("p5", "p5", "p5", "p5"), ("p3", "p5", "p3", "p5"))
NAMES = ("Ada Lovelace", "Grace O’Hopper", 'Annie "Bee"', "Ålo 🎓", "", "שרה", "C\\D", "Zoë")


@pytest.fixture
def longs(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The credentials that went the long way."""
    found: list[bytes] = []
    sign = issuing.sign_checked

    def noted(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - handed on as they come
        forms = sign(*args, **named)
        found.append(forms.document)
        return forms

    monkeypatch.setattr(signing, "sign_checked", noted)
    return found


def an_office_of(runtime: Runtime, names: tuple[str, ...]) -> Office:
    """A course with learners, who confirmed these names with work on another badge."""
    office = an_office(runtime, learners=len(names))
    with runtime.writing() as session:
        other = rows.a_course(session, slug="elsewhere")
        for user, name in zip(office.learners, names, strict=True):
            submission = rows.a_submission(session, other, session.get_one(UserRow, user.id))
            attempt = rows.an_attempt(session, submission, state="submitted")
            attempt.name_on_badge, attempt.name_confirmed = name, bool(name)
    return office


def documents(office: Office) -> list[bytes]:
    """All credentials as they are stored."""
    with office.runtime.reading() as session:
        return list(session.scalars(select(CredentialRow.document).order_by(CredentialRow.id)))


def ring_of(office: Office) -> KeyRing:
    """The keys of the office's issuer."""
    with office.runtime.reading() as session:
        return office.runtime.rings.load(
            session, session.get_one(IssuerRow, office.course.issuer.id)
        )


def long_way(office: Office, document: bytes) -> bytes:
    """A credential, checked and signed again as any other document is."""
    found: dict[str, Any] = parse_object(document)
    proof = found.pop("proof")[0]
    check_before_signing(found)
    key = ring_of(office).current(Algorithm.ED25519)
    return serialize(add_data_integrity_proof(found, key, created=parse_instant(proof["created"])))


def test_they_are_the_same_byte_for_byte(runtime: Runtime, longs: list[bytes]) -> None:
    """Whatever was rated, in batches of whatever size, and whatever the earners are called."""
    office = an_office_of(runtime, NAMES * 2)
    ratings = [PASSES[number % len(PASSES)] for number in range(len(office.learners))]

    assert set(office.award(office.rated(*ratings)).values()) == {"awarded"}

    found = documents(office)
    assert len(found) == len(ratings)
    resolver = OwnResolver(runtime.database, runtime.issuing.urls)
    for one in found:
        assert one == long_way(office, one)
        assert verify(one, resolver=resolver, now=runtime.clock())
    assert all(name in b"".join(found).decode() for name in ("Ålo 🎓", "שרה", "C\\\\D"))
    assert len(longs) < len(found)


def test_the_long_way_is_gone_once_for_each_set_of_ratings(
    runtime: Runtime, longs: list[bytes], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And then for a name that is not filled in as it is; also across batches."""
    monkeypatch.setattr(awarding, "BATCH", 4)
    names = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", 'G"H', "Ida", "Jo", "Kim", "Lea", "Mo")
    office = an_office_of(runtime, names)
    wish = office.wish(office.rated(*(PASSES[number % 2] for number in range(12))))
    for _ in awarding.award(runtime.issuing, wish):
        clock.advance(minutes=1)

    found = documents(office)
    assert [one == long_way(office, one) for one in found] == [True] * 12
    assert len({parse_object(one)["validFrom"] for one in found}) == 3
    assert len(longs) == 3
    assert any(b'G\\"H' in one for one in longs)


def test_attested_awards_have_a_template_of_their_own(runtime: Runtime, longs: list[bytes]) -> None:
    """Each with its own day."""
    office = an_office(runtime, learners=4)
    days = ("2024-05-01", "2023-05-01", "2022-05-01", "2021-05-01")
    office.award(office.attested(*days))

    found = documents(office)
    assert len(longs) == 1
    assert [one == long_way(office, one) for one in found] == [True] * 4
    awarded = {str(parse_object(one)["awardedDate"])[:10] for one in found}
    assert awarded == set(days)


def test_a_key_that_is_lost_before_a_batch_is_written_signs_none_of_it(
    runtime: Runtime, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One batch is written while the next one is signed: that takes a while."""
    monkeypatch.setattr(awarding, "BATCH", 2)
    office = an_office(runtime, learners=4)
    lost = thumbprint(ring_of(office).current(Algorithm.ED25519).public)
    write, calls = Batches.write, []

    def late(self: Batches, ready: Ready) -> None:
        calls.append(ready)
        if len(calls) == 2:
            since = clock().replace(microsecond=0)
            compromise(runtime.issuing, runtime.key_parts, lost, since=since)
        write(self, ready)

    monkeypatch.setattr(Batches, "write", late)
    wish = office.wish(office.rated(*([PASS] * 4)))
    assert len(list(awarding.award(runtime.issuing, wish))) == 2

    with runtime.reading() as session:
        stored = session.scalars(select(CredentialRow)).all()
    new = [one.document for one in stored if one.document_key_id != lost]
    # The first batch was there before: `keys reissue` finds it.
    assert (len(stored), len(new)) == (4, 2)
    resolver = OwnResolver(runtime.database, runtime.issuing.urls)
    assert all(verify(one, resolver=resolver, now=runtime.clock()) for one in new)


def test_what_does_not_verify_is_not_stored(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template that was sound when it was learned, and spoils what it makes later."""
    office = an_office(runtime)
    sign, calls = Filler.sign, []

    def spoiling(self: Filler, values: tuple[str, ...], proof: Proof) -> bytes:
        calls.append(values)
        signed = sign(self, values, proof)
        return signed if len(calls) == 1 else signed.replace(b"What it is.", b"What it was")

    monkeypatch.setattr(Filler, "sign", spoiling)

    with pytest.raises(BadgesError):
        office.award(office.rated(PASS, PASS, PASS))
    assert office.count(AwardRow) == 0


def test_a_template_that_gives_something_else_is_not_used(
    runtime: Runtime, longs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one byte: then all go the long way."""
    office = an_office(runtime)
    sign = Filler.sign
    monkeypatch.setattr(Filler, "sign", lambda *given: sign(*given) + b" ")

    assert set(office.award(office.rated(PASS, PASS, PASS)).values()) == {"awarded"}
    assert len(longs) == 3


def test_who_cannot_be_named_holds_up_nobody(runtime: Runtime) -> None:
    """A name that verifiers read in two ways is refused, in its row."""
    office = an_office_of(runtime, ("Ada", "Be\x7fn", "Cleo"))

    assert office.award(office.rated(PASS, PASS, PASS)) == {
        2: "awarded",
        3: "not_signable",
        4: "awarded",
    }


def test_a_file_of_both_kinds(runtime: Runtime, longs: list[bytes]) -> None:
    """Ratings that earn nothing need no credential."""
    office = an_office(runtime, learners=4)
    data = a_csv(
        (*RATED, ATTESTED[1]),
        (office.learners[0].sub, "", *PASS, ""),
        (office.learners[1].sub, "", *FAIL, ""),
        (office.learners[2].sub, "", "", "", "", "", "2024-05-01"),
        (office.learners[3].sub, "", *PASS, ""),
    )

    assert sorted(office.award(data).values()) == ["awarded"] * 3 + ["not_awarded"]
    assert len(longs) == 2


def test_the_name_that_its_earner_chose_since_counts(runtime: Runtime, clock: FakeClock) -> None:
    """As for a single award: whoever changed it for all badges meant those to come."""
    office = an_office_of(runtime, ("Ada", "Ben"))
    with runtime.writing() as session:
        earner = session.get_one(EarnerRow, office.learners[0].earner_id)
        earner.chosen_name, earner.name_chosen_at = "Augusta", clock()

    office.award(office.rated(PASS, PASS))

    text = b"".join(documents(office)).decode()
    assert [name in text for name in ("Augusta", "Ada", "Ben")] == [True, False, True]
