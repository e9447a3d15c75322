"""A verification's report as JSON, for programs: each named check with its outcome."""

from collections.abc import Iterable
from datetime import datetime

from badges.checks import Check, Part
from badges.instants import format_instant
from badges.summary import CredentialSummary
from lti_tool.services.examining import Report

_JSON = dict[str, object]


def report_document(
    report: Report,
    *,
    now: datetime,
    superseded_by: str | None = None,
    superseded_at: datetime | None = None,
) -> _JSON:
    """Return a report; `docs/checks.md` describes its members.

    `credential` is null where the proof does not hold, as nobody stands behind the words.
    Of parts no facts are given beyond what the credential around them says: some of them
    may not be public. `superseded_by` is the id under which it was issued anew.
    """
    document: _JSON = {
        "status": report.status,
        "verifiedAt": format_instant(now),
        "kind": report.kind.value if report.kind else None,
        "proof": report.proof,
        "credential": _credential(report.summary) if report.summary else None,
        "checks": [{**_check(check), "facts": dict(check.facts)} for check in report.checks],
        "parts": _parts(report.parts),
    }
    if superseded_by and superseded_at:
        since = format_instant(superseded_at)
        document["supersededBy"] = {"credential": superseded_by, "since": since}
    return document


def _credential(summary: CredentialSummary) -> _JSON:
    dates = {
        "awardedDate": summary.awarded_at,
        "validFrom": summary.valid_from,
        "validUntil": summary.valid_until,
    }
    return {
        "id": summary.id,
        "name": summary.achievement_name,
        "issuer": {"id": summary.issuer_id, "name": summary.issuer_name},
        "subjectName": summary.subject_name,
        **{name: format_instant(value) if value else None for name, value in dates.items()},
    }


def _check(check: Check) -> _JSON:
    return {"name": check.name.value, "state": check.state.value, "code": check.code}


def _parts(parts: Iterable[Part]) -> list[_JSON]:
    return [
        {
            "kind": part.kind.value,
            "place": part.place,
            "id": part.id,
            "state": part.state.value,
            "code": part.code,
            "name": part.name,
            "issuer": {"id": part.issuer_id, "name": part.issuer_name},
            "subject": part.subject_id,
            "comment": part.comment,
            "checks": [_check(check) for check in part.checks],
            "parts": _parts(part.parts),
        }
        for part in parts
    ]
