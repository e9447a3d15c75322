"""Credentials of other issuers: for which badge one may stand, and whose it is."""

from hashlib import md5, sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.foreign import AddressMatch, NoStandIn, compare_address, find_components, read_facts
from badges.identity import hash_address
from badges.instants import parse_instant
from badges.pathway import AcceptedCredential
from tests.credentials import ACHIEVEMENT, DID, a_document
from tests.parts import an_endorsement

ELSEWHERE = "https://elsewhere.example/x"


def accepted(
    component: str = "one", achievement: str = ACHIEVEMENT, issuer: str = DID
) -> AcceptedCredential:
    """What a pathway accepts."""
    return AcceptedCredential(component=component, achievement=achievement, issuer=issuer)


def naming(*identities: object, **around: object) -> dict[str, Any]:
    """A badge that names its subject so."""
    document: dict[str, Any] = a_document(**around)
    return {
        **document,
        "credentialSubject": {**document["credentialSubject"], "identifier": list(identities)},
    }


def an_identity(text: str, *, hashed: bool = False, **more: object) -> dict[str, object]:
    """An identity object of an e-mail address."""
    return {
        "type": "IdentityObject",
        "hashed": hashed,
        "identityHash": text,
        "identityType": "emailAddress",
        **more,
    }


@pytest.mark.parametrize(
    ("accepts", "found"),
    [
        ((), NoStandIn.NOTHING_ACCEPTED),
        ((accepted(),), ("one",)),
        ((accepted("two"), accepted("one")), ("two", "one")),
        ((accepted("two", ELSEWHERE), accepted("one")), ("one",)),
        ((accepted(achievement=ELSEWHERE),), NoStandIn.ANOTHER_ACHIEVEMENT),
        ((accepted(issuer=ELSEWHERE),), NoStandIn.ANOTHER_ISSUER),
        ((accepted(achievement=ELSEWHERE, issuer=ELSEWHERE),), NoStandIn.NOT_ACCEPTED),
        # The one's achievement of the other's issuer is neither.
        (
            (accepted(achievement=ELSEWHERE), accepted(issuer=ELSEWHERE)),
            NoStandIn.ANOTHER_ACHIEVEMENT,
        ),
        ((accepted(achievement=f"{ACHIEVEMENT}/"),), NoStandIn.ANOTHER_ACHIEVEMENT),
        ((accepted(issuer=DID.upper()),), NoStandIn.ANOTHER_ISSUER),
    ],
)
def test_what_it_may_stand_for(
    accepts: tuple[AcceptedCredential, ...], found: tuple[str, ...] | NoStandIn
) -> None:
    """Both ids have to be those that the pathway names, to the letter."""
    assert find_components(a_document(), accepts) == found


def test_only_badges_stand_in() -> None:
    """An endorsement by the right issuer is none."""
    assert find_components(an_endorsement(), [accepted()]) is NoStandIn.NOT_A_BADGE


def test_it_counts_since_it_was_awarded() -> None:
    """`validFrom` moves with each new issue of it; where nothing else is said, it has to do."""
    document = a_document(
        awardedDate="2024-05-01T00:00:00Z",
        validFrom="2025-05-01T00:00:00Z",
        validUntil="2030-05-01T00:00:00Z",
    )
    bare = {name: value for name, value in document.items() if name != "awardedDate"}

    assert read_facts(document).earned_at == parse_instant("2024-05-01T00:00:00Z")
    assert read_facts(document).valid_until == parse_instant("2030-05-01T00:00:00Z")
    assert read_facts(bare).earned_at == parse_instant("2025-05-01T00:00:00Z")
    assert read_facts(bare).valid_until == parse_instant("2030-05-01T00:00:00Z")
    assert (read_facts(bare).issuer_id, read_facts(bare).achievement_id) == (DID, ACHIEVEMENT)


