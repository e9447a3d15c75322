"""Somebody's signed word about an achievement or an issuer: an EndorsementCredential.

It stands in the badges that were issued since, whole, with a proof of its own.
Source: https://www.imsglobal.org/spec/ob/v3p0/#endorsementcredential
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from badges.achievement import Achievement, Evidence, Image, Issuer, Status
from badges.credential import (
    CONTEXTS,
    CredentialFacts,
    build_credential,
    build_profile,
    build_status,
    check_before_signing,
    check_statements,
)
from badges.errors import InvalidCredentialError
from badges.instants import format_instant
from rubrics.acceptance import DocumentSchema
from rubrics.errors import InvalidDocumentError

_SCHEMA_URL = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json"
)


_EMBEDDABLE = DocumentSchema((("badges.schemas", "embeddable-endorsement.schema.json"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementFacts:
    """All that one endorsement says.

    `subject_id` is the id of what is endorsed, a version of an achievement or an issuer,
    and `name` a line about it. `comment` is Markdown.
    """

    id: str
    endorser: Issuer
    subject_id: str
    name: str
    comment: str
    status: Status
    valid_from: datetime


def build_endorsement(facts: EndorsementFacts) -> dict[str, object]:
    """Return the unsigned endorsement. The same facts give the same document."""
    return {
        "@context": list(CONTEXTS),
        "id": facts.id,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": facts.name,
        "issuer": build_profile(facts.endorser),
        "validFrom": format_instant(facts.valid_from),
        "awardedDate": format_instant(facts.valid_from),
        "credentialSubject": {
            "id": facts.subject_id,
            "type": ["EndorsementSubject"],
            **({"endorsementComment": facts.comment} if facts.comment else {}),
        },
        "credentialStatus": build_status(facts.status),
        "credentialSchema": [{"id": _SCHEMA_URL, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def check_endorsement(document: Mapping[str, object]) -> None:
    """Return if this unsigned endorsement says what we mean, everywhere; raise otherwise.

    Raises: as `badges.credential.check_before_signing`.
    """
    check_statements(document, "issued-endorsement.schema.json")


def check_embeddable(document: Mapping[str, object]) -> None:
    """Return if a signed endorsement of others has the shape in which badges carry one.

    The official schema of badges asks for arrays where JSON-LD does not.

    Raises:
        InvalidCredentialError: it has another; names the place.
    """
    try:
        _EMBEDDABLE.check(document)
    except InvalidDocumentError as error:
        raise InvalidCredentialError(error.reason, path=error.place) from error


def check_carried(endorsement: bytes, *, issuer: Issuer, achievement_id: str | None) -> None:
    """Return if a badge can carry this endorsement: of its achievement, or of its issuer.

    Raises: as `badges.credential.check_before_signing`.
    """
    check_before_signing(build_credential(_sample(endorsement, issuer, achievement_id)))


def _sample(endorsement: bytes, issuer: Issuer, achievement_id: str | None) -> CredentialFacts:
    """Return the facts of a badge that says nothing but who is endorsed."""
    url, at = "https://sample.invalid", datetime(2026, 1, 1, tzinfo=UTC)
    achievement = Achievement(
        id=achievement_id or f"{url}/achievement",
        name="Sample",
        description="Sample",
        version="1",
        creator=issuer,
        image=Image(url=f"{url}/image", caption="Sample"),
        criteria_url=f"{url}/criteria",
        criteria_narrative="Sample",
        achievement_type="MicroCredential",
        endorsements=(endorsement,) if achievement_id else (),
    )
    return CredentialFacts(
        id=f"{url}/credential",
        issuer=issuer if achievement_id else replace(issuer, endorsements=(endorsement,)),
        achievement=achievement,
        subject_id="urn:uuid:00000000-0000-4000-8000-000000000000",
        subject_name=None,
        results=(),
        narrative="Sample",
        evidence=(Evidence(url=f"{url}/evidence", name="Sample", narrative="Sample"),),
        status=Status(list_url=f"{url}/status", index=0),
        awarded_at=at,
        valid_from=at,
    )
