"""Endorsements, endorsed badges and learner records before judges that share no code with us."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft201909Validator
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3Verifier
from referencing import Registry

from badges.canonical import canonicalize
from badges.clr import build_learner_record, check_learner_record
from badges.credential import check_before_signing
from badges.endorsement import check_endorsement
from badges.generic import canonicalize_with_pyld
from badges.written import serialize
from keys.did_document import build_did_document
from keys.jwk import public_jwk
from tests.conformance.judges import TODAY, pem, write
from tests.conformance.node_verifiers import SHARED, NodeVerifiers, install_node_verifiers
from tests.credentials import (
    DID,
    STATUS_INDEX,
    a_did_document,
    a_jwt,
    a_signed_credential,
    a_signed_status_list,
    an_issuer,
    issuer_keys,
)
from tests.parts import (
    AGENCY,
    a_foreign_badge,
    a_record,
    a_whole,
    agency_keys,
    an_agency_list,
    an_endorsed_badge,
    an_endorsement,
    an_endorsement_jwt,
    foreign_facts,
    from_the_agency,
    signed_by_agency,
)

SCHEMAS = SHARED / "material" / "schemas"


def a_badge_of_an_endorsed_issuer() -> dict[str, object]:
    """Both the issuer and the achievement are endorsed, by DI."""
    of_issuer = signed_by_agency(
        an_endorsement(subject_id=DID, id="https://agency.example.org/endorsements/8")
    )
    return an_endorsed_badge(issuer=an_issuer(endorsements=(serialize(of_issuer),)))


def a_record_of_an_endorsed_issuer() -> dict[str, object]:
    """One endorsement stands in the microcredential and in each of its badges."""
    endorsement = serialize(signed_by_agency(an_endorsement(subject_id=DID)))
    return a_record(endorsements=(endorsement,))


def a_bare_endorsement() -> dict[str, object]:
    """One without a comment."""
    return an_endorsement(comment="")


SIGNED: dict[str, tuple[Callable[[], dict[str, object]], tuple[str, ...]]] = {
    "endorsement": (
        lambda: signed_by_agency(),  # noqa: PLW0108 - one kind of callable for all
        (
            "strict-plain-json-2024-07/endorsementcredential.json",
            "published-2026/ob_v3p0_endorsementcredential_schema.json",
            "published-2026/clr_v2p0_endorsementcredential_schema.json",
        ),
    ),
    "bare endorsement": (
        lambda: signed_by_agency(a_bare_endorsement()),
        (
            "strict-plain-json-2024-07/endorsementcredential.json",
            "published-2026/ob_v3p0_endorsementcredential_schema.json",
        ),
    ),
    "endorsed badge": (
        lambda: a_signed_credential(an_endorsed_badge()),
        (
            "strict-plain-json-2024-07/achievementcredential.json",
            "published-2026/ob_v3p0_achievementcredential_schema.json",
        ),
    ),
    "endorsed issuer": (
        lambda: a_signed_credential(a_badge_of_an_endorsed_issuer()),
        (
            "strict-plain-json-2024-07/achievementcredential.json",
            "published-2026/ob_v3p0_achievementcredential_schema.json",
        ),
    ),
    "record": (
        lambda: a_signed_credential(a_record()),
        ("published-2026/clr_v2p0_clrcredential_schema.json",),
    ),
    "record of an endorsed issuer": (
        lambda: a_signed_credential(a_record_of_an_endorsed_issuer()),
        ("published-2026/clr_v2p0_clrcredential_schema.json",),
    ),
}
SIGNED |= {
    "microcredential with a badge of another issuer": (
        lambda: a_signed_credential(a_whole((), from_the_agency(a_foreign_badge()))),
        (
            "strict-plain-json-2024-07/achievementcredential.json",
            "published-2026/ob_v3p0_achievementcredential_schema.json",
        ),
    ),
    "microcredential with a token of another issuer": (
        lambda: a_signed_credential(a_whole((), from_the_agency(b"a.b.c", form="jwt"))),
        (
            "strict-plain-json-2024-07/achievementcredential.json",
            "published-2026/ob_v3p0_achievementcredential_schema.json",
        ),
    ),
    "record with a badge of another issuer": (
        lambda: a_signed_credential(build_learner_record(foreign_facts(a_foreign_badge()))),
        ("published-2026/clr_v2p0_clrcredential_schema.json",),
    ),
}
CASES = [(name, schema) for name, (_, schemas) in SIGNED.items() for schema in schemas]


def test_all_of_it_may_be_signed() -> None:
    """Our own schemas and checks accept it."""
    for endorsement in (an_endorsement(), a_bare_endorsement()):
        check_endorsement(endorsement)
    for badge in (an_endorsed_badge(), a_badge_of_an_endorsed_issuer()):
        check_before_signing(badge)
    check_learner_record(a_record())
    check_learner_record(a_record_of_an_endorsed_issuer())
    check_before_signing(a_whole((), from_the_agency(a_foreign_badge())))
    check_learner_record(build_learner_record(foreign_facts(a_foreign_badge())), foreign=1)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "schema"), CASES)
def test_the_official_schemas_accept_it(name: str, schema: str) -> None:
    """The plain form of 2024 where there is one, and the form that is served today."""
    path = SCHEMAS / schema
    if not path.is_file():
        pytest.skip("the official schemas are not beside the repository")
    validator = Draft201909Validator(
        json.loads(path.read_bytes()),
        format_checker=Draft201909Validator.FORMAT_CHECKER,
        registry=Registry(),
    )

    faults = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator.iter_errors(SIGNED[name][0]())
    ]
    assert faults == []


@pytest.mark.parametrize("name", SIGNED)
def test_pyld_reads_the_same(name: str) -> None:
    """The canonical form, embedded proofs and all, is that of a generic processor."""
    document = {key: value for key, value in SIGNED[name][0]().items() if key != "proof"}

    assert canonicalize(document) == canonicalize_with_pyld(document)


def test_openbadgeslib_verifies_an_endorsed_badge_in_both_forms() -> None:
    """What is embedded does not disturb it."""
    (ed25519, rsa), document = issuer_keys(), an_endorsed_badge()

    embedded = OB3LdpVerifier(pem(ed25519.public)).verify(serialize(a_signed_credential(document)))
    assert embedded.issuer.id == OB3Verifier(pem(rsa.public)).verify(a_jwt(document)).issuer.id


@pytest.fixture(scope="module")
def verifiers() -> NodeVerifiers:
    """The independent verifiers."""
    return install_node_verifiers()


def our_host() -> dict[str, bytes]:
    """What both hosts serve: DID documents and lists, in which others are revoked."""
    later = TODAY.replace(year=TODAY.year + 1)
    return {
        "did.json": serialize(a_did_document()),
        "list.json": a_signed_status_list(STATUS_INDEX - 1, valid_from=TODAY),
        "agency.json": serialize(build_did_document(AGENCY, agency_keys())),
        "agency-list.json": an_agency_list(valid_until=later),
    }


@pytest.mark.shared
@pytest.mark.node
def test_digital_bazaar_verifies_all_of_it(verifiers: NodeVerifiers, tmp_path: Path) -> None:
    """In a record it verifies each credential, too; an endorsement within a badge it does not."""
    write(tmp_path / "docs", our_host())
    files = {f"{name}.json": serialize(make()) for name, (make, _) in SIGNED.items()}

    results = verifiers.check_embedded(tmp_path / "docs", *write(tmp_path / "files", files))
    assert results == dict.fromkeys(files, True)


@pytest.mark.shared
@pytest.mark.node
def test_jose_verifies_an_endorsement(verifiers: NodeVerifiers, tmp_path: Path) -> None:
    """Signature and claims, with the endorser's key as it is served."""
    key = serialize(public_jwk(agency_keys()[1].public))
    (jwk,) = write(tmp_path / "keys", {"key.json": key})
    token = an_endorsement_jwt().encode()
    files = {"good.jwt": token, "tampered.jwt": token.replace(b"e", b"f", 1)}

    results = verifiers.check_jwts(jwk, *write(tmp_path / "tokens", files))
    assert results == {"good.jwt": True, "tampered.jwt": False}
