"""Read models that several pages share: frozen, without sentences of our own.

Templates make the words; instants are aware UTC, points are `Decimal`, every
URL is ready to stand in a link.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """One level of a criterion. The band is of the task total, where the rubric has one."""

    id: str
    title: str
    points: Decimal | None
    descriptor: str
    band_minimum: int | None
    band_maximum: int | None
    cumulative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """One scored task, whole points from `minimum` to `maximum`."""

    id: str
    title: str
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersView:
    """A scale of numbers, in steps of `step`."""

    minimum: Decimal
    maximum: Decimal
    step: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    """One criterion with its levels in the order of the source."""

    id: str
    number: int | None
    """Counts what is rated, from 1; nothing for a heading or an indicator."""
    title: str
    definition: str
    levels: tuple[LevelView, ...]
    scale: str = "ordinal"
    """As `rubrics.scales.ScaleKind` has it."""
    numbers: NumbersView | None = None
    needs_signature: bool = False
    criteria: tuple["CriterionView", ...] = ()
    """What stands below it; only where a whole rubric is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One condition, not yet evaluated; `kind` as `badges.conditions.kind_of` says it.

    `amount` is of points, hours or things, `subject` the title of what is counted,
    covered, held or rated, `within` the title of the criterion that it is about,
    `role` and `phase` who rates when, `parts` what it combines.
    """

    kind: str
    amount: Decimal | None = None
    maximum_points: Decimal | None = None
    level_title: str | None = None
    subject: str = ""
    within: str = ""
    role: str = ""
    phase: str = ""
    needs_signature: bool = False
    parts: tuple["RuleView", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricView:
    """A rubric as pages show it."""

    title: str
    criteria: tuple[CriterionView, ...]
    rules: tuple[RuleView, ...]
    level_source: str | None
    """`assessor`, `tasks`, or nothing while the program has not chosen."""
    tasks: tuple[TaskView, ...]
    attribution: str | None
    licence: str | None
    licence_url: str | None
    is_withheld: bool = False
    """Whether the licence keeps the text from strangers: then only names are here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """Something that was found about a definition: error, warning or notice.

    `reason` is why the program lets a warning stand.
    """

    severity: str
    place: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionFacts:
    """Where a definition's words come from (transcribed, adapted, own), and what is open."""

    origin: str
    source_name: str
    source_sha256: str
    changes: str
    open_questions: tuple[str, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingView:
    """A criterion whose level is too low, or a family that lacks references."""

    criterion_title: str
    level_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionView:
    """One condition, evaluated: `met`, `unmet` or `undecided`."""

    rule: RuleView
    state: str
    found: Decimal | None
    """In the unit of the rule's amount; nothing while nothing is known."""
    missing: tuple[str, ...]
    failing: tuple[FailingView, ...]
    parts: tuple["ConditionView", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceView:
    """Why the rule holds or does not, condition by condition."""

    is_met: bool
    is_complete: bool
    rated: int
    total: int
    points: Decimal | None
    conditions: tuple[ConditionView, ...]
    level_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementSummary:
    """A badge at the head of a page."""

    title: str
    description: str
    program: str
    position: int | None
    total_in_stack: int | None
    image_url: str
    image_alt: str
    criteria_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptView:
    """What a learner is asked to write."""

    id: str
    title: str
    help: str
    minimum_words: int | None
    maximum_words: int | None
    is_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactRuleView:
    """What a learner is asked to hand in."""

    id: str
    title: str
    help: str
    kinds: tuple[str, ...]
    minimum_count: int
    media_types: tuple[str, ...] = ()
    maximum_bytes: int | None = None
    shortest: str = ""
    """How long it plays at least and at most, as 10:00."""
    longest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactView:
    """A file or link as a page shows it.

    `kind` is pdf, image, video, audio, text, link or file; `people` is
    nobody, consented, not_consented, or nothing while unanswered.
    """

    id: str
    kind: str
    title: str
    size_bytes: int | None
    url: str
    download_url: str | None
    host: str | None
    people: str | None
    visibility: str
    is_playable: bool | None
    requirement: str = ""
    """What it was handed in for, where there are several such things."""
    length: str = ""
    """How long it plays, as 12:30."""
    is_length_stated: bool = False
    """Its learner said so: the file does not."""
    attested: tuple[str, ...] = ()
    """What its learner stated of it, word for word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceView:
    """An evidence reference, read-only. At most one of page and seconds is set."""

    source_id: str
    source_title: str
    source_kind: str
    locator: str
    page: int | None
    seconds: int | None
    url: str
    explanation: str
    indicator: str = ""
    """What it stands at, where that is not the criterion itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """A text answer, read-only."""

    prompt_id: str
    title: str
    text: str
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """One criterion after a decision."""

    criterion: CriterionView
    level: LevelView | None
    points: Decimal | None
    comment: str
    task_total: int | None
    derived_level_title: str | None
    override_reason: str | None
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """What somebody else than the assessor rated: criterion, level or number, and its change.

    The change is against the first phase of the same role, "+1" of levels or "-0.5" of
    numbers; empty at other phases, and where a side is missing.
    """

    role: str
    phase: str
    source: str
    ratings: tuple[tuple[CriterionView, str, str], ...]
    url: str | None
    """Where it is typed in; nothing for what the learner rates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionEvidence:
    """What a learner points to for one criterion."""

    criterion: CriterionView
    references: tuple[ReferenceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntryView:
    """One entry of a log, read-only; without a day or minutes it does not count yet."""

    day: str
    minutes: int | None
    person: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """A log with what its whole entries add up to."""

    title: str
    entries: tuple[LogEntryView, ...]
    count: int
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """Another badge that is asked for."""

    title: str
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousAttempt:
    """A decided attempt before the present one."""

    number: int
    decided_at: datetime
    comment: str
    results: tuple[ResultView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two texts for one field: mine came too late, theirs is stored; both are kept."""

    name: str
    label: str
    mine: str
    theirs: str
    theirs_saved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """A text that came too late for the field `name`, for whoever wrote it."""

    id: str
    name: str
    subject: str
    """Whose field it is: a prompt's or criterion's title, or nothing."""
    text: str
    kept_at: datetime
    can_put_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field; an empty name is the whole form."""

    name: str
    code: str
    detail: str | None = None
    subject: str = ""
    """Whose field it is, where several say the same: a prompt's or criterion's title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the last action did. The words live in components/notices.html."""

    kind: str
    code: str
    subject: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the gradebook knows: none, waiting, delivered, retrying or failed."""

    state: str
    at: datetime | None = None
    detail: str | None = None
    resend_url: str | None = None
