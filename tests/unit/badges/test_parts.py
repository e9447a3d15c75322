"""What a credential names, holds and is endorsed by is verified with it, each on its own."""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from badges.achievement import Status
from badges.checks import CheckName, CheckState, Part, PartKind
from badges.digests import check_digest
from badges.errors import DigestError, VerificationError
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.reach import MAXIMUM_DOCUMENTS, MAXIMUM_LEVELS, MAXIMUM_QUESTIONS
from badges.verification import VerifiedCredential
from badges.written import digest_multibase, serialize
from keys.did_document import build_did_document
from keys.multikey import encode_multibase
from keys.ring import HeldKey, KeyState
from tests.credentials import (
    BASE,
    DID,
    LIST_URL,
    NOW,
    FakeResolver,
    a_document,
    a_jwt,
    a_signed_credential,
    a_signed_status_list,
    an_issuer,
    issuer_keys,
    other_keys,
)
from tests.parts import (
    AGENCY,
    AGENCY_LIST,
    ENDORSED_INDEX,
    ENDORSEMENT,
    PARTS,
    a_part,
    a_record,
    a_signed_whole,
    a_whole,
    a_world,
    agency_keys,
    an_agency_list,
    an_agency_list_document,
    an_endorsement,
    an_endorsement_jwt,
    part_url,
    signed_by_agency,
    with_endorsement,
)
from tests.verifying import check

PASSED, FAILED, WARNED, NOT_CHECKED = (
    CheckState.PASSED,
    CheckState.FAILED,
    CheckState.WARNED,
    CheckState.NOT_CHECKED,
)


def outcome(
    data: bytes | str | Mapping[str, object], world: FakeResolver, name: CheckName
) -> tuple[CheckState, str, tuple[Part, ...]]:
    """Return how one check comes out, whether the whole holds or not, and the parts."""
    found: VerifiedCredential | VerificationError
    try:
        found = check(data, world)
    except VerificationError as error:
        found = error
        failed = [one for one in error.checks if one.state is FAILED]
        assert [one.name for one in failed] == [name]
    (one,) = (one for one in found.checks if one.name is name)
    assert (one.state is FAILED) == isinstance(found, VerificationError)
    return one.state, one.code, found.parts


# Components: bound by the digest of their bytes.


@pytest.mark.parametrize("form", [a_signed_whole, lambda: a_jwt(a_whole())], ids=["di", "jwt"])
def test_every_badge_behind_a_microcredential_is_verified(form: Callable[[], bytes | str]) -> None:
    """Each has its digest, its proof, its status; the report says of each what it is."""
    world = a_world()
    state, code, parts = outcome(form(), world, CheckName.PARTS)

    assert (state, code) == (PASSED, "ok")
    assert [(one.kind, one.id, one.name, one.issuer_id, one.issuer_name) for one in parts] == [
        (PartKind.COMPONENT, part_url(number), f"Badge {number}", DID, "Harbour College")
        for number in PARTS
    ]
    assert [one.place for one in parts] == [f"/relatedResource/{index}" for index in range(4)]
    assert {check.state for one in parts for check in one.checks} == {PASSED}
    assert parts[0].checks[0].name is CheckName.BINDING


def test_nothing_is_asked_for_twice() -> None:
    """One issuer, one list, four badges."""
    world = a_world()
    check(a_signed_whole(), world)

    assert sorted(world.asked) == sorted([DID, LIST_URL, *map(part_url, PARTS)])


def test_a_badge_has_no_parts_to_check() -> None:
    """Then no check speaks of any."""
    names = {one.name for one in check(a_signed_credential()).checks}

    assert names.isdisjoint({CheckName.PARTS, CheckName.ENDORSEMENTS, CheckName.ASSOCIATIONS})


