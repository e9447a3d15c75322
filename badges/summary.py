"""What a page shows of a verified credential, whoever issued it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from badges.document_checks import CredentialKind, kind_of
from badges.instants import parse_instant

_Object = dict[str, Any]

_EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
_LATEST = datetime(9999, 12, 29, tzinfo=UTC)


class ResultSummary(NamedTuple):
    """What was reached in one criterion; `level` or `value` may be missing, not both usually."""

    name: str
    level: str | None
    value: str | None


class CredentialSummary(NamedTuple):
    """The core of a credential in plain text; every text and URL is the issuer's word.

    `subject_name` is there when the credential names its subject in clear text. Of a learner
    record and of an endorsement the achievement's name is the credential's own, and there is
    no `achievement_id`.
    """

    id: str
    achievement_id: str | None
    achievement_name: str
    achievement_description: str
    criteria_narrative: str | None
    criteria_url: str | None
    image_url: str | None
    image_caption: str | None
    issuer_id: str
    issuer_name: str | None
    issuer_url: str | None
    subject_name: str | None
    awarded_at: datetime | None
    valid_from: datetime
    valid_until: datetime | None
    results: tuple[ResultSummary, ...]
    evidence_urls: tuple[str, ...]


def read_summary(document: Mapping[str, object]) -> CredentialSummary:
    """Return what a page shows of a credential that `verify` has accepted.

    Its shape was checked there; do not call this with anything else.
    """
    credential = cast("_Object", document)
    subject = credential["credentialSubject"]
    if kind_of(document) is CredentialKind.BADGE:
        achievement = subject["achievement"]
    else:
        text = subject.get("endorsementComment") or credential.get("description", "")
        achievement = {"name": credential["name"], "description": text, "criteria": {}}
    issuer = _object(credential["issuer"])
    image = achievement.get("image") or credential.get("image") or {}
    return CredentialSummary(
        id=credential["id"],
        achievement_id=achievement.get("id"),
        achievement_name=achievement["name"],
        achievement_description=achievement["description"],
        criteria_narrative=achievement["criteria"].get("narrative"),
        criteria_url=achievement["criteria"].get("id"),
        image_url=image.get("id"),
        image_caption=image.get("caption"),
        issuer_id=issuer["id"],
        issuer_name=issuer.get("name"),
        issuer_url=issuer.get("url"),
        subject_name=_subject_name(subject),
        awarded_at=_instant(credential.get("awardedDate")),
        valid_from=_shown(parse_instant(credential["validFrom"])),
        valid_until=_instant(credential.get("validUntil")),
        # An embedded proof signs sets: whoever says a thing twice has said it once.
        results=tuple(dict.fromkeys(_results(subject, achievement))),
        evidence_urls=tuple(
            dict.fromkeys(item["id"] for item in _list(credential.get("evidence")) if "id" in item)
        ),
    )


def _subject_name(subject: _Object) -> str | None:
    for identity in _list(subject.get("identifier")):
        if identity["identityType"] == "name" and not identity["hashed"]:
            return str(identity["identityHash"])
    return None


def _results(subject: _Object, achievement: _Object) -> list[ResultSummary]:
    """Return the results in the order of the result descriptions, as far as they have one."""
    descriptions = _list(achievement.get("resultDescription"))
    names = {description["id"]: description["name"] for description in descriptions}
    levels = {
        level["id"]: level["name"]
        for description in descriptions
        for level in _list(description.get("rubricCriterionLevel"))
    }
    order = list(names)
    known = [
        item for item in _list(subject.get("result")) if item.get("resultDescription") in names
    ]
    return [
        ResultSummary(
            name=names[item["resultDescription"]],
            level=levels.get(item.get("achievedLevel")),
            value=item.get("value"),
        )
        for item in sorted(known, key=lambda item: order.index(item["resultDescription"]))
    ]


def _shown(instant: datetime) -> datetime:
    """Keep away from the ends of the calendar, where no local time can be told."""
    return min(max(instant, _EARLIEST), _LATEST)


def _instant(text: object) -> datetime | None:
    try:
        return _shown(parse_instant(text))
    except ValueError:
        return None


def _object(value: str | _Object) -> _Object:
    return {"id": value} if isinstance(value, str) else value


def _list(value: object) -> list[_Object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [cast("_Object", value)]
