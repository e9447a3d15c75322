"""Badges whose issuer signed them with an endorsement that is none, is of others, or no longer is.

Then the badge's own proof holds, and the endorsement is at fault, which the report names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from badges.achievement import Issuer, Status
from badges.checks import CheckName, CheckState
from badges.instants import format_instant
from badges.proof import add_data_integrity_proof
from badges.status_list import StatusList, build_status_list_credential
from badges.untrusted import parse_object
from badges.written import serialize
from keys.ring import HeldKey
from tests.conformance.judges import TODAY
from tests.conformance.tampering import Form, Judge, Tampering, edited
from tests.credentials import (
    ACHIEVEMENT,
    BASE,
    DID,
    a_document,
    a_held_key,
    a_jwt,
    a_signed_credential,
    issuer_keys,
    other_keys,
)
from tests.parts import (
    AGENCY,
    ENDORSED_INDEX,
    a_part,
    agency_keys,
    an_endorsement,
    an_endorsement_jwt,
    signed_by_agency,
    with_endorsement,
)

_ACHIEVEMENT = ("credentialSubject", "achievement")
_MALLORY = "did:web:mallory.example.com"
_JOINED = frozenset({"without a proof", "that says what the badge is", "that is a badge"})
"""What is the same in JSON: the badge and what it carries would say two things of one id."""
_TAKEN = dict.fromkeys(Judge, "it verifies no endorsement within a badge")
_TAKEN_BY_ONE = {Judge.DIGITAL_BAZAAR: "it does not ask what an endorsement within a badge is"}
_WARNED, _OPEN = CheckState.WARNED, CheckState.NOT_CHECKED

_Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carried:
    """An endorsement that a badge carries under its issuer's signature, and what is wrong."""

    name: str
    endorsement: object
    code: str
    state: CheckState = CheckState.FAILED
    lists: Mapping[str, bytes] = field(default_factory=dict)


def tampered_endorsement_parts() -> list[Tampering]:
    """Return badges with an endorsement that is at fault, in both forms."""
    carried = [one for case in (*_false(), *_lost()) for one in _carried(case)]
    return [*carried, _elsewhere()]


def of_another(achievement: str = f"{BASE}/achievements/another") -> _Document:
    """The agency's word about something else."""
    return signed_by_agency(an_endorsement(subject_id=achievement))


def by_the_college() -> _Document:
    """The college endorses itself in the agency's name."""
    return add_data_integrity_proof(an_endorsement(), issuer_keys()[0], created=TODAY)


def _by_a_stranger() -> _Document:
    key = a_held_key(other_keys()[0].signing, AGENCY)  # type: ignore[arg-type]  # it is there
    return add_data_integrity_proof(an_endorsement(), key, created=TODAY)


def _in_its_name() -> _Document:
    key = agency_keys()[0].id
    return edited(_by_a_stranger(), "proof", 0, "verificationMethod", to=key)


def a_token(**changes: object) -> str:
    """The agency's word as a token; `changes` are facts to replace."""
    return an_endorsement_jwt(an_endorsement(**changes))


def _under(signed: str, other: str) -> str:
    """The payload of one token under the signature of the other."""
    header, _, signature = signed.split(".")
    return ".".join((header, other.split(".")[1], signature))


def _false() -> list[_Carried]:
    """What was never the endorser's word: the badge that carries it does not hold."""
    another = "another_subject"
    subject, comment = ("credentialSubject", "id"), ("credentialSubject", "endorsementComment")
    index = ("credentialStatus", "statusListIndex")
    types = ["EndorsementSubject", "Achievement"]
    more = edited(an_endorsement(), "credentialSubject", "type", to=types)
    ours = signed_by_agency()
    cases: tuple[tuple[str, object, str], ...] = (
        ("of another achievement", of_another(), another),
        ("of the issuer", of_another(DID), another),
        ("with another comment", edited(ours, *comment, to="Superb."), "signature"),
        (
            "with another subject",
            edited(of_another(), *subject, to=ACHIEVEMENT),
            "signature",
        ),
        (
            "with the proof of another",
            {**ours, "proof": of_another()["proof"]},
            "signature",
        ),
        ("with its status moved", edited(ours, *index, to="9"), "signature"),
        ("without a proof", an_endorsement(), "no_proof_that_we_verify"),
        ("signed by the college", by_the_college(), "key_not_vouched_for"),
        ("signed by a stranger", _by_a_stranger(), "key_not_vouched_for"),
        ("signed by a stranger in its name", _in_its_name(), "signature"),
        ("that says what the badge is", signed_by_agency(more), "wrong_shape"),
        ("that is a badge", parse_object(a_part("1")), "no_endorsement"),
        ("token of the issuer", a_token(subject_id=DID), another),
        ("token with another comment", _under(a_token(), a_token(comment="Superb.")), "signature"),
        ("token signed by the college", a_jwt(an_endorsement()), "key_not_vouched_for"),
        ("token cut off", a_token().rpartition(".")[0], "jwt_parts"),
    )
    return [_Carried(name=name, endorsement=one, code=code) for name, one, code in cases]