def test_a_revoked_part_is_named_and_takes_nothing_from_the_whole() -> None:
    """Its issuer says by the microcredential's own status whether that takes it away."""
    world = a_world(lists={LIST_URL: a_signed_status_list(3)})
    state, code, parts = outcome(a_signed_whole(), world, CheckName.PARTS)

    assert (state, code) == (WARNED, "revoked")
    assert [one.state for one in parts] == [PASSED, PASSED, WARNED, PASSED]


def test_other_bytes_than_were_bound_fail_the_whole() -> None:
    """Also where they are a good badge: it is not the one that was counted."""
    world = a_world()
    world.credentials[part_url("2")] = a_part("3")
    state, code, parts = outcome(a_signed_whole(), world, CheckName.PARTS)

    assert (state, code) == (FAILED, "digest")
    assert parts[1].checks[0].name is CheckName.BINDING
    assert parts[1].name == ""


def test_a_part_that_is_not_public_is_not_checked() -> None:
    """Its earner does not show it: that is no fault of the microcredential."""
    world = a_world()
    del world.credentials[part_url("2")]
    state, code, parts = outcome(a_signed_whole(), world, CheckName.PARTS)

    assert (state, code) == (NOT_CHECKED, "not_public")
    assert [one.code for one in parts] == ["ok", "not_public", "ok", "ok"]
    assert parts[1].id == part_url("2")


def test_a_part_with_a_signature_of_somebody_else_fails_the_whole() -> None:
    """The digest fits, so the issuer counted a forgery, or lost its key."""
    forged = serialize(
        add_data_integrity_proof(
            {**a_document(), "id": part_url("2")}, other_keys()[0], created=NOW
        )
    )
    whole = related(a_whole(), part_url("2"), forged)
    world = a_world()
    world.credentials[part_url("2")] = forged
    state, code, _ = outcome(a_signed_credential(whole), world, CheckName.PARTS)

    assert (state, code) == (FAILED, "key_not_vouched_for")


def related(document: Mapping[str, Any], url: str, data: bytes) -> dict[str, object]:
    """The document with one more thing that it binds."""
    entry = {"id": url, "mediaType": "application/vc", "digestMultibase": digest_multibase(data)}
    return {**document, "relatedResource": [entry]}


@pytest.mark.parametrize(
    ("entry", "state", "code"),
    [
        ({}, NOT_CHECKED, "no_digest"),
        ({"digestMultibase": "uEiA"}, NOT_CHECKED, "digest_not_supported"),
        ({"digestMultibase": "zzzzz" * 40}, NOT_CHECKED, "digest_not_supported"),
        ({"digestSRI": "md5-AAAA"}, NOT_CHECKED, "digest_not_supported"),
        ({"digestSRI": "sha384-AAAA"}, FAILED, "digest"),
    ],
    ids=range(5),
)
def test_what_binds_nothing_proves_nothing(
    entry: dict[str, object], state: CheckState, code: str
) -> None:
    """Only a digest that fits counts; without one the badge is not even looked at."""
    resource = {"id": part_url("1"), "mediaType": "application/vc", **entry}
    signed = a_signed_credential(a_document(relatedResource=[resource]))

    assert outcome(signed, a_world(), CheckName.PARTS)[:2] == (state, code)


def multibase(code: bytes, digest: bytes) -> str:
    """A multihash in base64url."""
    return "u" + base64.urlsafe_b64encode(code + digest).rstrip(b"=").decode()


GOOD = {
    "sha256": multibase(b"\x12\x20", hashlib.sha256(b"abc").digest()),
    "sha384": multibase(b"\x20\x30", hashlib.sha384(b"abc").digest()),
    "sha512": multibase(b"\x13\x40", hashlib.sha512(b"abc").digest()),
    "base58": encode_multibase(b"\x12\x20" + hashlib.sha256(b"abc").digest()),
}


