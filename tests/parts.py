"""Credentials that belong to others: badges behind a microcredential, a record, endorsements."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from badges.achievement import Issuer, Status
from badges.clr import RecordFacts, build_learner_record, with_foreign
from badges.credential import build_credential
from badges.endorsement import EndorsementFacts, build_endorsement
from badges.pathway import AcceptedCredential
from badges.pathway_publication import MEDIA_TYPES, HeldBadge, binding_of, evidence_of
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.status_list import StatusList, build_status_list_credential
from badges.written import serialize
from keys.did_document import build_did_document
from keys.jwk import public_jwk
from keys.ring import HeldKey
from keys.signing import generate_ed25519, generate_rsa
from tests.credentials import (
    ACHIEVEMENT,
    BASE,
    DID,
    LIST_URL,
    NOW,
    FakeResolver,
    a_did_document,
    a_held_key,
    a_microcredential,
    an_achievement,
    an_issuer,
    issuer_keys,
    some_facts,
)

AGENCY = "did:web:agency.example.org"
AGENCY_LIST = "https://agency.example.org/status/1"
ENDORSEMENT = "https://agency.example.org/endorsements/7"
ENDORSED_INDEX = 7
FOREIGN_ACHIEVEMENT = "https://agency.example.org/achievements/1"
PARTS = ("1", "2", "3", "4")
RECORD = f"{BASE}/credentials/9b2fce5e-6c54-4e3a-8d2b-0c1de5b2f3a1"


@cache
def agency_keys() -> tuple[HeldKey, HeldKey]:
    """The keys of an agency that endorses."""
    return a_held_key(generate_ed25519(), AGENCY), a_held_key(generate_rsa(), AGENCY)


def an_agency_list_document(
    *revoked: int, valid_until: datetime = NOW + timedelta(days=60)
) -> dict[str, object]:
    """The agency's status list, unsigned."""
    return build_status_list_credential(
        StatusList.empty().with_set(revoked),
        url=AGENCY_LIST,
        issuer_id=AGENCY,
        valid_from=NOW,
        valid_until=valid_until,
    )


def an_agency_list(*revoked: int, valid_until: datetime = NOW + timedelta(days=60)) -> bytes:
    """The agency's signed status list."""
    document = an_agency_list_document(*revoked, valid_until=valid_until)
    return serialize(add_data_integrity_proof(document, agency_keys()[0], created=NOW))


def an_endorsement(**changes: object) -> dict[str, object]:
    """What the agency says of the achievement, unsigned; `changes` are facts to replace."""
    values: dict[str, object] = {
        "id": ENDORSEMENT,
        "endorser": Issuer(id=AGENCY, name="The Agency", url="https://agency.example.org/"),
        "subject_id": ACHIEVEMENT,
        "name": "Endorsement of Listening Closely",
        "comment": "We looked at the rubric.",
        "status": Status(list_url=AGENCY_LIST, index=ENDORSED_INDEX),
        "valid_from": NOW,
    } | changes
    return build_endorsement(EndorsementFacts(**values))  # type: ignore[arg-type]  # keywords


def signed_by_agency(document: Mapping[str, object] | None = None) -> dict[str, object]:
    """An endorsement with the agency's Data Integrity proof."""
    return add_data_integrity_proof(document or an_endorsement(), agency_keys()[0], created=NOW)


def an_endorsement_jwt(document: Mapping[str, object] | None = None) -> str:
    """An endorsement as a compact JWT."""
    return sign_vc_jwt(document or an_endorsement(), agency_keys()[1])


def an_endorsed_badge(**changes: object) -> dict[str, object]:
    """An unsigned badge whose achievement the agency endorses."""
    endorsed = an_achievement(endorsements=(serialize(signed_by_agency()),))
    return build_credential(some_facts(achievement=endorsed, **changes))


def with_endorsement(document: Mapping[str, Any], *endorsements: object) -> dict[str, Any]:
    """A badge with these endorsements of its achievement, as they are; tokens apart."""
    subject = document["credentialSubject"]
    objects = [one for one in endorsements if not isinstance(one, str)]
    tokens = [one for one in endorsements if isinstance(one, str)]
    given = {"endorsement": objects, "endorsementJwt": tokens}
    achievement = {**subject["achievement"], **{k: v for k, v in given.items() if v}}
    return {**document, "credentialSubject": {**subject, "achievement": achievement}}


