"""Read models of the editor of a badge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lti_tool.services.pages.desk import DeskHead


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeHead:
    """What stands on top of every page of one badge's desk."""

    desk: DeskHead
    title: str
    image_url: str
    version: int
    """The version that is being written, or the newest."""
    state: str
    """Of the newest version: placeholder, draft, published, retired."""
    is_written: bool
    """Whether something is being written of it."""
    tabs: tuple[tuple[str, str], ...]
    """Codes and addresses; the words live in desk/badge.html."""

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A finding: the anchor that a link leads to, and plain words.

    `kind` is `missing` for what nobody has filled in yet, `unconfirmed` and `mark` for what
    waits for a tick: told in the list, and not in red beside the field. Else it is `found`.
    """

    severity: str
    anchor: str
    text: str
    kind: str = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionForm:
    """A competency or indicator of the form; its texts go by their places."""

    place: str
    number: int
    levels: tuple[str, ...]
    """Ids."""
    scale: str
    indicators: tuple["CriterionForm", ...]
    alignments: tuple[str, ...]
    """Places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionForm:
    """One condition of the rule as a sentence with blanks; `words` where it has none here."""

    place: str
    kind: str
    parts: tuple["ConditionForm", ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What fields offer: pairs of what is stored and what is shown."""

    criteria: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    counted: tuple[tuple[str, str], ...]
    badges: tuple[tuple[str, str], ...]
    licences: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorPage:
    """The editor. `texts` and `findings` go by the names of fields, which are places."""

    badge: BadgeHead
    url: str
    autosave_url: str
    paste_url: str
    picture_url: str
    draft_id: str
    revision: int
    outline: str
    saved_at: datetime
    saved_by: str
    """Empty: whoever reads the page."""
    others: tuple[str, ...]
    """Who else has it open."""
    can_undo: bool
    can_redo: bool
    is_overtaken: bool
    texts: Mapping[str, str]
    findings: Mapping[str, tuple[Problem, ...]]
    unconfirmed: Mapping[str, str]
    """Fields that somebody has to tick, and what was not understood of them."""
    problems: tuple[Problem, ...]
    names: Mapping[str, str]
    """Of entries by their places, for links."""
    criteria: tuple[CriterionForm, ...]
    levels: tuple[str, ...]
    has_bands: bool
    """Whether totals of scored tasks make levels, or some were meant to."""
    is_apart: bool
    """Whether every competency has points and bands of its own on the page."""
    tasks: tuple[str, ...]
    has_suggested_tasks: bool
    prompts: tuple[str, ...]
    artefacts: tuple[str, ...]
    alignments: tuple[str, ...]
    conditions: tuple[ConditionForm, ...]
    choices: Choices
    open_questions: tuple[str, ...]
    theirs: Mapping[str, str]
    """What others saved at places where the reader's own text is shown."""

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk

    def of_kind(self, kind: str) -> tuple[Problem, ...]:
        """Return the problems of one kind."""
        return tuple(one for one in self.problems if one.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePage:
    """The picture of a badge that is being written."""

    badge: BadgeHead
    url: str
    edit_url: str
    draft_id: str
    revision: int
    is_own: bool
    """Whether it is the program's own, and not the one drawn."""

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    """Where a badge begins that nobody is writing: blank, or in the shape of another."""

    badge: BadgeHead
    url: str
    paste_url: str
    others: tuple[tuple[str, str], ...]
    """Ids and titles of badges whose shape can be taken."""

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedMark:
    """Something of a pasted table that is unclear; a notice only says how it was read."""

    text: str
    cell: str
    row: int
    column: int
    is_notice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedLevel:
    """A level as it was read; what is empty was not there."""

    title: str
    points: str
    minimum: str
    maximum: str
    descriptor: str
    marks: tuple[PastedMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedCriterion:
    """A competency as it was read."""

    title: str
    definition: str
    levels: tuple[PastedLevel, ...]
    indicators: tuple["PastedCriterion", ...]
    marks: tuple[PastedMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedView:
    """What was read of a paste; `marks` are about the whole and the text around the table."""

    title: str
    description: str
    rule: str
    licence: str
    criteria: tuple[PastedCriterion, ...]
    marks: tuple[PastedMark, ...]
    count_unclear: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastePage:
    """Where a table is pasted; `html` is the markup of the same, where a script got it."""

    badge: BadgeHead
    url: str
    back_url: str
    text: str
    html: str
    view: PastedView | None

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk
