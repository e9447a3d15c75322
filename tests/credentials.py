"""An invented issuer with keys, a served status list, and credentials of it: valid by default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

from badges.achievement import (
    Achievement,
    Alignment,
    Evidence,
    Image,
    Issuer,
    Result,
    ResultDescription,
    RubricCriterionLevel,
    Status,
)
from badges.binding import Fetched, Naming
from badges.credential import CredentialFacts, build_credential
from badges.definition import DefinitionState
from badges.errors import NotPublicError, ResolutionError
from badges.pathway_definition import PathwayDefinition
from badges.pathway_publication import (
    HeldBadge,
    StackedBadge,
    achievement_of_pathway,
    binding_of,
    evidence_of,
    holding_text,
)
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.status_list import StatusList, build_status_list_credential
from badges.written import serialize
from keys.did import verification_method_id
from keys.did_document import build_did_document
from keys.jwk import public_jwk, thumbprint
from keys.multikey import encode_multikey
from keys.ring import HeldKey, KeyState
from keys.signing import (
    Algorithm,
    PublicKey,
    SigningKey,
    generate_ed25519,
    generate_p256,
    generate_rsa,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://badges.example.edu"
DID = "did:web:badges.example.edu:issuers:harbour"
ACHIEVEMENT = f"{BASE}/achievements/5a0c"
LIST_URL = f"{BASE}/issuers/harbour/status/1"
STATUS_INDEX = 94_567


@cache
def issuer_keys() -> tuple[HeldKey, HeldKey]:
    """The issuer's Ed25519 and RSA keys, made once for all tests."""
    return a_held_key(generate_ed25519()), a_held_key(generate_rsa())


@cache
def other_keys() -> tuple[HeldKey, HeldKey]:
    """Keys of somebody else that claim to be the issuer's."""
    return a_held_key(generate_ed25519()), a_held_key(generate_rsa())


@cache
def es256_key() -> HeldKey:
    """The key of the issuer that signs JWTs with ES256."""
    return a_held_key(generate_p256())


def a_held_key(key: SigningKey, controller: str = DID) -> HeldKey:
    """A current key, named as the issuer names its keys: a DID fragment, or a URL for JWTs."""
    id_ = verification_method_id(controller, key.public)
    if key.algorithm is not Algorithm.ED25519:
        id_ = f"{BASE}/keys/{thumbprint(key.public)}"
    return HeldKey(id=id_, public=key.public, signing=key)


def an_issuer(**changes: object) -> Issuer:
    """The issuer of all credentials here."""
    values: dict[str, object] = {"id": DID, "name": "Harbour College", "url": f"{BASE}/"} | changes
    return Issuer(**values)  # type: ignore[arg-type]  # a test's own keywords


def a_result_description(criterion: str) -> ResultDescription:
    """A criterion with three levels, of which the middle one is required."""
    id_ = f"{ACHIEVEMENT}#criterion/{criterion}"
    return ResultDescription(
        id=id_,
        name=criterion.title(),
        levels=tuple(
            RubricCriterionLevel(
                id=f"{id_}/{name.lower()}",
                name=name,
                points=Decimal(points),
                description=f"{name} work in {criterion}.",
            )
            for name, points in (("Emerging", 1), ("Ready", 3), ("Strong", 5))
        ),
        required_level=f"{id_}/ready",
    )


def an_alignment(number: int = 1) -> Alignment:
    """A place in an invented framework."""
    return Alignment(
        id=f"{ACHIEVEMENT}#alignment/{number}",
        target_name="Listens",
        target_url=f"https://example.org/skills/{number}",
        target_framework="Skills, 2026",
        target_code=f"S.{number}",
    )


def an_achievement(**changes: object) -> Achievement:
    """A badge with two criteria."""
    values: dict[str, object] = {
        "id": ACHIEVEMENT,
        "name": "Listening Closely",
        "description": "Hears what a student means.",
        "version": "1",
        "creator": an_issuer(),
        "image": Image(url=f"{ACHIEVEMENT}/image.svg", caption="Badge 2 of 4: Listening Closely"),
        "criteria_url": f"{ACHIEVEMENT}/criteria",
        "criteria_narrative": "Reach **Ready** in both competencies.",
        "result_descriptions": (a_result_description("questions"), a_result_description("calm")),
        "alignments": (an_alignment(),),
        "tags": ("coaching", "listening"),
    } | changes
    return Achievement(**values)  # type: ignore[arg-type]  # a test's own keywords


def some_facts(**changes: object) -> CredentialFacts:
    """What the credential of Ada Lovelace says."""
    id_ = f"{BASE}/credentials/3f0c6d0e-8f0b-4d7e-9b57-5f8a2f8f3f10"
    values: dict[str, object] = {
        "id": id_,
        "issuer": an_issuer(),
        "achievement": an_achievement(),
        "subject_id": "urn:uuid:0b7e2f3a-52e5-4c3e-9d0e-2b7b0c8a4f11",
        "subject_name": "Ada Lovelace",
        "results": (
            a_result(id_, "questions", "strong", 5),
            a_result(id_, "calm", "ready", 3),
        ),
        "evidence": (
            Evidence(
                url=f"{BASE}/evidence/9d2c1a7e1f0e4a55",
                name="Submission",
                narrative="A recorded session, assessed on the rubric.",
            ),
        ),
        "status": Status(list_url=LIST_URL, index=STATUS_INDEX),
        "awarded_at": NOW,
        "valid_from": NOW,
    } | changes
    return CredentialFacts(**values)  # type: ignore[arg-type]  # a test's own keywords


