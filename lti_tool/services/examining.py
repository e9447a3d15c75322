"""What a verification amounts to, in one word. Needs no database."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from badges.binding import Resolver
from badges.checks import Check, CheckName, CheckState, Part
from badges.document_checks import CredentialKind, kind_of
from badges.errors import VerificationError
from badges.proof import CRYPTOSUITE
from badges.summary import CredentialSummary, read_summary
from badges.verification import ProofForm, VerifiedCredential, verify

_OF_PARTS = frozenset({CheckName.PARTS, CheckName.ENDORSEMENTS})
_OUTCOMES = (
    (CheckName.STATUS, "revoked", "revoked"),
    (CheckName.DATES, "expired", "expired"),
    (CheckName.DATES, "not_yet_valid", "not_yet"),
)


class Report(NamedTuple):
    """The outcome of one verification.

    `status` is valid, part_lost, revoked, expired, not_yet, part_broken, broken or
    unreadable: with `part_lost` the credential holds, but one that it rests on does so no
    longer; with `part_broken` a part or an endorsement of it is false. The summary is
    there only when the proof holds: otherwise nobody stands behind the words.
    """

    status: str
    kind: CredentialKind | None
    checks: tuple[Check, ...]
    parts: tuple[Part, ...]
    summary: CredentialSummary | None
    proof: str | None
    """The suite or the algorithm that its proof was made with."""


def examine(data: bytes | str, *, resolver: Resolver, now: datetime) -> Report:
    """Verify a credential, and report instead of raising."""
    try:
        verified = verify(data, resolver=resolver, now=now)
    except VerificationError as error:
        return Report(
            status=_status(error.checks),
            kind=kind_of(error.document) if error.document is not None else None,
            checks=error.checks,
            parts=error.parts,
            summary=_summary(error.document),
            proof=None,
        )
    return Report(
        status=_status(verified.checks),
        kind=verified.kind,
        checks=verified.checks,
        parts=verified.parts,
        summary=read_summary(verified.document),
        proof=_proof(verified),
    )


def _proof(verified: VerifiedCredential) -> str:
    is_embedded = verified.form is ProofForm.DATA_INTEGRITY
    return CRYPTOSUITE if is_embedded else verified.algorithm.value


def _status(checks: tuple[Check, ...]) -> str:
    """Return what the checks amount to; what is worse comes first."""
    failed = {check.name: check.code for check in checks if check.state is CheckState.FAILED}
    if CheckName.PARSE in failed:
        return "unreadable"
    if failed.keys() - {CheckName.STATUS, CheckName.DATES, *_OF_PARTS}:
        return "broken"
    for name, code, status in _OUTCOMES:
        if failed.get(name) == code:
            return status
    if failed:
        return "part_broken" if failed.keys() <= _OF_PARTS else "broken"
    return "part_lost" if any(map(_is_lost, checks)) else "valid"


def _is_lost(check: Check) -> bool:
    """Whether something that a credential rests on was true once and is so no longer."""
    is_warned = check.name is CheckName.PARTS and check.state is CheckState.WARNED
    return is_warned and check.code != "another_subject"


def _summary(document: Mapping[str, object] | None) -> CredentialSummary | None:
    return read_summary(document) if document is not None else None
