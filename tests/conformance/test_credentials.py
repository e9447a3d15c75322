"""Our credentials before judges that share no code with us.

The official JSON Schemas, openbadgeslib, and the verifiers beside the repository (Digital
Bazaar's libraries and `jose`, on Node.js): all accept what we issue and refuse it tampered.
These judges read the wall clock, so everything here is valid today.
"""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from jsonschema import Draft201909Validator
from openbadgeslib.ob3.ldp import OB3LdpVerifier, add_data_integrity_proof
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from referencing import Registry

from badges.achievement import Achievement
from badges.credential import build_credential, check_before_signing
from badges.definition import AchievementDefinition, publish, with_choice
from badges.disclosure import without_levels
from badges.errors import ProofError, VerificationError
from badges.identity import Identity, hash_address, with_identity
from badges.library import list_shipped, load_shipped
from badges.proof import sign_vc_jwt, verify_data_integrity_proof
from badges.publication import achievement_of, results_of
from badges.summary import read_summary
from badges.verification import verify
from badges.written import serialize
from keys.did_document import build_did_document
from keys.jwk import public_jwk
from keys.multikey import parse_multikey
from keys.ring import HeldKey, KeyState
from keys.signing import generate_ed25519
from rubrics.model import LevelSource
from rubrics.scoring import CriterionRating, score
from tests.conformance.judges import TODAY, pem, write
from tests.conformance.node_verifiers import SHARED, NodeVerifiers, install_node_verifiers
from tests.credentials import (
    ACHIEVEMENT,
    BASE,
    DID,
    LIST_URL,
    NOW,
    STATUS_INDEX,
    FakeResolver,
    a_did_document,
    a_jwt,
    a_key_in_state,
    a_microcredential,
    a_signed_credential,
    a_signed_status_list,
    a_status_list_credential,
    an_achievement,
    an_issuer,
    es256_key,
    issuer_keys,
    other_keys,
    some_facts,
)
from tests.parts import a_whole, from_the_agency

ED25519, RSA = issuer_keys()


def a_document_of_today(**facts: object) -> dict[str, object]:
    """An unsigned credential that is valid by the wall clock."""
    return build_credential(some_facts(awarded_at=TODAY, valid_from=TODAY, **facts))


def shipped_definitions() -> list[AchievementDefinition]:
    """Every shipped definition that can be issued, published as its program would."""
    programs = [load_shipped(name) for name in list_shipped()]
    return [
        _publish(definition)
        for program in programs
        for definition in program.achievements
        if not (definition.is_placeholder or definition.is_formative)
    ]


def _publish(definition: AchievementDefinition) -> AchievementDefinition:
    if definition.get_rubric().level_source is None:
        return publish(with_choice(definition, LevelSource.ASSESSOR))
    return publish(definition)


def a_credential_of(definition: AchievementDefinition) -> dict[str, object]:
    """The credential of somebody who reached the highest level of everything."""
    achievement: Achievement = achievement_of(
        definition,
        id_=ACHIEVEMENT,
        version="1",
        creator=an_issuer(),
        criteria_url=f"{ACHIEVEMENT}/criteria",
        image_url=f"{ACHIEVEMENT}/image.svg",
    )
    rubric = definition.get_rubric()
    if rubric.level_source is LevelSource.TASKS:
        points = {task.id: task.maximum for task in rubric.tasks}
        ratings = {item.id: CriterionRating(task_points=points) for item in rubric.criteria}
    else:
        ratings = {
            item.id: CriterionRating(level_id=item.ascending_levels[-1].id, is_signed=True)
            for item in rubric.rated_criteria
        }
    results = results_of(
        score(rubric, ratings), achievement_id=achievement.id, credential_id=some_facts().id
    )
    return a_document_of_today(achievement=achievement, results=results)