@given(
    address=st.emails(),
    salt=st.text(alphabet=st.characters(codec="utf-8"), max_size=20),
    swaps=st.booleans(),
)
def test_the_same_address_is_recognised_in_each_form(
    address: str, salt: str, *, swaps: bool
) -> None:
    """In clear or hashed, with salt or without, in whatever case it was written."""
    written = address.swapcase() if swaps else address
    for_hash = address.lower()
    forms = (
        an_identity(written),
        an_identity(hash_address(for_hash, salt=salt).hash, hashed=True, salt=salt),
        an_identity(f"sha256${sha256(for_hash.encode()).hexdigest().upper()}", hashed=True),
        an_identity(
            f"md5${md5(f'{for_hash}{salt}'.encode(), usedforsecurity=False).hexdigest()}",
            hashed=True,
            salt=salt,
        ),
    )

    for form in forms:
        # What is hashed as it was written by others than us is found if it is in lower case.
        assert compare_address(naming(form), address.lower()) is AddressMatch.SAME
        assert compare_address(naming(form), f"x{address}") is AddressMatch.ANOTHER


def test_no_letter_of_another_script_becomes_one_of_an_address() -> None:
    """The Kelvin sign in lower case is a plain k, and neither mailbox is the other."""
    kim, kelvin = "kim@example.org", "\u212aim@example.org"
    digest = sha256(kim.encode()).hexdigest()
    for named in (an_identity(kim), an_identity(f"sha256${digest}", hashed=True)):
        assert compare_address(naming(named), kelvin) is AddressMatch.ANOTHER
    assert compare_address(naming(an_identity(kelvin)), kim) is AddressMatch.ANOTHER
    assert compare_address(naming(an_identity(kelvin)), f" {kelvin}") is AddressMatch.SAME


@given(text=st.text(max_size=80), address=st.emails())
def test_nothing_but_the_address_is_taken_for_it(text: str, address: str) -> None:
    """Whatever stands in the place of a hash: no error, and no match."""
    for hashed in (True, False):
        found = compare_address(naming(an_identity(f"{text}!", hashed=hashed)), address)
        assert found is AddressMatch.ANOTHER


@pytest.mark.parametrize(
    ("identity", "found"),
    [
        (None, AddressMatch.UNSAID),
        (an_identity("ada@example.org") | {"identityType": "name"}, AddressMatch.UNSAID),
        (an_identity("ada@example.org") | {"identityType": "ext:mail"}, AddressMatch.UNSAID),
        (an_identity("bob@example.org"), AddressMatch.ANOTHER),
        # A hash that is not said to be one is an address of its own, and the reverse.
        (
            an_identity(hash_address("ada@example.org", salt="").hash, hashed=False),
            AddressMatch.ANOTHER,
        ),
        (an_identity("ada@example.org", hashed=True), AddressMatch.ANOTHER),
        (
            an_identity(hash_address("ada@example.org", salt="a").hash, hashed=True, salt="b"),
            AddressMatch.ANOTHER,
        ),
        (
            an_identity(f"sha1${'0' * 40}", hashed=True),
            AddressMatch.ANOTHER,
        ),
    ],
)
def test_whose_it_is(identity: dict[str, object] | None, found: AddressMatch) -> None:
    """Only an e-mail address says so, and only the right one."""
    document = naming(identity) if identity else a_document()

    assert compare_address(document, "ada@example.org") is found


def test_one_of_several_is_enough() -> None:
    """Somebody has two addresses; and one object stands where a list may."""
    document = naming(an_identity("bob@example.org"), an_identity("ADA@example.org"))
    single = a_document()
    subject: Any = single["credentialSubject"]
    single["credentialSubject"] = {**subject, "identifier": an_identity("ada@example.org")}

    assert compare_address(document, "ada@example.org") is AddressMatch.SAME
    assert compare_address(single, "ada@example.org") is AddressMatch.SAME


def test_without_an_address_to_compare_nothing_is_said() -> None:
    """A keep link knows none: that is no match, and nothing against its holder."""
    assert compare_address(naming(an_identity("")), "") is AddressMatch.NOT_COMPARED
    assert compare_address(a_document(), "") is AddressMatch.UNSAID