@pytest.mark.parametrize("digest", GOOD.values(), ids=GOOD)
def test_digests_of_other_makers(digest: str) -> None:
    """Longer functions and base58; a second digest has to fit, too."""
    integrity = "sha256-" + base64.b64encode(hashlib.sha256(b"abc").digest()).decode()

    check_digest({"digestMultibase": digest, "digestSRI": integrity}, b"abc")
    for resource in ({"digestMultibase": digest}, {"digestSRI": integrity}):
        with pytest.raises(DigestError) as raised:
            check_digest(resource, b"abcd")
        assert raised.value.reason == "digest"
    with pytest.raises(DigestError) as raised:
        check_digest({"digestMultibase": digest, "digestSRI": "sha256-AAAA"}, b"abc")
    assert raised.value.reason == "digest"


# Endorsements, in tokens here: those in objects are below.


def endorsed(*endorsements: object) -> str:
    """A badge as JWT with endorsements of its achievement."""
    return a_jwt(with_endorsement(a_document(), *endorsements))


@pytest.mark.parametrize("make", [signed_by_agency, an_endorsement_jwt], ids=["di", "jwt"])
def test_an_endorsement_is_verified_with_the_badge(make: Callable[[], object]) -> None:
    """Shape, proof, key, dates, status, and that it is about what it stands in."""
    state, code, parts = outcome(endorsed(make()), a_world(), CheckName.ENDORSEMENTS)

    assert (state, code) == (PASSED, "ok")
    (one,) = parts
    assert (one.kind, one.id, one.issuer_name) == (PartKind.ENDORSEMENT, ENDORSEMENT, "The Agency")
    assert one.comment == "We looked at the rubric."
    assert {check.state for check in one.checks} == {PASSED}


@pytest.mark.parametrize("where", ["credential", "issuer"])
def test_an_endorsement_may_stand_wherever_something_has_an_id(where: str) -> None:
    """The credential itself and its issuer may be endorsed."""
    document: dict[str, Any] = a_document()
    about = {"credential": document["id"], "issuer": DID}[where]
    given = [signed_by_agency(an_endorsement(subject_id=about))]
    if where == "issuer":
        document["issuer"] = {**document["issuer"], "endorsement": given}
    else:
        document["endorsement"] = given

    _, _, (one,) = outcome(a_jwt(document), a_world(), CheckName.ENDORSEMENTS)
    assert (one.state, one.subject_id) == (PASSED, about)


def tampered() -> dict[str, object]:
    """An endorsement that says more than was signed."""
    return {**signed_by_agency(), "name": "The highest endorsement"}


def with_another_key() -> dict[str, object]:
    """An endorsement in the agency's name by somebody else."""
    return add_data_integrity_proof(an_endorsement(), other_keys()[0], created=NOW)


def with_more_in_its_subject() -> dict[str, object]:
    """An endorsement that says more about the achievement than an endorsement may."""
    document: Any = an_endorsement()
    subject = {**document["credentialSubject"], "type": ["EndorsementSubject", "Achievement"]}
    return signed_by_agency({**document, "credentialSubject": subject})


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: signed_by_agency(an_endorsement(subject_id="urn:x:other")), "another_subject"),
        (tampered, "signature"),
        (with_another_key, "key_not_vouched_for"),
        (with_more_in_its_subject, "wrong_shape"),
        (an_endorsement, "no_proof_that_we_verify"),
        (a_signed_credential, "no_endorsement"),
        (lambda: "x.y.z", "jwt_parts"),
        (lambda: [5], "no_credential"),
        (lambda: an_endorsement_jwt()[:-9] + "AAAAAAAAA", "signature"),
    ],
    ids=range(9),
)
def test_a_false_endorsement_fails_the_badge(make: Callable[[], object], code: str) -> None:
    """Whoever put it there says that somebody endorses it who does not."""
    token = endorsed(make())

    assert outcome(token, a_world(), CheckName.ENDORSEMENTS)[:2] == (FAILED, code)


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ({"lists": {LIST_URL: a_signed_status_list(), AGENCY_LIST: an_agency_list(7)}}, WARNED,
         "revoked"),
        ({"lists": {LIST_URL: a_signed_status_list()}}, NOT_CHECKED, "status_list_unreachable"),
        (
            {
                "lists": {
                    LIST_URL: a_signed_status_list(),
                    AGENCY_LIST: an_agency_list(valid_until=NOW - timedelta(days=1)),
                }
            },
            NOT_CHECKED,
            "status_list_not_valid",
        ),
    ],
    ids=["withdrawn", "no list", "expired list"],
)  # fmt: skip
def test_what_becomes_of_an_endorser_later_does_not_take_the_badge(
    changes: dict[str, object], state: CheckState, code: str
) -> None:
    """It withdrew its word, or it is gone: the badge stays, and the report says so."""
    assert ENDORSED_INDEX == 7
    world = a_world(**changes)

    assert outcome(endorsed(signed_by_agency()), world, CheckName.ENDORSEMENTS)[:2] == (state, code)


