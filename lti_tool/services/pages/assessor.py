"""Read models of the instructor's and assessor's pages."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lti_tool.services.models import (
    AchievementSummary,
    AnswerView,
    ArtefactView,
    Conflict,
    CriterionView,
    Delivery,
    KeptText,
    LogView,
    PreviousAttempt,
    ReferenceView,
    RoundView,
    RubricView,
    TaskView,
    TraceView,
)
from lti_tool.services.pages.evidence import RemovedView


@dataclass(frozen=True, slots=True, kw_only=True)
class BindChoice:
    """One badge that a link could open.

    `state` is open, or why it cannot be chosen: placeholder, undecided (how a
    level arises is not chosen yet), draft, retired, elsewhere (this course may not award it).
    """

    id: str
    summary: AchievementSummary
    state: str
    tasks: tuple[TaskView, ...]
    version_label: str
    count_criteria: int
    asked: tuple[str, ...]
    """Whom to ask, where the course may not award it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindPage:
    """What a resource link may open."""

    link_title: str | None
    course_title: str | None
    bind_url: str
    choices: tuple[BindChoice, ...]
    selected: str | None
    selected_part: str
    """`whole` or a task's id."""
    desk_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Where one is in a list of several pages."""

    page: int
    pages: int
    previous_url: str | None
    next_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """The latest attempt of one learner.

    `state` is draft, submitted, in_review, returned, awarded, not_awarded,
    reviewed or revoked.
    """

    learner_name: str
    attempt_number: int
    since: datetime
    state: str
    claimed_by: str | None
    claimed_by_me: bool
    rated: int | None
    total: int | None
    handed_in: int | None
    """How many of several assessors have handed in, `assessors` of which are needed."""
    assessors: int
    url: str | None
    delivery: Delivery | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Who is waiting, since when, and who has it open."""

    achievement: AchievementSummary
    filter: str
    open_url: str
    decided_url: str
    all_url: str
    count_open: int
    count_decided: int
    count_all: int
    rows: tuple[QueueRow, ...]
    pager: Pager
    next_url: str | None
    learner_view_url: str | None
    agreement_url: str | None
    """How often several assessors agree, where several rate."""
    bind_url: str | None
    """Where another badge is chosen; None once learners have begun, and for others."""
    desk_url: str
    settings_url: str
    """The badge's own settings on the program desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """Who is rating the attempt right now."""

    is_mine: bool
    held_by: str | None
    until: datetime | None
    take_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScore:
    """Points of one scored task. `origin` is here, link (read-only) or typed."""

    task: TaskView
    value: str
    origin: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRating:
    """What one of several assessors gave one criterion."""

    name: str
    level_title: str | None
    number: Decimal | None
    tasks: tuple[tuple[str, int], ...]
    """Titles of scored tasks, with their points."""
    reason: str
    """Why the level was set by hand."""
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """One criterion as several rated it.

    `kind` is equal, same_level (by other scores), adjacent, apart, or numbers, which are
    `change` apart. `is_to_decide` where somebody chooses what stands.
    """

    ratings: tuple[SeatRating, ...]
    kind: str
    change: Decimal | None
    is_to_decide: bool
    stands_level: str | None
    stands_number: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCount:
    """How often two assessors agreed. `adjacent` counts levels one step apart at most."""

    title: str
    pairs: int
    exact: int
    adjacent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsView:
    """Where several rate: the reader's seat, and how far all are.

    `seat` is 0 for whoever decides, nothing where others have all seats; `policy` as
    `rubrics.model.Aggregation`. What others rated is there only once it may be seen.
    """

    seat: int | None
    needed: int
    finished: int
    policy: str
    may_change: bool
    may_reopen: bool
    comments: tuple[tuple[str, str], ...] = ()
    """Names, with the words on the whole."""
    agreement: AgreementCount | None = None
    unseen: AgreementCount | None = None
    """As it was before a difference was talked over; nothing where that is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPage:
    """How often independent assessors agreed in a course, criterion by criterion."""

    achievement: AchievementSummary
    attempts: int
    rows: tuple[AgreementCount, ...]
    queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionScore:
    """One criterion to rate, or as it was rated."""

    criterion: CriterionView
    references: tuple[ReferenceView, ...]
    level_id: str | None
    number: str
    """As it was typed in; for a scale of numbers."""
    is_signed: bool
    tasks: tuple[TaskScore, ...]
    task_total: int | None
    task_maximum: int | None
    derived_level_title: str | None
    missing_tasks: tuple[str, ...]
    override_level_id: str | None
    override_reason: str
    comment: str
    kept: bool
    difference: DifferenceView | None = None
    """What several assessors gave, once it may be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRating:
    """One criterion as somebody else rated it, or as it was typed in and refused."""

    criterion: CriterionView
    level_id: str | None
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPage:
    """One round of ratings by somebody without an account, to type in."""

    learner_name: str
    achievement_title: str
    role: str
    phase: str
    source: str
    """Who said it, and where it can be looked up."""
    ratings: tuple[RoundRating, ...]
    revision: int
    is_open: bool
    save_url: str
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersededView:
    """A decision that a later one took the place of, and why."""

    outcome: str
    decided_at: datetime
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """The standing decision: awarded, returned, not_awarded, reviewed or revoked."""

    outcome: str
    decided_at: datetime
    decided_by: str
    credential_url: str | None
    delivery: Delivery
    correct_url: str | None
    superseded: tuple[SupersededView, ...]
    source: str
    """Where the ratings come from, if the program entered them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePage:
    """Evidence and rubric of one attempt. With a decision everything is read-only."""

    achievement: AchievementSummary
    rubric: RubricView
    attempt_id: str
    learner_name: str
    name_on_badge: str
    attempt_number: int
    submitted_at: datetime
    revision: int
    saved_at: datetime | None
    assessment_url: str
    claim_url: str
    queue_url: str
    previous_url: str | None
    next_url: str | None
    position: int | None
    count: int | None
    claim: ClaimView
    answers: tuple[AnswerView, ...]
    artefacts: tuple[ArtefactView, ...]
    logs: tuple[LogView, ...]
    criteria: tuple[CriterionScore, ...]
    comment: str
    trace: TraceView
    decision: DecisionView | None
    history: tuple[PreviousAttempt, ...]
    rounds: tuple[RoundView, ...]
    """What the learner and others rated, where the rubric asks them."""
    conflicts: tuple[Conflict, ...]
    kept_texts: tuple[KeptText, ...]
    only_task: TaskView | None
    """The link opens this task alone: its scores are given here, nothing is decided here."""
    may_release: bool
    seats: SeatsView | None
    """Where several assessors rate."""
    removed: tuple[RemovedView, ...] = ()
    """What was deleted since it was handed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """What a release or return will do, before it does it.

    `action` is award, no_award or return; incomplete where `unrated` stands in the way.
    """

    action: str
    achievement: AchievementSummary
    learner_name: str
    name_on_badge: str
    trace: TraceView
    gradebook: str
    platform_name: str
    maximum_points: Decimal | None
    inputs: str
    confirm_url: str
    back_url: str
    has_next: bool
    comment: str
    allow_resubmission: bool
    unrated: tuple[str, ...]
    existing_credential_url: str | None
    is_test: bool
    """The learner is the platform's test user: nothing is issued or sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectPage:
    """A decision to correct: `edit`, then `confirm` with what will change."""

    step: str
    achievement: AchievementSummary
    rubric: RubricView
    learner_name: str
    standing: DecisionView
    criteria: tuple[CriterionScore, ...]
    comment: str
    reason: str
    trace: TraceView
    preview_url: str
    confirm_url: str
    back_url: str
    inputs: str
    fields: tuple[tuple[str, str], ...]
    outcome: str
    credential: str
    gradebook_holds: str
    gradebook_choice: bool
    gradebook_would: str
