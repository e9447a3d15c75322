"""From what is awarded to the unsigned credential that says so. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from badges.achievement import Achievement, Evidence, Issuer, Status
from badges.credential import CredentialFacts, build_credential
from badges.definition import AchievementDefinition
from badges.pathway_definition import PathwayDefinition
from badges.pathway_publication import (
    HeldBadge,
    StackedBadge,
    achievement_of_pathway,
    binding_of,
    evidence_of,
    holding_text,
)
from badges.publication import achievement_of, results_of
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import IssuerRow
from rubrics.scoring import RubricResult

EVIDENCE_NAME = "Assessed evidence"
EVIDENCE_NARRATIVE = (
    "What was handed in and assessed for this badge. The earner decides what this page shows."
)
ENTERED_NAME = "Assessment on record"
ENTERED_NARRATIVE = (
    "The program assessed this elsewhere and entered the ratings from its records. Nothing was "
    "handed in here."
)
ATTESTED_NAME = "Attested award"
ATTESTED_NARRATIVE = (
    "The program attests that this badge was earned before. It was not assessed here, so there "
    "are no results."
)


class Reservation(NamedTuple):
    """Ids that were given away for one credential before it is signed."""

    credential_id: UUID
    evidence_page_id: UUID
    status_list_id: UUID
    position: int


class Subject(NamedTuple):
    """Whose credential it is; `name` is there when they confirmed it."""

    urn: str
    name: str


class AwardFacts(NamedTuple):
    """What the credential of a badge says beyond its definition and ids.

    Without a `result` the award is one that a coordinator attests: it was earned at
    `awarded_at`, and is valid from `issued_at`. With `is_entered` the ratings came from the
    program's records, and nothing was handed in.
    """

    definition: AchievementDefinition
    version_id: UUID
    version_number: int
    image_type: str
    """Media type of the version's image."""
    issuer: IssuerRow
    subject: Subject
    result: RubricResult | None
    awarded_at: datetime
    issued_at: datetime
    is_entered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFacts:
    """What the credential of a microcredential says beyond its definition and ids.

    `badges` are all that count, in the pathway's order, `held` those that it rests on.
    """

    definition: PathwayDefinition
    badges: tuple[StackedBadge, ...]
    version_id: UUID
    version_number: int
    issuer: IssuerRow
    subject: Subject
    held: tuple[HeldBadge, ...]
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsements:
    """What a credential carries: signed endorsements of its achievement and of its issuer."""

    achievement: tuple[bytes, ...] = ()
    issuer: tuple[bytes, ...] = ()


NO_ENDORSEMENTS = Endorsements()


def issuer_of(row: IssuerRow, endorsements: tuple[bytes, ...] = ()) -> Issuer:
    """Return an issuer row as the credential names it."""
    return Issuer(id=row.did, name=row.name, url=row.url, endorsements=endorsements)


def unsigned_credential(
    facts: AwardFacts | StackFacts,
    reservation: Reservation,
    *,
    urls: PublicURLs,
    endorsements: Endorsements = NO_ENDORSEMENTS,
) -> dict[str, object]:
    """Return the credential as it will be signed."""
    match facts:
        case AwardFacts():
            return build_credential(_of_award(facts, reservation, urls, endorsements))
        case StackFacts():
            return build_credential(_of_stack(facts, reservation, urls, endorsements))


def badge_achievement(
    definition: AchievementDefinition,
    *,
    version_id: UUID,
    version_number: int,
    image_type: str,
    issuer: IssuerRow,
    urls: PublicURLs,
    endorsements: tuple[bytes, ...] = (),
) -> Achievement:
    """Return the achievement of a badge, as every credential of its version has it."""
    achievement = achievement_of(
        definition,
        id_=urls.achievement(version_id),
        version=str(version_number),
        creator=issuer_of(issuer),
        criteria_url=urls.criteria(version_id),
        image_url=urls.image(version_id, image_type),
    )
    return replace(achievement, endorsements=endorsements)


def stack_achievement(
    definition: PathwayDefinition,
    badges: tuple[StackedBadge, ...],
    *,
    version_id: UUID,
    version_number: int,
    issuer: IssuerRow,
    urls: PublicURLs,
    endorsements: tuple[bytes, ...] = (),
) -> Achievement:
    """Return the achievement of a microcredential, as every credential of its version has it."""
    achievement = achievement_of_pathway(
        definition,
        badges,
        id_=urls.achievement(version_id),
        version=str(version_number),
        creator=issuer_of(issuer),
        criteria_url=urls.criteria(version_id),
        image_url=urls.image(version_id),
    )
    return replace(achievement, endorsements=endorsements)


def _of_award(
    facts: AwardFacts, reservation: Reservation, urls: PublicURLs, endorsements: Endorsements
) -> CredentialFacts:
    achievement = badge_achievement(
        facts.definition,
        version_id=facts.version_id,
        version_number=facts.version_number,
        image_type=facts.image_type,
        issuer=facts.issuer,
        urls=urls,
        endorsements=endorsements.achievement,
    )
    credential_url = urls.credential(reservation.credential_id)
    result = facts.result
    name, narrative = EVIDENCE_NAME, EVIDENCE_NARRATIVE
    if result is None:
        name, narrative = ATTESTED_NAME, ATTESTED_NARRATIVE
    elif facts.is_entered:
        name, narrative = ENTERED_NAME, ENTERED_NARRATIVE
    return CredentialFacts(
        id=credential_url,
        issuer=issuer_of(facts.issuer, endorsements.issuer),
        achievement=achievement,
        subject_id=facts.subject.urn,
        subject_name=facts.subject.name or None,
        results=results_of(result, achievement_id=achievement.id, credential_id=credential_url)
        if result is not None
        else (),
        narrative="" if result is not None else ATTESTED_NARRATIVE,
        evidence=(
            Evidence(
                url=urls.evidence(reservation.evidence_page_id), name=name, narrative=narrative
            ),
        ),
        status=_status(reservation, urls),
        awarded_at=facts.awarded_at,
        valid_from=facts.issued_at,
    )


def _of_stack(
    facts: StackFacts, reservation: Reservation, urls: PublicURLs, endorsements: Endorsements
) -> CredentialFacts:
    achievement = stack_achievement(
        facts.definition,
        facts.badges,
        version_id=facts.version_id,
        version_number=facts.version_number,
        issuer=facts.issuer,
        urls=urls,
        endorsements=endorsements.achievement,
    )
    return CredentialFacts(
        id=urls.credential(reservation.credential_id),
        issuer=issuer_of(facts.issuer, endorsements.issuer),
        achievement=achievement,
        subject_id=facts.subject.urn,
        subject_name=facts.subject.name or None,
        results=(),
        narrative=holding_text(facts.definition, facts.held),
        evidence=tuple(evidence_of(one) for one in facts.held),
        related=tuple(binding_of(one) for one in facts.held),
        status=_status(reservation, urls),
        awarded_at=facts.issued_at,
        valid_from=facts.issued_at,
    )


def _status(reservation: Reservation, urls: PublicURLs) -> Status:
    return Status(list_url=urls.status_list(reservation.status_list_id), index=reservation.position)
