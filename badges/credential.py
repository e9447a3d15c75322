"""Facts in, an unsigned Open Badges 3.0 credential out; and what is checked before signing.

The shape is the one that every verifier that we know accepts: Verifiable Credentials 2.0,
arrays also for one value, and an id on whatever may carry one, so that no two nodes of the
canonical form are alike.
Source: https://www.imsglobal.org/spec/ob/v3p0/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from badges.achievement import (
    Achievement,
    Alignment,
    Evidence,
    Image,
    Issuer,
    RelatedResource,
    Result,
    ResultDescription,
    Status,
)
from badges.canonical import check_unambiguous
from badges.errors import InvalidCredentialError
from badges.identity import Identity, identifiers_of
from badges.instants import format_instant
from badges.nodes import find_repeated_id
from badges.shapes import check_shape
from badges.untrusted import parse_object
from badges.written import digest_multibase
from rubrics.documents import points_text
from rubrics.errors import InvalidDocumentError

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
_SCHEMA_URL = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)
_RUBRIC_CRITERION_LEVEL = "RubricCriterionLevel"

_Document = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialFacts:
    """All that one credential says.

    `subject_id` is a pseudonym (urn:uuid:…); `subject_name` is there when the earner
    confirmed it. There is a result for each of the achievement's result descriptions; or
    there is none, and `narrative` says instead what it was given for.
    """

    id: str
    issuer: Issuer
    achievement: Achievement
    subject_id: str
    subject_name: str | None
    results: tuple[Result, ...]
    evidence: tuple[Evidence, ...]
    status: Status
    awarded_at: datetime
    valid_from: datetime
    narrative: str = ""
    related: tuple[RelatedResource, ...] = ()


def build_credential(facts: CredentialFacts) -> _Document:
    """Return the unsigned credential. The same facts give the same document."""
    achievement = facts.achievement
    return {
        "@context": list(CONTEXTS),
        "id": facts.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achievement.name,
        "description": achievement.description,
        "image": _image(achievement.image),
        "issuer": {**build_profile(facts.issuer), **_endorsements(facts.issuer.endorsements)},
        "validFrom": format_instant(facts.valid_from),
        "awardedDate": format_instant(facts.awarded_at),
        "credentialSubject": _subject(facts),
        "evidence": [_evidence(one) for one in facts.evidence],
        **_unless_empty("relatedResource", [_related(one) for one in facts.related]),
        "credentialStatus": build_status(facts.status),
        "credentialSchema": [{"id": _SCHEMA_URL, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def build_achievement(achievement: Achievement) -> _Document:
    """Return the achievement as it stands in its credentials and behind its own id."""
    return {
        "id": achievement.id,
        "type": ["Achievement"],
        "achievementType": achievement.achievement_type,
        "name": achievement.name,
        "description": achievement.description,
        "version": achievement.version,
        "inLanguage": achievement.language,
        "creator": build_profile(achievement.creator),
        "image": _image(achievement.image),
        "criteria": {
            "id": achievement.criteria_url,
            "narrative": achievement.criteria_narrative,
        },
        **_unless_empty("tag", list(achievement.tags)),
        **_alignments(achievement.alignments),
        **_unless_empty(
            "resultDescription",
            [_result_description(item) for item in achievement.result_descriptions],
        ),
        **_endorsements(achievement.endorsements),
    }


def check_before_signing(document: Mapping[str, object]) -> None:
    """Return if this unsigned credential says what we mean, everywhere; raise otherwise.

    Raises:
        InvalidCredentialError: not of our shape, an id that points nowhere, or an id
            that two things share.
        CanonicalizationError: a word without a meaning, or a content that verifiers
            are known to read differently.
    """
    accepted = check_statements(document, "issued-credential.schema.json")
    _check_results(accepted["credentialSubject"])


def check_statements(document: Mapping[str, object], schema: str) -> dict[str, Any]:
    """Return an unsigned credential that follows one of our schemas and that all read alike.

    Raises: as `check_before_signing`.
    """
    try:
        accepted = check_shape(document, schema)
    except InvalidDocumentError as error:
        raise InvalidCredentialError(error.reason, path=error.place) from error
    repeated = find_repeated_id(document)
    if repeated is not None:
        raise InvalidCredentialError(f"two different things share the id {repeated}")
    check_unambiguous(document)
    return accepted


def build_status(status: Status) -> _Document:
    """Return where a credential says that its status is published."""
    return {
        "id": f"{status.list_url}#{status.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(status.index),
        "statusListCredential": status.list_url,
    }


def _subject(facts: CredentialFacts) -> _Document:
    identifiers = identifiers_of(Identity(name=facts.subject_name or ""))
    return {
        "id": facts.subject_id,
        "type": ["AchievementSubject"],
        **_unless_empty("identifier", identifiers),
        "achievement": build_achievement(facts.achievement),
        **_unless_empty("narrative", facts.narrative),
        **_unless_empty("result", [_result(item) for item in facts.results]),
    }


def build_profile(issuer: Issuer) -> _Document:
    """Return an issuer as credentials name it, without what others say about it."""
    return {
        "id": issuer.id,
        "type": ["Profile"],
        "name": issuer.name,
        "url": issuer.url,
        **_unless_empty("email", issuer.email),
        **_unless_empty("description", issuer.description),
    }


def _endorsements(endorsements: tuple[bytes, ...]) -> _Document:
    return _unless_empty("endorsement", [parse_object(one) for one in endorsements])


def _image(image: Image) -> _Document:
    return {"id": image.url, "type": "Image", "caption": image.caption}


def _alignments(alignments: tuple[Alignment, ...]) -> _Document:
    return _unless_empty("alignment", [_alignment(item) for item in alignments])


def _alignment(alignment: Alignment) -> _Document:
    return {
        "id": alignment.id,
        "type": ["Alignment"],
        "targetName": alignment.target_name,
        "targetUrl": alignment.target_url,
        **_unless_empty("targetType", alignment.target_type),
        **_unless_empty("targetCode", alignment.target_code),
        **_unless_empty("targetFramework", alignment.target_framework),
        **_unless_empty("targetDescription", alignment.target_description),
    }


def _result_description(description: ResultDescription) -> _Document:
    return {
        "id": description.id,
        "type": ["ResultDescription"],
        "name": description.name,
        **(_levels(description) if description.bounds is None else _bounds(description)),
        **_alignments(description.alignments),
    }


def _levels(description: ResultDescription) -> _Document:
    return {
        "resultType": _RUBRIC_CRITERION_LEVEL,
        **_unless_empty("requiredLevel", description.required_level),
        "rubricCriterionLevel": [
            {
                "id": level.id,
                "type": [_RUBRIC_CRITERION_LEVEL],
                "name": level.name,
                "level": level.name,
                **_number("points", level.points),
                **_unless_empty("description", level.description),
                **_alignments(level.alignments),
            }
            for level in description.levels
        ],
    }


def _bounds(description: ResultDescription) -> _Document:
    least, greatest = description.bounds or (None, None)
    return {
        "resultType": "RawScore",
        **_number("valueMin", least),
        **_number("valueMax", greatest),
        **_number("requiredValue", description.required_value),
    }


def _result(result: Result) -> _Document:
    return {
        "id": result.id,
        "type": ["Result"],
        "resultDescription": result.result_description,
        **_unless_empty("achievedLevel", result.achieved_level),
        **_number("value", result.value),
        "status": "Completed",
    }


def _evidence(evidence: Evidence) -> _Document:
    return {
        "id": evidence.url,
        "type": ["Evidence"],
        "name": evidence.name,
        "narrative": evidence.narrative,
        **_unless_empty("genre", evidence.genre),
    }


def _related(resource: RelatedResource) -> _Document:
    return {
        "id": resource.id,
        "mediaType": resource.media_type,
        "digestMultibase": digest_multibase(resource.document),
    }


def _check_results(subject: dict[str, Any]) -> None:
    """Check what the schema cannot: that ids lead somewhere, and each criterion has its result."""
    described = subject["achievement"].get("resultDescription", ())
    descriptions = {one["id"]: one for one in described}
    for description in descriptions.values():
        _check_scale(description)
    if "result" not in subject:
        return
    if sorted(descriptions) != sorted(result["resultDescription"] for result in subject["result"]):
        raise InvalidCredentialError("not one result for each result description")
    for result in subject["result"]:
        if not _is_on_scale(result, descriptions[result["resultDescription"]]):
            raise InvalidCredentialError(f"{result['id']} names a level of another scale or value")


def _check_scale(description: dict[str, Any]) -> None:
    levels = description.get("rubricCriterionLevel", [])
    points = [Decimal(level["points"]) for level in levels if "points" in level]
    if points and (len(points) < len(levels) or points != sorted(points)):
        raise InvalidCredentialError(f"the levels of {description['id']} do not ascend")
    if description.get("requiredLevel") not in {None, *(level["id"] for level in levels)}:
        raise InvalidCredentialError(f"{description['id']} requires a level of another scale")


def _is_on_scale(result: dict[str, Any], description: dict[str, Any]) -> bool:
    if "rubricCriterionLevel" not in description:
        least, greatest = Decimal(description["valueMin"]), Decimal(description["valueMax"])
        if "achievedLevel" in result or "value" not in result:
            return False
        return least <= Decimal(result["value"]) <= greatest
    points = {level["id"]: level.get("points") for level in description["rubricCriterionLevel"]}
    level = result.get("achievedLevel")
    return level in points and points[level] == result.get("value")


def _number(name: str, value: Decimal | None) -> _Document:
    return {} if value is None else {name: points_text(value)}


def _unless_empty(name: str, value: object) -> _Document:
    return {name: value} if value else {}
