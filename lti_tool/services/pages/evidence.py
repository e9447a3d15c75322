"""Read models of what an earner shows of their work: the public page, and where they set it."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.services.models import (
    AchievementSummary,
    AnswerView,
    ArtefactView,
    CriterionEvidence,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedView:
    """That a piece of evidence was removed: what kind of thing it was, and when."""

    kind: str
    removed_on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """What the earner lets the world see of the work.

    It leads to no link of the badge: its address stands in every form, so by it whoever was
    given a link once would come to the next one, and see more.
    """

    achievement: AchievementSummary
    name: str
    answers: tuple[AnswerView, ...]
    artefacts: tuple[ArtefactView, ...]
    criteria: tuple[CriterionEvidence, ...]
    count_withheld: int
    is_attested: bool = False
    is_entered: bool = False
    """The ratings came from the program's records, and nothing was handed in."""
    removed: tuple[RemovedView, ...] = ()
    settings_url: str | None = None
    """Where its earner sets it, when it is they who look at it beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceView:
    """A piece of the work that may be shown, or why it may not be.

    `obstacle` is not_consented, unanswered, for_assessors or removed; nothing where its
    earner is free to choose.
    """

    source: str
    kind: str
    """As in `ArtefactView`, or `answer`."""
    title: str
    detail: str
    """Its host or its beginning."""
    is_shown: bool
    obstacle: str | None
    has_others: bool
    """Whether somebody else is in it, who agreed."""
    removed_on: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSettingsPage:
    """What an earner shows of the work behind one badge."""

    title: str
    pieces: tuple[PieceView, ...]
    is_shared: bool
    is_revoked: bool
    save_url: str
    preview_url: str
    withdraw_url: str
    remove_url: str
    removable_from: datetime | None
    """From when pieces can be removed for good; nothing: now."""
    public_url: str
    back_url: str