def agency_after(state: KeyState) -> dict[str, object]:
    """The agency's document once its key signs no more."""
    key = agency_keys()[0]
    old = HeldKey(
        id=key.id,
        public=key.public,
        state=state,
        revoked_at=NOW if state is KeyState.COMPROMISED else None,
    )
    return build_did_document(AGENCY, [old])


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (lambda: agency_after(KeyState.RETIRED), (PASSED, "ok")),
        (lambda: agency_after(KeyState.COMPROMISED), (WARNED, "key_revoked")),
        (lambda: build_did_document("did:web:new.example", agency_keys()), None),
    ],
    ids=["retired key", "compromised key", "somebody else's document"],
)
def test_the_endorsers_keys(
    document: Callable[[], dict[str, object]], expected: tuple[CheckState, str] | None
) -> None:
    """A retired key is believed, a lost one no more; a document has to be the endorser's own."""
    world = a_world()
    world.documents[AGENCY] = document()
    found = outcome(endorsed(signed_by_agency()), world, CheckName.ENDORSEMENTS)[:2]

    assert found == (expected or (FAILED, "issuer_document_malformed"))


def test_an_endorser_that_is_gone_is_not_checked() -> None:
    """Its words are not shown then, as nobody stands behind them."""
    world = a_world()
    del world.documents[AGENCY]
    state, code, (one,) = outcome(endorsed(signed_by_agency()), world, CheckName.ENDORSEMENTS)

    assert (state, code) == (NOT_CHECKED, "issuer_unreachable")
    assert (one.name, one.comment, one.issuer_name) == ("", "", "")


# Learner records.


def a_record_token(**changes: object) -> str:
    """A learner record of others, as a token."""
    return a_jwt(changed_subject(a_record(), **changes))


def changed_subject(document: Mapping[str, Any], **changes: object) -> dict[str, object]:
    """The record with other members in its subject."""
    return {**document, "credentialSubject": {**document["credentialSubject"], **changes}}


@pytest.mark.parametrize("form", ["di", "jwt"])
def test_every_credential_in_a_record_is_verified(form: str) -> None:
    """And the badges that its microcredential binds are found beside it, not in the world."""
    world = a_world(credentials={})
    record = a_record_token() if form == "jwt" else a_signed_credential(a_record())
    state, _, parts = outcome(record, world, CheckName.PARTS)

    assert state is PASSED
    assert [one.kind for one in parts] == [PartKind.EMBEDDED] * 5
    assert [one.state for one in parts] == [PASSED] * 5
    assert [one.id for one in parts[0].parts] == [part_url(number) for number in PARTS]
    assert set(world.asked) <= {DID, LIST_URL, issuer_keys()[1].id}


def test_a_revoked_badge_in_a_record_is_named_twice() -> None:
    """By itself, and behind the microcredential."""
    world = a_world(lists={LIST_URL: a_signed_status_list(2)})
    state, code, parts = outcome(a_record_token(), world, CheckName.PARTS)

    assert (state, code) == (WARNED, "revoked")
    assert [one.state for one in parts] == [WARNED, PASSED, WARNED, PASSED, PASSED]