def _lost() -> list[_Carried]:
    """What was the endorser's word once, or may be: the badge holds, and the report says so."""
    later, before = TODAY + timedelta(days=7), TODAY - timedelta(days=7)
    gone = Issuer(id=_MALLORY, name="The Agency", url="https://agency.example.org/")
    cases: tuple[tuple[str, CheckState, str, Mapping[str, Any], dict[str, str]], ...] = (
        ("that was revoked", _WARNED, "revoked", {"revoked": [ENDORSED_INDEX]}, {}),
        ("that ran out", _WARNED, "expired", {}, {"validUntil": format_instant(before)}),
        ("not valid yet", _WARNED, "not_yet_valid", {}, {"validFrom": format_instant(later)}),
        ("whose list ran out", _OPEN, "status_list_not_valid", {"until": before}, {}),
        (
            "whose list a stranger signed",
            _OPEN,
            "status_list_not_valid",
            {"key": other_keys()[0]},
            {},
        ),
    )
    return [
        *(
            _Carried(
                name=name,
                state=state,
                code=code,
                endorsement=signed_by_agency({**_with_list_at(_url(name)), **changes}),
                lists={_url(name): _list_at(_url(name), **served)},
            )
            for name, state, code, served, changes in cases
        ),
        _Carried(
            name="whose list is gone",
            state=_OPEN,
            code="status_list_unreachable",
            endorsement=signed_by_agency(_with_list_at(_url("gone"))),
        ),
        _Carried(
            name="of an endorser that is gone",
            state=_OPEN,
            code="issuer_unreachable",
            endorsement=signed_by_agency(an_endorsement(endorser=gone)),
        ),
    ]


def _url(name: str) -> str:
    return f"https://agency.example.org/status/{name.replace(' ', '-')}"


def _with_list_at(url: str) -> _Document:
    return an_endorsement(status=Status(list_url=url, index=ENDORSED_INDEX))


def _list_at(
    url: str,
    *,
    revoked: Sequence[int] = (),
    until: datetime = TODAY + timedelta(days=7),
    key: HeldKey | None = None,
) -> bytes:
    """The agency's list at an address, signed."""
    document = build_status_list_credential(
        StatusList.empty().with_set(revoked),
        url=url,
        issuer_id=AGENCY,
        valid_from=TODAY - timedelta(days=30),
        valid_until=until,
    )
    return serialize(add_data_integrity_proof(document, key or agency_keys()[0], created=TODAY))


def _carried(one: _Carried) -> list[Tampering]:
    """A badge in both forms."""
    badge = with_endorsement(a_document(), one.endorsement)
    name = "endorsementJwt" if isinstance(one.endorsement, str) else "endorsement"
    said = Tampering(
        name=f"endorsement {one.name}, token",
        form=Form.TOKEN,
        data=a_jwt(badge).encode(),
        state=one.state,
        check=CheckName.ENDORSEMENTS,
        code=one.code,
        parts=(f"/{'/'.join(_ACHIEVEMENT)}/{name}/0",),
        lists=one.lists,
        accepted_by=_TAKEN,
    )
    embedded = replace(
        said,
        name=f"endorsement {one.name}, embedded",
        form=Form.EMBEDDED,
        data=serialize(a_signed_credential(badge)),
        accepted_by=_TAKEN_BY_ONE if one.name == "that is a badge" else _TAKEN,
    )
    if one.name in _JOINED:
        embedded = replace(embedded, check=CheckName.SHAPE, code="repeated_id", parts=())
    return [said, embedded]


def _elsewhere() -> Tampering:
    """An endorsement where none is looked for, so that nobody would verify it."""
    document: _Document = a_document()
    hidden = {**document, "evidence": [*document["evidence"], signed_by_agency()]}
    return Tampering(
        name="endorsement where none belongs",
        form=Form.EMBEDDED,
        data=serialize(a_signed_credential(hidden)),
        check=CheckName.SHAPE,
        code="embedded_elsewhere",
        accepted_by=_TAKEN_BY_ONE,
    )
