"""Read models of the learner's pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from lti_tool.services.models import (
    AchievementSummary,
    AnswerView,
    ArtefactRuleView,
    ArtefactView,
    Conflict,
    CriterionEvidence,
    CriterionView,
    KeptText,
    LogView,
    Prerequisite,
    PreviousAttempt,
    PromptView,
    ResultView,
    RoundView,
    RubricView,
    TraceView,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSetUpPage:
    """The activity opens no badge yet."""

    course_title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoAsked:
    """Something else that is asked for: `kind` is pool, log, coverage, self or references.

    Limits are words of a pool, and entries of a log with `hours` beside them.
    """

    kind: str
    title: str = ""
    minimum: int | None = None
    maximum: int | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """What the badge is and asks, before anything is begun."""

    achievement: AchievementSummary
    rubric: RubricView
    prompts: tuple[PromptView, ...]
    artefact_rules: tuple[ArtefactRuleView, ...]
    also: tuple[AlsoAsked, ...]
    start_url: str | None
    """None where the program does not let this course award it (any more)."""
    allow_resubmission: bool
    prerequisites: tuple[Prerequisite, ...] = ()
    stack_url: str | None = None
    """The learner's way to the microcredential that the badge counts toward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerField:
    """One prompt with what is written so far."""

    prompt: PromptView
    text: str
    words: int
    is_kept: bool = False
    """Its criterion passed in the last attempt: it is not asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolField:
    """Several prompts that share a limit of words; `names` are those of their fields."""

    id: str
    title: str
    names: tuple[str, ...]
    words: int
    minimum_words: int | None
    maximum_words: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedUpload:
    """A file that has not arrived whole."""

    id: str
    name: str
    offset: int
    size: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceField:
    """One evidence reference as it stands in the form.

    `source` is an artefact's id, `answer:<prompt id>` or empty;
    `locator_kind` is page, time, section, or empty while there is no source.
    """

    id: str
    source: str
    locator: str
    explanation: str
    locator_kind: str
    criterion_id: str = ""
    """The indicator that it stands at, where a coverage offers several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionWork:
    """One criterion with its references; `kept` where it passed in the last attempt."""

    criterion: CriterionView
    references: tuple[ReferenceField, ...]
    kept: ResultView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOption:
    """Something that a reference can point to."""

    value: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that a field offers."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyView:
    """A family of a coverage, with its indicators and whether references cover it."""

    id: str
    title: str
    indicators: tuple[Choice, ...]
    lacks: tuple[str, ...]
    """The places that lack references to it; one without a name where any place will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageField:
    """A coverage with the references that are for it."""

    id: str
    title: str
    criterion_id: str
    minimum_per_family: int
    places: tuple[str, ...]
    """What every family has to be pointed out in; none where any place will do."""
    families: tuple[FamilyView, ...]
    references: tuple[ReferenceField, ...]
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntryField:
    """One entry of a log as it stands in the form."""

    id: str
    day: str
    minutes: str
    person: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogField:
    """A log with its entries; `count` and `hours` are of the whole ones."""

    id: str
    title: str
    help: str
    asks_person: bool
    minimum_entries: int
    minimum_hours: str
    entries: tuple[LogEntryField, ...]
    count: int
    hours: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfRating:
    """One criterion that learners rate themselves."""

    name: str
    criterion: CriterionView
    value: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfRound:
    """What learners rate themselves at one time."""

    phase: str
    ratings: tuple[SelfRating, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationField:
    """Something that a learner states of an artefact by a tick."""

    id: str
    text: str
    is_ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactField:
    """A file or link of the draft with its questions."""

    artefact: ArtefactView
    requirement_id: str
    choices: tuple[tuple[str, str], ...]
    """What it can be for, where there are several such things."""
    length: str | None
    """As the learner states it; None where the file says it, or nobody asks."""
    attestations: tuple[AttestationField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactSlot:
    """A place for files and links: one for everything, or one for each requirement.

    `key` is the requirement's id, or empty in the one place for everything.
    `has_inputs` is False where things stand that were put nowhere yet.
    """

    key: str
    rules: tuple[ArtefactRuleView, ...]
    artefacts: tuple[ArtefactField, ...]
    unfinished: tuple[UnfinishedUpload, ...]
    takes_files: bool
    takes_links: bool
    media_types: tuple[str, ...]
    accepted: str
    maximum_bytes: int
    is_kept: bool
    has_inputs: bool
    link_url: str
    """What was sent to be added as a link and could not be."""
    link_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWork:
    """What is asked for one criterion at the top of the rubric, or (without one) for all of it."""

    criterion: CriterionView | None
    kept: ResultView | None
    answers: tuple[AnswerField, ...]
    pools: tuple[PoolField, ...]
    slots: tuple[ArtefactSlot, ...]
    logs: tuple[LogField, ...]
    criteria: tuple[CriterionWork, ...]
    coverages: tuple[CoverageField, ...]

    @property
    def key(self) -> str:
        """What tells its regions from those of other parts."""
        return f"-{self.criterion.id}" if self.criterion else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One thing that is done or missing; `anchor` is the id of the field to go to.

    `code` is answer, answer_short, answer_long, pool, artefact, upload, media_type,
    file_large, length, plays_short, plays_long, attestation, reference,
    reference_incomplete, coverage, log_entries, log_minutes, self_rating, people,
    consent or name.
    """

    code: str
    is_done: bool
    subject: str
    found: int | None
    required: int | None
    anchor: str
    detail: str = ""
    """The families that lack, or the length that was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """A draft with every field of its form."""

    achievement: AchievementSummary
    rubric: RubricView
    attempt_id: str
    attempt_number: int
    revision: int
    saved_at: datetime | None
    draft_url: str
    uploads_url: str
    refresh_url: str
    parts: tuple[PartWork, ...]
    """First what is asked for no single criterion."""
    self_rounds: tuple[SelfRound, ...]
    sources: tuple[SourceOption, ...]
    name_on_badge: str
    name_confirmed: bool
    checklist: tuple[ChecklistItem, ...]
    previous: PreviousAttempt | None
    conflicts: tuple[Conflict, ...]
    kept_texts: tuple[KeptText, ...]
    prerequisites: tuple[Prerequisite, ...] = ()

    @property
    def answers(self) -> tuple[AnswerField, ...]:
        """Every answer of the form."""
        return tuple(one for part in self.parts for one in part.answers)

    @property
    def slots(self) -> tuple[ArtefactSlot, ...]:
        """Every place for files and links."""
        return tuple(one for part in self.parts for one in part.slots)

    @property
    def artefacts(self) -> tuple[ArtefactView, ...]:
        """Every file and link that is in."""
        return tuple(one.artefact for slot in self.slots for one in slot.artefacts)

    @property
    def unfinished(self) -> tuple[UnfinishedUpload, ...]:
        """Every file on its way."""
        return tuple(one for slot in self.slots for one in slot.unfinished)

    @property
    def criteria(self) -> tuple[CriterionWork, ...]:
        """Every criterion with references of its own."""
        return tuple(one for part in self.parts for one in part.criteria)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedPage:
    """What was handed in, and where it stands: `submitted` or `in_review`."""

    achievement: AchievementSummary
    attempt_number: int
    submitted_at: datetime
    state: str
    take_back_url: str | None
    name_on_badge: str
    answers: tuple[AnswerView, ...]
    artefacts: tuple[ArtefactView, ...]
    criteria: tuple[CriterionEvidence, ...]
    logs: tuple[LogView, ...] = ()
    self_rounds: tuple[RoundView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCredential:
    """The earner's badge: `valid`, `revoked`, `expired` or `preparing`."""

    page_url: str
    json_url: str
    jwt_url: str
    image_url: str
    image_alt: str
    share_link: str | None
    shows: str
    """What the link shows: with_levels or without_levels."""
    has_levels: bool
    """Whether there is anything to choose."""
    share_url: str | None
    unshare_url: str | None
    evidence_url: str | None
    """Where its earner sets what others see of the work, if any was handed in here."""
    keep_url: str
    issued_on: datetime
    revoked_on: datetime | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """What came of an attempt: awarded, returned, not_awarded, reviewed or revoked."""

    achievement: AchievementSummary
    attempt_number: int
    decided_at: datetime
    outcome: str
    comment: str
    results: tuple[ResultView, ...]
    trace: TraceView
    is_corrected: bool
    correction_reason: str | None
    resubmit_url: str | None
    attempts_left: int | None
    credential: OwnCredential | None
    gradebook: str
    """`full_points`, `no_score`, `unchanged` or `none`."""
    previous: tuple[PreviousAttempt, ...]
    rounds: tuple[RoundView, ...] = ()
    """What the learner and others rated, and how it changed, where the rubric asks them."""
    stack_url: str | None = None
    """Their way to the microcredential that the badge counts toward."""
    is_entered: bool = False
    """The ratings came from the program's records, and nothing was handed in."""


LearnerPage: TypeAlias = NotSetUpPage | ActivityPage | WorkPage | SubmittedPage | ResultPage