def test_a_tampered_badge_in_a_record_fails_it() -> None:
    """The record's own proof says nothing about what is in it."""
    record: Any = a_record()
    credentials = record["credentialSubject"]["verifiableCredential"]
    credentials[2] = {**credentials[2], "name": "Another"}
    token = a_record_token(verifiableCredential=credentials)

    assert outcome(token, a_world(), CheckName.PARTS)[:2] == (FAILED, "digest")


def test_a_badge_of_somebody_else_is_pointed_out() -> None:
    """Issuers may know one person by two names, so it is no fault by itself."""
    token = a_record_token(id="urn:uuid:11111111-2222-4333-8444-555555555555")

    assert outcome(token, a_world(), CheckName.PARTS)[:2] == (WARNED, "another_subject")


def test_associations_have_to_be_about_what_is_there() -> None:
    """Others may be in another record, so that is a warning."""
    known = f"{BASE}/achievements/1"
    association = {
        "type": "Association",
        "associationType": "isParentOf",
        "sourceId": known,
        "targetId": "urn:x:elsewhere",
    }
    good = check(a_record_token(), a_world())
    assert (CheckName.ASSOCIATIONS, PASSED) in {(one.name, one.state) for one in good.checks}
    found = outcome(a_record_token(association=[association]), a_world(), CheckName.ASSOCIATIONS)
    assert found[:2] == (WARNED, "achievement_elsewhere")
    own = {"id": "urn:x:elsewhere", "type": ["Achievement"]}
    fixed = a_record_token(association=[association], achievement=[own])
    assert outcome(fixed, a_world(), CheckName.ASSOCIATIONS)[:2] == (PASSED, "ok")


# Hostile input.


def test_a_part_may_embed_itself_in_vain() -> None:
    """Whoever serves other bytes each time never gets them looked at."""
    world = a_world()
    own = f"{BASE}/credentials/loop"
    looped = a_jwt(related({**a_document(), "id": own}, own, b"anything"))
    world.credentials[own] = looped.encode()

    assert outcome(looped, world, CheckName.PARTS)[:2] == (FAILED, "digest")
    assert world.asked.count(own) == 1


def a_chain(world: FakeResolver, length: int) -> dict[str, object]:
    """A badge that binds a badge that binds a badge, and so on."""
    document = a_signed_credential({**a_document(), "id": f"{BASE}/credentials/chain/0"})
    for number in range(1, length):
        url, data = str(document["id"]), serialize(document)
        world.credentials[url] = data
        above = {**a_document(), "id": f"{BASE}/credentials/chain/{number}"}
        document = a_signed_credential(related(above, url, data))
    return document


def test_a_chain_of_parts_ends() -> None:
    """What lies deeper than any honest credential is not fetched."""
    world = a_world()
    found = check(a_chain(world, MAXIMUM_LEVELS + 5), world)

    asked = [one for one in world.asked if "chain" in one]
    assert len(asked) == MAXIMUM_LEVELS
    (part,) = found.parts
    for _ in range(MAXIMUM_LEVELS - 1):
        (part,) = part.parts
    assert (CheckName.PARTS, "too_deep") in {(one.name, one.code) for one in part.checks}


def test_a_thousand_parts_are_not_fetched() -> None:
    """The budget is one for the whole verification; the rest is not checked."""
    world = a_world()
    entries = [
        {"id": f"{BASE}/x/{number}", "mediaType": "application/vc", "digestSRI": "sha256-AAAA"}
        for number in range(1000)
    ]
    state, code, parts = outcome(
        a_signed_credential(a_document(relatedResource=entries)), world, CheckName.PARTS
    )

    assert (state, code) == (NOT_CHECKED, "not_public")
    assert len(parts) == 1000
    assert len(world.asked) <= MAXIMUM_QUESTIONS


