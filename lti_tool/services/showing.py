"""What others may see of the work behind a badge: its earner's setting, within what is allowed.

A piece with other people in it is shown only if they agreed and it was handed in as
something that may be shown: who agreed to be assessed did not agree to be published.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from lti_tool.errors import NotFoundError
from lti_tool.services.evidence import ANSWER
from lti_tool.store import awards, evidence, programs, shares, submissions
from lti_tool.store.rows import (
    AchievementVersionRow,
    ArtefactRow,
    AttemptRow,
    AwardRow,
    CredentialRow,
    ShareRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The work behind an award, and what its earner chose to show of it.

    Without an attempt nothing was handed in here: the award is attested.
    """

    award: AwardRow
    version: AchievementVersionRow
    definition: AchievementDefinition
    attempt: AttemptRow | None
    artefacts: tuple[ArtefactRow, ...]
    answered: frozenset[str]
    """Prompts that were answered."""
    chosen: frozenset[str]
    share: ShareRow | None

    @property
    def is_open(self) -> bool:
        """Whether others see anything at all: while the badge stands and has a link."""
        return self.award.revoked_at is None and self.share is not None

    @property
    def free(self) -> frozenset[str]:
        """The sources that its earner may show."""
        files = {str(row.id) for row in self.artefacts if find_obstacle(row) is None}
        return frozenset(files | {f"{ANSWER}{prompt_id}" for prompt_id in self.answered})

    @property
    def shown(self) -> frozenset[str]:
        """The sources that its earner shows; what is no longer allowed falls out at once."""
        return self.chosen & self.free


def find_obstacle(row: ArtefactRow) -> str | None:
    """Return why a file or link cannot be shown to others, if it cannot."""
    if row.state != "ready":
        return "removed"
    if row.people == "not_consented":
        return "not_consented"
    if row.people == "unknown":
        return "unanswered"
    return "for_assessors" if row.people == "consented" and row.visibility != "public" else None


def list_assessed(session: Session, attempt: AttemptRow) -> tuple[ArtefactRow, ...]:
    """Return the files and links of an attempt, also those that were removed since.

    What was removed before it was handed in is nobody's business: nobody assessed it.
    """
    handed_in = attempt.submitted_at
    return tuple(
        row
        for row in evidence.list_artefacts(session, attempt.id)
        if row.removed_at is None or handed_in is None or row.removed_at >= handed_in
    )


def load_behind(session: Session, award: AwardRow, credential: CredentialRow) -> Behind:
    """Return the work behind a badge.

    Raises:
        NotFoundError: it is a microcredential, whose evidence are its badges.
    """
    if award.origin == "pathway":
        raise NotFoundError("the evidence of a microcredential are its badges")
    version = programs.get_version(session, award.achievement_version_id)
    attempt = evidence.find_attempt_of(session, award.id)
    answers = submissions.list_answers(session, attempt.id) if attempt else ()
    return Behind(
        award=award,
        version=version,
        definition=parse_definition(version.document),
        attempt=attempt,
        artefacts=list_assessed(session, attempt) if attempt else (),
        answered=frozenset(row.prompt_id for row in answers if row.text.strip()),
        chosen=evidence.list_choices(session, award.id),
        share=shares.find_share(session, credential.id),
    )


def find_shown_artefact(session: Session, award_id: UUID, artefact_id: UUID) -> ArtefactRow:
    """Return a file that is shown to others at this moment.

    Raises:
        NotFoundError: it is not.
    """
    award = session.get(AwardRow, award_id)
    credential = awards.find_credential_of_award(session, award_id)
    if award is None or credential is None:
        raise NotFoundError("no such award")
    behind = load_behind(session, award, credential)
    for row in behind.artefacts:
        if row.id == artefact_id and behind.is_open and str(row.id) in behind.shown:
            return row
    raise NotFoundError("it is not shown")