DOCUMENTS: dict[str, Callable[[], dict[str, object]]] = {
    "whole": a_document_of_today,
    "nameless": lambda: a_document_of_today(subject_name=None),
    "bare": lambda: a_document_of_today(achievement=an_achievement(tags=(), alignments=())),
    "attested": lambda: a_document_of_today(results=(), narrative="Attested from before."),
    "with_address": lambda: with_identity(
        a_document_of_today(),
        Identity(name="Rosa", address=hash_address("rosa@example.org", salt="0f" * 16)),
    ),
    "address_alone": lambda: with_identity(
        a_document_of_today(), Identity(address=hash_address("rosa@example.org", salt="0f" * 16))
    ),
    "without_levels": lambda: without_levels(
        serialize(a_document_of_today()), id_=f"{BASE}/credentials/form", valid_from=TODAY
    ),
    "microcredential": lambda: build_credential(
        a_microcredential(awarded_at=TODAY, valid_from=TODAY)
    ),
    "microcredential_from_elsewhere": lambda: a_whole(
        (), from_the_agency(b"a.b.c", form="jwt"), awarded_at=TODAY, valid_from=TODAY
    ),
    "unicode": lambda: a_document_of_today(subject_name='Ólafur 明 \U0001f9ed אדה \\ "quoted"'),
    **{
        definition.id: lambda definition=definition: a_credential_of(definition)  # type: ignore[misc]
        for definition in shipped_definitions()
    },
}


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> dict[str, object]:
    """One of our unsigned credentials."""
    made = DOCUMENTS[request.param]()
    check_before_signing(made)
    return made


# The official schemas.


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "strict-plain-json-2024-07/achievementcredential.json",
        "published-2026/ob_v3p0_achievementcredential_schema.json",
    ],
)
def test_both_forms_of_the_official_schema_accept_it(
    name: str, document: dict[str, object]
) -> None:
    """The plain form of 2024 and the compaction-tolerant one that is served today."""
    path = SHARED / "material" / "schemas" / name
    if not path.is_file():
        pytest.skip("the official schemas are not beside the repository")
    validator = Draft201909Validator(
        json.loads(path.read_bytes()),
        format_checker=Draft201909Validator.FORMAT_CHECKER,
        registry=Registry(),
    )

    faults = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator.iter_errors(a_signed_credential(document))
    ]
    assert faults == []


# openbadgeslib.


def served(*revoked: int) -> Callable[[str], bytes]:
    """What our host answers: DID document, key and list (as a JWT)."""
    answers = {
        "https://badges.example.edu/issuers/harbour/did.json": serialize(a_did_document()),
        LIST_URL: sign_vc_jwt(a_status_list_credential(*revoked, valid_from=TODAY), RSA).encode(),
    }
    return answers.__getitem__


def test_openbadgeslib_verifies_both_forms(document: dict[str, object]) -> None:
    """With the key handed over, another Python implementation agrees."""
    embedded = OB3LdpVerifier(pem(ED25519.public)).verify(serialize(a_signed_credential(document)))
    jwt = OB3Verifier(pem(RSA.public)).verify(a_jwt(document))

    assert embedded.issuer.id == jwt.issuer.id == DID
    assert embedded.achievement.name == jwt.achievement.name == document["name"]


def test_openbadgeslib_resolves_our_did() -> None:
    """It finds the key in our DID document by what the proof names."""
    verifier = OB3LdpVerifier.for_issuer_did(DID)
    signed = serialize(a_signed_credential(a_document_of_today()))

    assert verifier.verify(signed, download=served()).issuer.id == DID


def test_openbadgeslib_sees_a_revocation() -> None:
    """It reads our list, with its proof, in both directions."""
    verifier = OB3Verifier(pem(RSA.public))
    token = a_jwt(a_document_of_today())

    verifier.verify(token, check_status=True, download=served(STATUS_INDEX - 1))
    with pytest.raises(OB3VerificationError, match="revocation"):
        verifier.verify(token, check_status=True, download=served(STATUS_INDEX))


def raised_to_strong(document: Mapping[str, object]) -> dict[str, object]:
    """The document with its second result at a higher level than was given."""
    tampered: Any = deepcopy(dict(document))
    result = tampered["credentialSubject"]["result"][1]
    result["achievedLevel"] = result["achievedLevel"].replace("ready", "strong")
    return dict(tampered)


def test_openbadgeslib_refuses_what_was_tampered() -> None:
    """A level, a byte, a key."""
    signed = a_signed_credential(a_document_of_today())
    token = a_jwt(a_document_of_today())
    verifier = OB3LdpVerifier(pem(ED25519.public))

    for tampered in (raised_to_strong(signed), {**signed, "name": "Listening Closel"}):
        with pytest.raises(OB3VerificationError):
            verifier.verify(serialize(tampered))
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier(pem(other_keys()[0].public)).verify(serialize(signed))
    with pytest.raises(OB3VerificationError):
        OB3Verifier(pem(RSA.public)).verify(token.replace("e", "f", 1))
    with pytest.raises(OB3VerificationError):
        OB3Verifier(pem(other_keys()[1].public)).verify(token)