def a_result(credential_id: str, criterion: str, level: str, points: int) -> Result:
    """The level reached in one of the achievement's criteria."""
    description = f"{ACHIEVEMENT}#criterion/{criterion}"
    return Result(
        id=f"{credential_id}#result/{criterion}",
        result_description=description,
        achieved_level=f"{description}/{level}",
        value=Decimal(points),
    )


def a_document(**changes: object) -> dict[str, object]:
    """An unsigned credential; `changes` are members to replace."""
    return {**build_credential(some_facts()), **changes}


def a_signed_credential(document: Mapping[str, object] | None = None) -> dict[str, object]:
    """A credential with the issuer's Data Integrity proof."""
    return add_data_integrity_proof(document or a_document(), issuer_keys()[0], created=NOW)


def a_lasting_credential() -> bytes:
    """Return a credential that needs nobody else to be verified: of a did:key, without status."""
    key = generate_ed25519()
    did = f"did:key:{encode_multikey(key.public)}"
    issuer = an_issuer(id=did)
    facts = some_facts(issuer=issuer, achievement=an_achievement(creator=issuer))
    document = build_credential(facts)
    del document["credentialStatus"]
    return serialize(add_data_integrity_proof(document, a_held_key(key, did), created=NOW))


def a_jwt(document: Mapping[str, object] | None = None, key: HeldKey | None = None) -> str:
    """A credential as a compact JWT of the issuer."""
    return sign_vc_jwt(document or a_document(), key or issuer_keys()[1])


def a_status_list_credential(*revoked: int, valid_from: datetime = NOW) -> dict[str, object]:
    """The issuer's list with these bits set, valid for a week, unsigned."""
    status_list = StatusList.empty()
    for index in revoked:
        status_list = status_list.with_set([index])
    return build_status_list_credential(
        status_list,
        url=LIST_URL,
        issuer_id=DID,
        valid_from=valid_from,
        valid_until=valid_from + timedelta(days=7),
    )


def a_signed_status_list(*revoked: int, valid_from: datetime = NOW) -> bytes:
    """The issuer's list with these bits set, signed and serialized."""
    document = a_status_list_credential(*revoked, valid_from=valid_from)
    return serialize(add_data_integrity_proof(document, issuer_keys()[0], created=NOW))


def a_did_document(*keys: HeldKey) -> dict[str, object]:
    """The issuer's DID document."""
    return build_did_document(DID, keys or issuer_keys())


@dataclass
class FakeResolver:
    """Serves what a test puts into it, and records what was asked for."""

    documents: dict[str, Fetched] = field(default_factory=lambda: {DID: a_did_document()})
    jwks: dict[str, Fetched] = field(
        default_factory=lambda: {issuer_keys()[1].id: public_jwk(issuer_keys()[1].public)}
    )
    lists: dict[str, bytes] = field(default_factory=lambda: {LIST_URL: a_signed_status_list()})
    credentials: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def did_document(self, did: str) -> Fetched:
        """Return the document put under this DID."""
        return self._get(self.documents, did)

    def jwk(self, url: str) -> Fetched:
        """Return the JWK put under this URL."""
        return self._get(self.jwks, url)

    def status_list(self, url: str) -> bytes:
        """Return the list put under this URL."""
        found = self._get(self.lists, url)
        assert isinstance(found, bytes)
        return found

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return the credential put under this URL; others are not public."""
        self.asked.append(url)
        if url not in self.credentials:
            raise NotPublicError(url)
        return self.credentials[url]

    def _get(self, found: Mapping[str, Fetched], name: str) -> Fetched:
        self.asked.append(name)
        try:
            return found[name]
        except KeyError as exc:
            raise ResolutionError(name) from exc


def a_key_in_state(key: PublicKey, state: KeyState) -> HeldKey:
    """A key of the issuer that signs no more."""
    return HeldKey(id=verification_method_id(DID, key), public=key, state=state)


def a_held_badge(number: int) -> HeldBadge:
    """One of four badges that a microcredential rests on."""
    return HeldBadge(
        title=f"Badge *{number}*",
        credential_url=f"{BASE}/credentials/{number}",
        evidence_url=f"{BASE}/evidence/{number}",
        is_attested=number == 1,
        document=f"bytes of {number}".encode(),
    )


def a_microcredential(**changes: object) -> CredentialFacts:
    """What the microcredential of Ada Lovelace says."""
    held = [a_held_badge(number) for number in range(1, 5)]
    definition = PathwayDefinition(
        id="stack",
        title="Coaching, Whole",
        program="harbour",
        state=DefinitionState.PUBLISHED,
        description="All four badges.",
        image_alt="A full quatrefoil",
        components=("one", "two", "three", "four"),
        tags=("coaching",),
    )
    achievement = achievement_of_pathway(
        definition,
        [
            StackedBadge(title=one.title, url=f"{BASE}/achievements/{number}")
            for number, one in enumerate(held)
        ],
        id_=ACHIEVEMENT,
        version="1",
        creator=an_issuer(),
        criteria_url=f"{ACHIEVEMENT}/criteria",
        image_url=f"{ACHIEVEMENT}/image.svg",
    )
    values: dict[str, object] = {
        "achievement": achievement,
        "results": (),
        "narrative": holding_text(definition, held),
        "evidence": tuple(map(evidence_of, held)),
        "related": tuple(map(binding_of, held)),
    } | changes
    return some_facts(**values)
