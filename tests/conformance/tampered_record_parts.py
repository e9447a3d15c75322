"""Learner records that their issuer signed with something that is not as it was.

Then the record's own proof holds, and what is at fault is a part of it, which the report names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from badges.achievement import Status
from badges.checks import CheckName, CheckState
from badges.proof import add_data_integrity_proof
from badges.status_list import StatusList, build_status_list_credential
from badges.untrusted import parse_object
from badges.written import serialize
from tests.conformance.judges import TODAY
from tests.conformance.tampering import REMOVED, Form, Judge, Tampering, edited
from tests.credentials import ACHIEVEMENT, BASE, DID, a_signed_credential, issuer_keys, other_keys
from tests.parts import PARTS, a_part, a_record, a_signed_whole

_SUBJECT = "credentialSubject"
_HELD, _ASSOCIATIONS = (_SUBJECT, "verifiableCredential"), (_SUBJECT, "association")
_DIGESTS = "it does not compare the digests by which a credential binds others"
_MEANING = "all signatures hold, and it does not ask what is said of whom"

_Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resigned:
    """What the record holds and says under a new proof of its issuer, and what we say of it."""

    name: str
    held: Sequence[Mapping[str, object]]
    code: str
    parts: tuple[int, ...]
    state: CheckState = CheckState.FAILED
    check: CheckName = CheckName.PARTS
    associations: Sequence[Mapping[str, object]] | None = None
    lists: Mapping[str, bytes] | None = None
    accepted: str = ""
    """Why Digital Bazaar's verifier takes it."""


def tampered_record_parts() -> list[Tampering]:
    """Return every record with a part that is at fault."""
    record: _Document = a_record()
    cases = (*_of_one_badge(), *_of_the_whole(), *_of_the_record())
    return [*(_resigned(record, one) for one in cases), _revoked()]


def a_badge_of(name: str) -> _Document:
    """A badge of the same achievement that somebody else earned."""
    badge: _Document = edited(parse_object(a_part("2")), "proof", to=REMOVED)
    subject = {
        **badge[_SUBJECT],
        "id": "urn:uuid:44444444-2222-4333-8444-555555555555",
        "identifier": [{**badge[_SUBJECT]["identifier"][0], "identityHash": name}],
    }
    return a_signed_credential({**badge, "id": f"{BASE}/credentials/of-{name}", _SUBJECT: subject})


def _of_one_badge() -> list[_Resigned]:
    """Something else in the place of the second badge."""
    badge = parse_object(a_part("2"))
    third = parse_object(a_part("3"))
    ours, others = issuer_keys()[0], other_keys()[0]
    unsigned = edited(badge, "proof", to=REMOVED)
    stranger = add_data_integrity_proof(unsigned, others, created=TODAY)
    # The microcredential binds the badge's bytes, so it fails as well, wherever it is another.
    both = (0, 2)
    changed = [
        ("a word changed", edited(badge, "name", to="Badge of Honour")),
        ("its proof swapped", {**badge, "proof": third["proof"]}),
        ("its status moved", edited(badge, "credentialStatus", "statusListIndex", to="5")),
        ("its status taken away", edited(badge, "credentialStatus", to=REMOVED)),
        ("its learner swapped", edited(badge, _SUBJECT, "id", to="urn:uuid:1")),
        ("signed by another key", stranger),
        (
            "signed by another key in our name",
            edited(stranger, "proof", 0, "verificationMethod", to=ours.id),
        ),
    ]
    again = edited(unsigned, "name", to="Badge of Honour")
    expired = edited(unsigned, "validUntil", to="2026-11-21T13:00:00Z")
    return [
        *(
            _Resigned(name=f"badge, {name}", held=_with(2, one), code="digest", parts=both)
            for name, one in changed
        ),
        _Resigned(
            name="badge signed anew",
            held=_with(2, add_data_integrity_proof(again, ours, created=TODAY)),
            code="digest",
            parts=(0,),
            accepted=_DIGESTS,
        ),
        _Resigned(
            name="badge that ran out",
            held=_with(2, add_data_integrity_proof(expired, ours, created=TODAY)),
            code="digest",
            parts=both,
        ),
        _Resigned(
            name="badge exchanged for another learner's",
            held=_with(2, a_badge_of("Eve")),
            state=CheckState.WARNED,
            code="another_subject",
            parts=(2,),
            accepted=_MEANING,
        ),
    ]