def test_we_verify_what_openbadgeslib_signs() -> None:
    """Its canonical form, hash and signature are ours."""
    assert ED25519.signing is not None
    private = load_der_private_key(ED25519.signing.private_bytes(), password=None)
    private_pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    signed = add_data_integrity_proof(a_document_of_today(), private_pem, ED25519.id)
    verify_data_integrity_proof(signed, ED25519.public)
    tampered = raised_to_strong(signed)
    with pytest.raises(ProofError):
        verify_data_integrity_proof(tampered, ED25519.public)


@pytest.mark.shared
def test_we_verify_a_credential_that_others_made() -> None:
    """A badge with hashed address and nodes without ids; only its status cannot be looked up."""
    path = SHARED / "material" / "example-badge.json"
    if not path.is_file():
        pytest.skip("the example badge is not beside the repository")
    badge = json.loads(path.read_bytes())
    did, _, multibase = badge["proof"][0]["verificationMethod"].partition("#")
    key = HeldKey(id="key", public=parse_multikey(multibase))
    resolver = FakeResolver(documents={did: build_did_document(did, [key])}, lists={})

    with pytest.raises(VerificationError) as raised:
        verify(path.read_bytes(), resolver=resolver, now=NOW)
    assert [check.code for check in raised.value.checks] == ["ok"] * 6 + ["status_list_unreachable"]
    assert raised.value.document is not None
    summary = read_summary(raised.value.document)
    assert (summary.achievement_name, summary.subject_name) == ("Use of evidence", "Ada Lovelace")
    assert summary.results[0].level == "Exemplary"


# The verifiers on Node.js.


@pytest.fixture(scope="module")
def verifiers() -> NodeVerifiers:
    """The independent verifiers."""
    return install_node_verifiers()


def our_host(*revoked: int, keys: tuple[object, ...] = ()) -> dict[str, bytes]:
    """What our host serves: the DID document with these keys, and the signed list."""
    return {
        "did.json": serialize(a_did_document(*keys)),  # type: ignore[arg-type]
        "list.json": a_signed_status_list(*revoked, valid_from=TODAY),
    }


@pytest.mark.shared
@pytest.mark.node
def test_digital_bazaar_verifies_every_credential(verifiers: NodeVerifiers, tmp_path: Path) -> None:
    """With the DID document and the list as we serve them."""
    write(tmp_path / "docs", our_host(STATUS_INDEX - 1))
    files = {
        f"{name}.json": serialize(a_signed_credential(make())) for name, make in DOCUMENTS.items()
    }

    results = verifiers.check_embedded(tmp_path / "docs", *write(tmp_path / "files", files))
    assert results == dict.fromkeys(files, True)


@pytest.mark.shared
@pytest.mark.node
def test_digital_bazaar_refuses_what_was_tampered(verifiers: NodeVerifiers, tmp_path: Path) -> None:
    """One byte, one level, one word that nobody defined, a proof of somebody else."""
    write(tmp_path / "docs", our_host())
    signed = a_signed_credential(a_document_of_today())
    other = a_signed_credential(a_document_of_today(subject_name="Eve"))
    data = serialize(signed)
    files = {
        "good.json": data,
        "byte.json": data.replace(b"Ada Lovelace", b"Ada Lovelacf"),
        "level.json": serialize(raised_to_strong(signed)),
        "word.json": serialize({**signed, "surprise": "x"}),
        "proof.json": serialize({**signed, "proof": other["proof"]}),
    }

    results = verifiers.check_embedded(tmp_path / "docs", *write(tmp_path / "files", files))
    assert results == dict.fromkeys(files, False) | {"good.json": True}


@pytest.mark.shared
@pytest.mark.node
@pytest.mark.parametrize("case", ["revoked", "another key", "no list"])
def test_digital_bazaar_refuses_by_what_our_host_serves(
    verifiers: NodeVerifiers, tmp_path: Path, case: str
) -> None:
    """A set status bit, an issuer that lists another key, a list that is not there."""
    host = {
        "revoked": our_host(STATUS_INDEX),
        "another key": our_host(keys=other_keys()),
        "no list": {"did.json": our_host()["did.json"]},
    }[case]
    write(tmp_path / "docs", host)
    files = {"credential.json": serialize(a_signed_credential(a_document_of_today()))}

    results = verifiers.check_embedded(tmp_path / "docs", *write(tmp_path / "files", files))
    assert results == {"credential.json": False}


