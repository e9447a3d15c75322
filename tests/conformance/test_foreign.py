"""Badges that software of others made and signed count here as any of another issuer do."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from openbadgeslib.ob3 import contexts
from openbadgeslib.ob3.credential import Achievement, IdentityObject, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.ldp import OB3LdpSigner, add_data_integrity_proof
from openbadgeslib.ob3.signer import OB3Signer
from openbadgeslib.ob3.status_list import build_status_list_credential, status_entry

from keys.ring import HeldKey
from lti_tool.runtime import Runtime
from lti_tool.services.foreign.following import Sequel
from tests.conformance.node_verifiers import NodeVerifiers, install_node_verifiers
from tests.conftest import FakeClock
from tests.foreign import ACHIEVEMENT, ADDRESS, College, a_college
from tests.node_packages import tool
from tests.towns import Town, a_town

ISSUING = Path(__file__).with_name("issuing.mjs")


@pytest.fixture
def clock() -> FakeClock:
    """Some software signs as of now, whatever the day."""
    return FakeClock(datetime.now(UTC) - timedelta(minutes=5))


def private_pem(key: HeldKey) -> bytes:
    """A key as others read it."""
    assert key.signing is not None
    private = load_der_private_key(key.signing.private_bytes(), password=None)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def by_openbadgeslib(college: College, number: int) -> OpenBadgeCredential:
    """A badge as openbadgeslib writes it, for a hashed address."""
    return OpenBadgeCredential(
        issuer=Issuer(id=college.did, name="The College", url="https://college.example/"),
        recipient_id=f"did:example:{number}",
        achievement=Achievement(
            id=ACHIEVEMENT,
            name="Listening",
            description="Hears what is meant.",
            criteria_narrative="Listen.",
        ),
        id=f"https://college.example/badges/{number}",
        issuance_date=college.clock().replace(microsecond=0),
        credential_status=[status_entry(college.list_url, "revocation", number)],
        identifiers=[IdentityObject.create(ADDRESS, salt="pepper")],
    )


def serve_list(college: College, *revoked: int) -> None:
    """A status list as openbadgeslib writes and signs it."""
    at = college.clock().replace(microsecond=0)
    document = build_status_list_credential(
        college.did, college.list_url, "revocation", revoked, issued=at
    )
    key = college.document_key
    signed = add_data_integrity_proof(document, private_pem(key), key.id, created=at)
    college.pages["/status/1"] = json.dumps(signed).encode()


@pytest.mark.parametrize("form", ["document", "token"])
def test_what_openbadgeslib_makes_counts_until_it_revokes_it(
    runtime: Runtime, clock: FakeClock, form: str
) -> None:
    """Badge, address, proof and status list are its own; ours verifies all of them."""
    with a_college(clock) as college:
        serve_list(college)
        town = a_town(runtime, college)
        town.ladder.release("one")
        badge = by_openbadgeslib(college, 7)
        if form == "document":
            signer = OB3LdpSigner(private_pem(college.document_key), college.document_key.id)
            data = signer.sign_to_json(badge, created=clock()).encode()
        else:
            data = OB3Signer(private_pem(college.token_key)).sign(badge).encode()
        found = town.hand_in(data)
        assert (found.state, found.sequel) == ("accepted", Sequel.ISSUED)
        assert town.examine(town.ladder.credential().document).status == "valid"

        serve_list(college, 7)
        town.next_day()

        assert not town.ladder.holds()


@pytest.fixture(scope="session")
def verifiers() -> NodeVerifiers:
    """The packages of Digital Bazaar."""
    return install_node_verifiers()


@pytest.mark.shared
@pytest.mark.node
def test_what_digital_bazaar_signs_counts(
    runtime: Runtime, clock: FakeClock, verifiers: NodeVerifiers
) -> None:
    """Of a did:key and without a status: it needs nobody's host."""
    with a_college(clock) as college:
        data = by_digital_bazaar(verifiers, college.badge())
        did = json.loads(data)["issuer"]["id"]
        town = a_town(runtime, college, accepts=(college.accepted(issuer=did),))
        town.ladder.release("one")
        asked = len(college.asked)
        assert town.hand_in(data).sequel is Sequel.ISSUED
        assert len(college.asked) == asked
        assert town.examine(town.ladder.credential().document).status == "valid"
        tampered = data.replace(b"Earned at the college.", b"Earned at the collegE.")
        assert refusal_of_another(town, tampered) == "not_valid_broken"


def refusal_of_another(town: Town, data: bytes) -> str:
    """With which code somebody else's is refused."""
    return Town(
        town.ladder.for_another(), town.college, town.parts, town.pathway_id, town.scope
    ).refusal(data)


def by_digital_bazaar(verifiers: NodeVerifiers, document: dict[str, Any]) -> bytes:
    """A badge as Digital Bazaar's library signs it."""
    del document["credentialStatus"]
    load = contexts.document_loader()
    urls = [*document["@context"], "https://w3id.org/security/data-integrity/v2"]
    known = {url: load(url, {})["document"] for url in urls}
    shutil.copyfile(ISSUING, verifiers.folder / ISSUING.name)
    given = {"credential": document, "contexts": known}
    done = subprocess.run(  # noqa: S603 - our own arguments
        [tool("node"), verifiers.folder / ISSUING.name],
        input=json.dumps(given).encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.strip()
