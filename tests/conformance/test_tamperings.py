"""Named tamperings of all that we issue, each refused by us and by whoever else can read it.

Where somebody takes one all the same, its row says so and why. What is the same in other
words is taken by all, or these tests would say nothing.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3Verifier

from badges.baking import is_picture, unbake
from badges.checks import CheckState
from badges.errors import BakingError, VerificationError
from badges.proof import sign_vc_jwt
from badges.verification import verify
from badges.written import serialize
from keys.did_document import build_did_document
from keys.jwk import public_jwk
from tests.conformance.judges import TODAY, pem, write
from tests.conformance.node_verifiers import NodeVerifiers, install_node_verifiers
from tests.conformance.tampered_badges import harmless_badges, tampered_badges
from tests.conformance.tampered_endorsement_parts import tampered_endorsement_parts
from tests.conformance.tampered_endorsements import harmless_endorsements, tampered_endorsements
from tests.conformance.tampered_lists import tampered_lists
from tests.conformance.tampered_pictures import PICTURE, harmless_pictures, tampered_pictures
from tests.conformance.tampered_record_parts import tampered_record_parts
from tests.conformance.tampered_records import harmless_records, tampered_records
from tests.conformance.tampered_tokens import harmless_tokens, tampered_tokens
from tests.conformance.tampering import Form, Judge, Tampering
from tests.credentials import (
    DID,
    LIST_URL,
    a_did_document,
    a_signed_status_list,
    a_status_list_credential,
    issuer_keys,
)
from tests.parts import AGENCY, AGENCY_LIST, a_world, agency_keys, an_agency_list

RSA = issuer_keys()[1]
RECORDS = [*tampered_records(), *tampered_record_parts()]
TAMPERINGS = [
    *tampered_badges(),
    *tampered_endorsements(),
    *tampered_endorsement_parts(),
    *tampered_tokens(),
    *tampered_lists(),
    *tampered_pictures(),
    *RECORDS,
]
HARMLESS = {
    **harmless_badges(),
    **harmless_endorsements(),
    **harmless_records(),
    **harmless_tokens(),
    **harmless_pictures(),
}
BESIDE_JSON, BESIDE_TOKEN = (
    {one.file_name for one in TAMPERINGS if one.lists and one.form is form}
    for form in (Form.EMBEDDED, Form.TOKEN)
)
"""Badges as they were issued, whose list was tampered with."""
UNKNOWN = BESIDE_JSON | {one.file_name for one in RECORDS} | harmless_records().keys()
LIST, LIST_TOKEN, ITS_LIST = (
    a_signed_status_list(valid_from=TODAY),
    sign_vc_jwt(a_status_list_credential(valid_from=TODAY), RSA).encode(),
    an_agency_list(valid_until=TODAY + timedelta(days=7)),
)
NOTHING_TO_CHECK = {"not_reached", "no_status"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of our checks the one that came out worst, why, and the places of parts at fault.

    Of a list at fault the code says what ails it.
    """

    state: CheckState = CheckState.PASSED
    check: str = ""
    code: str = ""
    parts: tuple[str, ...] = ()


def our_verdict(data: bytes, lists: Mapping[str, bytes] | None = None) -> Verdict:
    """What we say of these bytes; both issuers' hosts answer."""
    world = a_world(lists={LIST_URL: LIST, AGENCY_LIST: ITS_LIST, **(lists or {})})
    try:
        credential = unbake(data) if is_picture(data) else data
        verified = verify(credential, resolver=world, now=TODAY)
        checks, parts = verified.checks, verified.parts
    except BakingError as error:
        return Verdict(CheckState.FAILED, PICTURE, error.reason)
    except VerificationError as error:
        checks, parts = error.checks, error.parts
    places = tuple(one.place for one in parts if one.state is not CheckState.PASSED)
    for state in (CheckState.FAILED, CheckState.WARNED, CheckState.NOT_CHECKED):
        for one in checks:
            if one.state is state and one.code not in NOTHING_TO_CHECK:
                return Verdict(state, one.name, one.facts.get("reason", one.code), places)
    return Verdict()


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.name)
def test_we_refuse_it(tampering: Tampering) -> None:
    """By the check that is there for it, with its reason; a part that is at fault is named."""
    assert our_verdict(tampering.data, tampering.lists) == Verdict(
        tampering.state, tampering.check, tampering.code, tampering.parts
    )


@pytest.mark.parametrize("name", HARMLESS)
def test_we_take_what_says_the_same(name: str) -> None:
    """The order of members, white space and a picture's own parts are nobody's secret."""
    assert our_verdict(HARMLESS[name]) == Verdict()