def a_host_after(state: KeyState) -> dict[str, bytes]:
    """What our host serves once the key of all credentials here signs no more."""
    retired = a_key_in_state(ED25519.public, state)
    lost = a_key_in_state(generate_ed25519().public, KeyState.COMPROMISED)
    if state is KeyState.COMPROMISED:
        retired = replace(retired, revoked_at=TODAY)
    return our_host(keys=(retired, replace(lost, revoked_at=TODAY), *other_keys()))


@pytest.mark.shared
@pytest.mark.node
@pytest.mark.parametrize("state", [KeyState.RETIRED, KeyState.COMPROMISED])
def test_digital_bazaar_believes_a_retired_key_and_no_compromised_one(
    verifiers: NodeVerifiers, tmp_path: Path, state: KeyState
) -> None:
    """By the issuer's document alone; a neighbour in it that was lost does no harm."""
    write(tmp_path / "docs", a_host_after(state))
    files = {"credential.json": serialize(a_signed_credential(a_document_of_today()))}

    results = verifiers.check_embedded(tmp_path / "docs", *write(tmp_path / "files", files))
    assert results == {"credential.json": state is KeyState.RETIRED}


def test_openbadgeslib_believes_a_retired_key_and_no_compromised_one() -> None:
    """It reads nothing but the id of a method: a lost key has to bear another one."""
    signed = serialize(a_signed_credential(a_document_of_today()))

    def check_after(state: KeyState) -> None:
        document = a_host_after(state)["did.json"]
        OB3LdpVerifier.for_issuer_did(DID).verify(signed, download=lambda _: document)

    check_after(KeyState.RETIRED)
    with pytest.raises(OB3VerificationError, match="no verificationMethod with id"):
        check_after(KeyState.COMPROMISED)


@pytest.mark.shared
@pytest.mark.node
def test_jose_verifies_every_jwt_and_refuses_what_was_tampered(
    verifiers: NodeVerifiers, tmp_path: Path
) -> None:
    """Signature and claims with the key as it is served under its URL; a byte, another key."""
    (jwk, other_jwk) = write(
        tmp_path / "keys",
        {
            "key.json": serialize(public_jwk(RSA.public)),
            "other.json": serialize(public_jwk(other_keys()[1].public)),
        },
    )
    files = {f"{name}.jwt": a_jwt(make()).encode() for name, make in DOCUMENTS.items()}
    token = files["whole.jwt"]
    middle = len(token) // 2
    byte = b"A" if token[middle : middle + 1] != b"A" else b"B"
    tampered = {"byte.jwt": token[:middle] + byte + token[middle + 1 :]}

    paths = write(tmp_path / "tokens", files | tampered)
    assert verifiers.check_jwts(jwk, *paths) == dict.fromkeys(files, True) | {"byte.jwt": False}
    assert verifiers.check_jwts(other_jwk, paths[0]) == {paths[0].name: False}


@pytest.mark.shared
@pytest.mark.node
def test_jose_verifies_what_is_signed_with_es256(verifiers: NodeVerifiers, tmp_path: Path) -> None:
    """Badge and status list, with the key as it is served under its URL; not when tampered."""
    (jwk,) = write(tmp_path / "keys", {"key.json": serialize(public_jwk(es256_key().public))})
    token = a_jwt(key=es256_key())
    files = {
        "badge.jwt": token.encode(),
        "list.jwt": sign_vc_jwt(a_status_list_credential(), es256_key()).encode(),
        "tampered.jwt": token.replace("e", "f", 1).encode(),
    }

    results = verifiers.check_jwts(jwk, *write(tmp_path / "tokens", files))
    assert results == {"badge.jwt": True, "list.jwt": True, "tampered.jwt": False}


def test_openbadgeslib_verifies_what_is_signed_with_es256() -> None:
    """Another Python implementation agrees."""
    token = a_jwt(a_document_of_today(), es256_key())

    assert OB3Verifier(pem(es256_key().public)).verify(token).issuer.id == DID