def _of_the_whole() -> list[_Resigned]:
    """The microcredential signed anew, with the digest of another badge."""
    whole: _Document = edited(parse_object(a_signed_whole()), "proof", to=REMOVED)
    digest = whole["relatedResource"][1]["digestMultibase"]
    alike = edited(whole, "relatedResource", 0, "digestMultibase", to=digest)
    return [
        _Resigned(
            name="microcredential that binds one badge twice",
            held=_with(0, a_signed_credential(alike)),
            code="digest",
            parts=(0,),
            accepted=_DIGESTS,
        )
    ]


def _of_the_record() -> list[_Resigned]:
    """Badges that are not there, associations of such, and a badge that was revoked."""
    url = f"{BASE}/status/of-a-badge"
    badge = edited(parse_object(a_part("2")), "proof", to=REMOVED)
    status = {**badge["credentialStatus"], "id": f"{url}#2", "statusListCredential": url}  # type: ignore[dict-item]
    withdrawn = {**badge, "id": f"{BASE}/credentials/withdrawn", "credentialStatus": status}
    elsewhere = {
        "type": "Association",
        "associationType": "isParentOf",
        "sourceId": ACHIEVEMENT,
        "targetId": f"{BASE}/achievements/9",
    }
    held = _with()
    return [
        _Resigned(
            name="badge that was revoked",
            held=[*held, a_signed_credential(withdrawn)],
            state=CheckState.WARNED,
            code="revoked",
            parts=(5,),
            lists={url: _list_with(2, url)},
        ),
        _Resigned(
            name="badge left out",
            held=[held[0], *held[2:]],
            state=CheckState.WARNED,
            check=CheckName.ASSOCIATIONS,
            code="achievement_elsewhere",
            parts=(),
            accepted=_MEANING,
        ),
        _Resigned(
            name="association with a badge that is not there",
            held=held,
            associations=[elsewhere],
            state=CheckState.WARNED,
            check=CheckName.ASSOCIATIONS,
            code="achievement_elsewhere",
            parts=(),
            accepted=_MEANING,
        ),
    ]


def _revoked() -> Tampering:
    """The record itself, by a list of its own."""
    url = f"{BASE}/status/of-the-record"
    record = a_record(status=Status(list_url=url, index=3))
    return Tampering(
        name="record that was revoked",
        form=Form.EMBEDDED,
        data=serialize(a_signed_credential(record)),
        check=CheckName.STATUS,
        code="revoked",
        lists={url: _list_with(3, url)},
    )


def _list_with(revoked: int, url: str) -> bytes:
    """The issuer's list at an address, signed."""
    document = build_status_list_credential(
        StatusList.empty().with_set([revoked]),
        url=url,
        issuer_id=DID,
        valid_from=TODAY,
        valid_until=TODAY + timedelta(days=7),
    )
    return serialize(a_signed_credential(document))


def _resigned(record: _Document, one: _Resigned) -> Tampering:
    changed = edited(record, *_HELD, to=list(one.held)) if one.held != _with() else record
    if one.associations is not None:
        changed = edited(changed, *_ASSOCIATIONS, to=list(one.associations))
    return Tampering(
        name=f"record signed with {one.name}",
        form=Form.EMBEDDED,
        data=serialize(a_signed_credential(changed)),
        state=one.state,
        check=one.check,
        code=one.code,
        parts=tuple(f"/{'/'.join(_HELD)}/{number}" for number in one.parts),
        lists=one.lists or {},
        accepted_by={Judge.DIGITAL_BAZAAR: one.accepted} if one.accepted else {},
    )


def _with(number: int | None = None, other: Mapping[str, object] | None = None) -> list[_Document]:
    """All that the record holds, with another one in one place."""
    held = [a_signed_whole(), *map(a_part, PARTS)]
    documents: list[_Document] = [parse_object(one) for one in held]
    if number is not None and other is not None:
        documents[number] = dict(other)
    return documents