@cache
def a_part(number: str, endorsements: tuple[bytes, ...] = ()) -> bytes:
    """A signed badge that the microcredential rests on, as issued; what endorses its issuer."""
    achievement = an_achievement(id=f"{BASE}/achievements/{number}", name=f"Badge {number}")
    document = build_credential(
        some_facts(
            id=part_url(number),
            issuer=an_issuer(endorsements=endorsements),
            achievement=replace(achievement, result_descriptions=()),
            results=(),
            narrative="Earned.",
            status=Status(list_url=LIST_URL, index=int(number)),
        )
    )
    return serialize(add_data_integrity_proof(document, issuer_keys()[0], created=NOW))


def part_url(number: str) -> str:
    """The id of one of those badges."""
    return f"{BASE}/credentials/{number}"


def a_foreign_badge(**changes: object) -> bytes:
    """A badge of the agency, about somebody whom it calls by another name."""
    issuer = an_issuer(id=AGENCY, name="The Agency", url="https://agency.example.org/")
    document = build_credential(
        some_facts(
            id="https://agency.example.org/badges/1",
            issuer=issuer,
            achievement=an_achievement(
                id=FOREIGN_ACHIEVEMENT, creator=issuer, result_descriptions=()
            ),
            subject_id="did:example:ada",
            results=(),
            narrative="Earned there.",
            evidence=(),
            status=Status(list_url=AGENCY_LIST, index=9),
        )
    )
    signed = add_data_integrity_proof(document | changes, agency_keys()[0], created=NOW)
    return serialize(signed)


def from_the_agency(document: bytes, number: int = 0, *, form: str = "json") -> HeldBadge:
    """It, as it counts as one of the badges."""
    url = f"{BASE}/components/{number}"
    return HeldBadge(
        title="Badge 1",
        credential_url=url,
        evidence_url=f"{url}#evidence",
        is_attested=False,
        document=document,
        media_type=MEDIA_TYPES[form],
        accepted=AcceptedCredential(
            component="one", achievement=FOREIGN_ACHIEVEMENT, issuer=AGENCY, title="Listening"
        ),
    )


def a_whole(
    endorsements: tuple[bytes, ...] = (), *elsewhere: HeldBadge, **changes: object
) -> dict[str, object]:
    """The unsigned microcredential that rests on them, and on those of others."""
    held = [
        HeldBadge(
            title=f"Badge {number}",
            credential_url=part_url(number),
            evidence_url=f"{BASE}/evidence/{number}",
            is_attested=False,
            document=a_part(number, endorsements),
        )
        for number in PARTS
    ] + list(elsewhere)
    return build_credential(
        a_microcredential(
            issuer=an_issuer(endorsements=endorsements),
            evidence=tuple(map(evidence_of, held)),
            related=tuple(map(binding_of, held)),
            **changes,
        )
    )


def a_signed_whole(endorsements: tuple[bytes, ...] = ()) -> bytes:
    """The microcredential as issued."""
    return serialize(add_data_integrity_proof(a_whole(endorsements), issuer_keys()[0], created=NOW))


def a_record(endorsements: tuple[bytes, ...] = (), **changes: object) -> dict[str, object]:
    """The unsigned learner record of the microcredential and its badges."""
    values: dict[str, object] = {
        "id": RECORD,
        "issuer": an_issuer(),
        "whole": a_signed_whole(endorsements=endorsements),
        "parts": tuple(a_part(number, endorsements) for number in PARTS),
        "status": some_facts().status,
        "valid_from": NOW,
    } | changes
    return build_learner_record(RecordFacts(**values))  # type: ignore[arg-type]  # keywords


def foreign_facts(*foreign: bytes) -> RecordFacts:
    """What a record says of a microcredential that rests on badges of others, too."""
    held = [from_the_agency(one, number) for number, one in enumerate(foreign)]
    return with_foreign(
        RecordFacts(
            id=RECORD,
            issuer=an_issuer(),
            whole=serialize(
                add_data_integrity_proof(a_whole((), *held), issuer_keys()[0], created=NOW)
            ),
            parts=tuple(map(a_part, PARTS)),
            status=some_facts().status,
            valid_from=NOW,
        ),
        foreign,
    )


def a_world(**changes: object) -> FakeResolver:
    """Both issuers with their lists and keys, and the badges, which are public."""
    world = FakeResolver(
        documents={DID: a_did_document(), AGENCY: build_did_document(AGENCY, agency_keys())},
        credentials={part_url(number): a_part(number) for number in PARTS},
    )
    world.lists[AGENCY_LIST] = an_agency_list()
    world.jwks[agency_keys()[1].id] = public_jwk(agency_keys()[1].public)
    for name, value in changes.items():
        setattr(world, name, value)
    return world
