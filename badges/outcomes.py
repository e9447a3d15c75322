"""What the checks of one credential mean for another one to which it belongs.

What is wrong with it from its beginning makes the whole fail: other bytes than were bound,
a signature that does not fit, an endorsement of something else. What befell it later does
not, and is said: it was revoked, ran out, or its key was lost. Whether that takes away the
whole is for its issuer to say, in its own status. What cannot be found out is not checked:
it is not public, or whoever issued it is gone.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from badges.checks import Check, CheckName, CheckState, Part, PartKind
from badges.document_checks import CredentialKind, kind_of
from badges.parts import Place

_Document: TypeAlias = Mapping[str, object]

# What was true once, and what nobody can say.
_LOST = frozenset({"revoked", "expired", "proof_expired", "not_yet_valid", "key_revoked"})
_UNKNOWN = frozenset(
    {
        "context_not_supported",
        "issuer_not_supported",
        "issuer_unreachable",
        "status_list_not_valid",
        "status_list_unreachable",
        "status_not_supported",
    }
)


class Outcome(NamedTuple):
    """How a credential came out by itself. `document` is there when its proof holds."""

    document: _Document | None
    checks: tuple[Check, ...]
    parts: tuple[Part, ...]


def as_part(place: Place, around: _Document, outcome: Outcome) -> Part:
    """Return a credential that was verified as a part of the one around it."""
    document = outcome.document or {}
    binding = _binding(place, around, outcome.document)
    checks = (binding, *outcome.checks)
    state, code = _judge(checks)
    issuer, subject = document.get("issuer"), document.get("credentialSubject")
    known = issuer if isinstance(issuer, Mapping) else {"id": issuer}
    about = subject if isinstance(subject, Mapping) else {}
    return Part(
        kind=place.kind,
        place=place.pointer,
        id=_text(document, "id") or _named(place),
        state=state,
        code=code,
        name=_name(document, about),
        issuer_id=_text(known, "id"),
        issuer_name=_text(known, "name"),
        subject_id=_text(about, "id"),
        comment=_text(about, "endorsementComment"),
        checks=checks,
        parts=outcome.parts,
    )


def _binding(place: Place, around: _Document, document: _Document | None) -> Check:
    """Return whether a part is what the credential around it means."""
    state, code = CheckState.PASSED, "ok"
    if document is None:
        state, code = CheckState.NOT_CHECKED, "not_reached"
        if place.kind is PartKind.COMPONENT:
            state, code = CheckState.PASSED, "ok"
    elif place.kind is PartKind.ENDORSEMENT:
        if kind_of(document) is not CredentialKind.ENDORSEMENT:
            state, code = CheckState.FAILED, "no_endorsement"
        elif not place.subject_id or _subject_id(document) != place.subject_id:
            state, code = CheckState.FAILED, "another_subject"
    elif place.kind is PartKind.EMBEDDED and _subject_id(document) != _subject_id(around):
        # Issuers may know one person by different names, so this is no fault by itself.
        state, code = CheckState.WARNED, "another_subject"
    return Check(name=CheckName.BINDING, state=state, code=code)


def _judge(checks: tuple[Check, ...]) -> tuple[CheckState, str]:
    """Return what a part's own checks mean for the credential around it."""
    failed = [check.code for check in checks if check.state is CheckState.FAILED]
    for code in failed:
        if code not in _LOST and code not in _UNKNOWN:
            return CheckState.FAILED, code
    for code in failed:
        if code in _LOST:
            return CheckState.WARNED, code
    warned = [check.code for check in checks if check.state is CheckState.WARNED]
    if warned:
        # What somebody is called elsewhere is no fault, and must not hide one.
        return CheckState.WARNED, min(warned, key=lambda code: code == "another_subject")
    if failed:
        return CheckState.NOT_CHECKED, failed[0]
    return CheckState.PASSED, "ok"


def unread(place: Place, state: CheckState, code: str) -> Part:
    """Return a part of which nothing is known but where it is named."""
    binding = Check(name=CheckName.BINDING, state=state, code=code)
    return Part(
        kind=place.kind,
        place=place.pointer,
        id=_named(place),
        state=state,
        code=code,
        subject_id=place.subject_id,
        checks=(binding,),
    )


def _named(place: Place) -> str:
    return _text(place.value, "id") if isinstance(place.value, Mapping) else ""


def _subject_id(document: _Document) -> str:
    subject = document.get("credentialSubject")
    return _text(subject, "id") if isinstance(subject, Mapping) else ""


def _name(document: _Document, subject: _Document) -> str:
    achievement = subject.get("achievement")
    named = _text(achievement, "name") if isinstance(achievement, Mapping) else ""
    return named or _text(document, "name")


def _text(document: _Document, name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""