def test_each_tampering_has_a_name_of_its_own() -> None:
    """At least thirty, of each form; results by name would hide one of two."""
    names = [one.file_name for one in TAMPERINGS]

    assert len(set(names)) == len(names) >= 30
    assert {one.form for one in TAMPERINGS} == set(Form)


def files_of(*forms: Form) -> dict[str, bytes]:
    """The files of these forms, tampered and harmless."""
    return {one.file_name: one.data for one in TAMPERINGS if one.form in forms} | {
        name: data for name, data in HARMLESS.items() if Path(name).suffix[1:] in forms
    }


def expected_of(judge: Judge, files: Iterable[str]) -> dict[str, bool]:
    """What a judge has to say of files: it takes what is harmless, and what its rows name."""
    taken = {one.file_name for one in TAMPERINGS if judge in one.accepted_by} | HARMLESS.keys()
    return {name: name in taken for name in files}


# openbadgeslib.


def download(lists: Mapping[str, bytes]) -> Callable[[str], bytes]:
    """What our host answers; lists as tokens, which is what openbadgeslib reads."""
    answers = {
        "https://badges.example.edu/issuers/harbour/did.json": serialize(a_did_document()),
        LIST_URL: LIST_TOKEN,
        **lists,
    }
    return answers.__getitem__


def verdict_of_openbadgeslib(data: bytes, lists: Mapping[str, bytes]) -> bool:
    """Whether it takes a badge; the status of a token alone, whose list it can verify."""
    try:
        text = _text_in(data)
        if text.startswith("{"):
            OB3LdpVerifier.for_issuer_did(DID).verify(text, download=download(lists))
        else:
            verifier = OB3Verifier(pem(RSA.public))
            verifier.verify(text, check_status=True, download=download(lists))
    except (LibOpenBadgesException, KeyError):
        return False
    return True


def _text_in(data: bytes) -> str:
    if data.startswith(b"\x89PNG"):
        return str(OB3Verifier.extract_token_from_png(data))
    if is_picture(data):
        return str(OB3Verifier.extract_token_from_svg(data))
    return data.decode()


def test_openbadgeslib_says_the_same() -> None:
    """Of all but records, which it does not know.

    It verifies lists that are tokens, so a list beside a badge as JSON is left out.
    """
    lists = {one.file_name: one.lists for one in TAMPERINGS}
    files = {name: data for name, data in files_of(*Form).items() if name not in UNKNOWN}

    said = {
        name: verdict_of_openbadgeslib(data, lists.get(name, {})) for name, data in files.items()
    }
    assert said == expected_of(Judge.OPENBADGESLIB, files)


# On Node.js.


@pytest.fixture(scope="module")
def verifiers() -> NodeVerifiers:
    """The independent verifiers."""
    return install_node_verifiers()


@pytest.mark.shared
@pytest.mark.node
def test_digital_bazaar_says_the_same(
    verifiers: NodeVerifiers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every badge as JSON, with the lists as they are served."""
    documents = {
        "did.json": serialize(a_did_document()),
        "agency.json": serialize(build_did_document(AGENCY, agency_keys())),
        "list.json": LIST,
        "agency-list.json": ITS_LIST,
    }
    write(tmp_path / "docs", documents)
    served = {
        url: data
        for one in TAMPERINGS
        if one.form is Form.EMBEDDED
        for url, data in one.lists.items()
    }
    paths = write(
        tmp_path / "lists", {f"{number}.json": data for number, data in enumerate(served.values())}
    )
    places = dict(zip(served, map(str, paths), strict=True))
    monkeypatch.setenv("OB3_STATUS_MAP", json.dumps(places))

    # What is no JSON at all stops the script that reads the files.
    files = {name: data for name, data in files_of(Form.EMBEDDED).items() if data.endswith(b"}")}
    said = verifiers.check_embedded(tmp_path / "docs", *write(tmp_path / "files", files))
    assert said == expected_of(Judge.DIGITAL_BAZAAR, files)


@pytest.mark.shared
@pytest.mark.node
def test_jose_says_the_same(verifiers: NodeVerifiers, tmp_path: Path) -> None:
    """Of every token but those whose list alone is at fault: it knows no lists."""
    (jwk,) = write(tmp_path / "keys", {"key.json": serialize(public_jwk(RSA.public))})
    files = {name: data for name, data in files_of(Form.TOKEN).items() if name not in BESIDE_TOKEN}

    said = verifiers.check_jwts(jwk, *write(tmp_path / "files", files))
    assert said == expected_of(Judge.JOSE, files)
