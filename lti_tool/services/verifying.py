"""Verifying any badge, ours or not, and saying check by check what holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from badges.binding import Resolver
from badges.checks import Check, CheckName, CheckState
from badges.errors import VerificationError
from badges.proof import CRYPTOSUITE
from badges.summary import CredentialSummary, read_summary
from badges.verification import ProofForm, VerifiedCredential, verify
from lti_tool.services.pages.public import CheckView, ReportPage
from lti_tool.services.pages.stack import ComponentView
from lti_tool.services.urls import PublicURLs
from lti_tool.store.reissues import find_former

CODES = {
    CheckName.PARSE: "form",
    CheckName.CONTEXT: "context",
    CheckName.SHAPE: "schema",
    CheckName.KEY: "key",
    CheckName.PROOF: "signature",
    CheckName.DATES: "validity",
    CheckName.STATUS: "status",
}
STATES = {
    CheckState.PASSED: "passed",
    CheckState.FAILED: "failed",
    CheckState.NOT_CHECKED: "skipped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one verification.

    `status` is valid, revoked, expired, not_yet, broken or unreadable. The
    summary is there only when the proof holds: otherwise nobody stands behind
    the words.
    """

    status: str
    checks: tuple[Check, ...]
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
            checks=error.checks,
            summary=_summary(error.document),
            proof=None,
        )
    return Report(
        status="valid",
        checks=verified.checks,
        summary=read_summary(verified.document),
        proof=_proof(verified),
    )


def check_views(checks: Iterable[Check]) -> tuple[CheckView, ...]:
    """Return checks as pages show them; the detail is our code of what went wrong."""
    return tuple(
        CheckView(
            code=CODES[check.name],
            state=STATES[check.state],
            detail=check.code if check.state is CheckState.FAILED else None,
        )
        for check in checks
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """That what was verified is a former form of one of our badges."""

    credential_id: UUID
    at: datetime


def find_superseded(session: Session, data: bytes | str) -> Superseded | None:
    """Return which of our badges had exactly these bytes before it was issued anew."""
    text = data.strip()
    found = find_former(
        session, sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()
    )
    if found is None:
        return None
    return Superseded(credential_id=found.credential_id, at=found.superseded_at)


def report_page(
    report: Report,
    *,
    urls: PublicURLs,
    own_issuers: frozenset[str],
    components: tuple[ComponentView, ...] = (),
    superseded: Superseded | None = None,
) -> ReportPage:
    """Return the page of a report; `components` are those of a microcredential of ours."""
    summary = report.summary
    credential_url = urls.credential(superseded.credential_id) if superseded else None
    is_ours = summary is not None and summary.issuer_id in own_issuers
    return ReportPage(
        status=report.status,
        name=summary.subject_name if summary else None,
        issuer_name=summary.issuer_name if summary else None,
        issuer_id=summary.issuer_id if summary else None,
        achievement_title=summary.achievement_name if summary else None,
        issued_on=(summary.awarded_at or summary.valid_from) if summary else None,
        expires_on=summary.valid_until if summary else None,
        is_ours=is_ours,
        proof=report.proof,
        checks=check_views(report.checks),
        form_url=urls.verify,
        components=components if is_ours else (),
        credential_url=summary.id if summary and is_ours else credential_url,
        superseded_on=superseded.at if superseded else None,
    )


def _proof(verified: VerifiedCredential) -> str:
    is_embedded = verified.form is ProofForm.DATA_INTEGRITY
    return CRYPTOSUITE if is_embedded else verified.algorithm.value


def _status(checks: tuple[Check, ...]) -> str:
    failed = {check.name: check.code for check in checks if check.state is CheckState.FAILED}
    if CheckName.PARSE in failed:
        return "unreadable"
    if failed.keys() - {CheckName.STATUS, CheckName.DATES}:
        return "broken"
    if failed.get(CheckName.STATUS) == "revoked":
        return "revoked"
    if failed.get(CheckName.DATES) == "expired":
        return "expired"
    if failed.get(CheckName.DATES) == "not_yet_valid":
        return "not_yet"
    return "broken"


def _summary(document: Mapping[str, object] | None) -> CredentialSummary | None:
    return read_summary(document) if document is not None else None
