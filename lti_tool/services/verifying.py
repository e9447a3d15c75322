"""Verifying any badge, ours or not, and saying check by check what holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from badges.checks import Check, CheckName, CheckState, Part, PartKind
from badges.untrusted import parse_object
from lti_tool.services.examining import Report
from lti_tool.services.pages.public import CheckView, PartView, ReportPage
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
    CheckName.PARTS: "parts",
    CheckName.ASSOCIATIONS: "associations",
    CheckName.ENDORSEMENTS: "endorsements",
    CheckName.BINDING: "binding",
}
STATES = {
    CheckState.PASSED: "passed",
    CheckState.FAILED: "failed",
    CheckState.WARNED: "warned",
    CheckState.NOT_CHECKED: "skipped",
}


def check_views(checks: Iterable[Check]) -> tuple[CheckView, ...]:
    """Return checks as pages show them; the detail is our code of what went wrong."""
    return tuple(
        CheckView(
            code=CODES[check.name],
            state=STATES[check.state],
            detail=check.code if check.state in {CheckState.FAILED, CheckState.WARNED} else None,
        )
        for check in checks
    )


def part_views(parts: Iterable[Part], *, kinds: frozenset[PartKind]) -> tuple[PartView, ...]:
    """Return the parts of some kinds as pages show them."""
    return tuple(
        PartView(
            kind=part.kind.value,
            state=STATES[part.state],
            code=part.code,
            id=part.id,
            name=part.name,
            issuer_name=part.issuer_name or part.issuer_id,
            comment=part.comment,
            checks=check_views(part.checks),
            parts=part_views(part.parts, kinds=frozenset(PartKind)),
        )
        for part in parts
        if part.kind in kinds
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """That what was verified is a former form of one of our badges."""

    url: str
    """The id that it has, and that the new one has: a form's never leads to the whole."""
    at: datetime


def find_superseded(session: Session, data: bytes | str) -> Superseded | None:
    """Return which of our badges had exactly these bytes before it was issued anew."""
    text = data.strip()
    found = find_former(
        session, sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()
    )
    if found is None:
        return None
    id_ = parse_object(found.document)["id"]
    return Superseded(url=str(id_), at=found.superseded_at)


def report_page(
    report: Report,
    *,
    urls: PublicURLs,
    own_issuers: frozenset[str],
    superseded: Superseded | None = None,
) -> ReportPage:
    """Return the page of a report."""
    summary = report.summary
    credential_url = superseded.url if superseded else None
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
        kind=report.kind.value if report.kind else "",
        parts=part_views(report.parts, kinds=frozenset({PartKind.COMPONENT, PartKind.EMBEDDED})),
        endorsements=part_views(report.parts, kinds=frozenset({PartKind.ENDORSEMENT})),
        credential_url=summary.id if summary and is_ours else credential_url,
        superseded_on=superseded.at if superseded else None,
    )