def test_a_record_of_hundreds_is_checked_as_far_as_the_budget_goes() -> None:
    """The rest is said not to be checked, and never to be good."""
    credential = json.loads(a_part("1"))
    many = [
        a_jwt({**a_document(), "id": f"urn:uuid:00000000-0000-4000-8000-{number:012}"})
        for number in range(MAXIMUM_DOCUMENTS + 5)
    ]
    token = a_record_token(verifiableCredential=[credential, *many], association=[])
    state, code, parts = outcome(token, a_world(), CheckName.PARTS)

    assert (state, code) == (NOT_CHECKED, "too_many")
    assert [one.state for one in parts].count(PASSED) == MAXIMUM_DOCUMENTS


def test_one_badge_in_a_record_a_thousand_times_is_verified_once() -> None:
    """What was verified is remembered by its bytes."""
    credential = json.loads(a_part("1"))
    token = a_record_token(verifiableCredential=[credential] * 50, association=[])
    world = a_world()

    assert outcome(token, world, CheckName.PARTS)[0] is PASSED
    assert len(world.asked) <= 3


def test_the_issuer_may_be_endorsed_in_an_endorsement() -> None:
    """An endorser is an issuer, too; levels end that."""
    status = Status(list_url=LIST_URL, index=9)
    of_agency = an_endorsement(endorser=an_issuer(), subject_id=AGENCY, status=status)
    document: Any = an_endorsement()
    document["issuer"]["endorsement"] = [a_signed_credential(of_agency)]

    token = endorsed(an_endorsement_jwt(document))
    _, _, (one,) = outcome(token, a_world(), CheckName.ENDORSEMENTS)
    assert [inner.state for inner in one.parts] == [PASSED]


def bound(world: FakeResolver, data: bytes) -> str:
    """A badge that binds these bytes, which its world serves."""
    url = f"{BASE}/credentials/hostile"
    world.credentials[url] = data
    return a_jwt(related(a_document(), url, data))


def a_bomb() -> bytes:
    """A status list that unpacks to a gigabyte, signed."""
    packed = zlib.compressobj(wbits=31)
    body = b"".join(packed.compress(bytes(1 << 20)) for _ in range(1024)) + packed.flush()
    document: Any = an_agency_list_document()
    encoded = base64.urlsafe_b64encode(body).rstrip(b"=").decode()
    document["credentialSubject"]["encodedList"] = "u" + encoded
    return sign_vc_jwt(document, agency_keys()[1]).encode()


def a_poisoned_graph() -> bytes:
    """A badge with lists of equal words: only hard work tells their cells apart."""
    signed: Any = a_signed_credential()
    described = {"id": "urn:x:y", "type": ["ResultDescription"], "allowedValue": ["A"] * 5000}
    signed["credentialSubject"]["achievement"]["resultDescription"].append(described)
    return serialize(signed)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "too_deep"),
        (b'{"proof": 1e999}', "bad_number"),
        (b'{"proof": ' + b"9" * 5000 + b"}", "bad_number"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b"\xff" * 100, "not_utf8"),
        (b"{" + b" " * 1_000_001, "too_large"),
        (a_poisoned_graph(), "work_budget"),
        (b"", "jwt_parts"),
    ],
    ids=["deep", "infinite", "huge number", "twice", "bytes", "large", "poisoned", "empty"],
)
def test_a_hostile_part_is_refused_as_anything_else(data: bytes, code: str) -> None:
    """Whoever signed the whole bound it, so the whole fails; nothing else comes of it."""
    world = a_world()

    assert outcome(bound(world, data), world, CheckName.PARTS)[:2] == (FAILED, code)


def test_a_list_of_an_endorser_that_is_a_bomb_is_not_unpacked() -> None:
    """No more is unpacked than the longest list takes."""
    world = a_world(lists={LIST_URL: a_signed_status_list(), AGENCY_LIST: a_bomb()})
    found = outcome(endorsed(signed_by_agency()), world, CheckName.ENDORSEMENTS)[:2]

    assert found == (NOT_CHECKED, "status_list_not_valid")
