"""Read models of trying a badge's rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lti_tool.services.models import (
    CriterionView,
    FieldError,
    ResultView,
    TaskView,
    TraceView,
)
from lti_tool.services.pages.desk import DeskHead
from lti_tool.services.pages.editor import BadgeHead


@dataclass(frozen=True, slots=True, kw_only=True)
class TryCriterion:
    """A competency to rate, and what its rating amounts to; `tasks` where those make levels."""

    criterion: CriterionView
    result: ResultView
    tasks: tuple[TaskView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactField:
    """Something beside the ratings that the rule asks for; `kind` says how it is asked."""

    name: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryPage:
    """The form, and what the rule makes of it. Nothing of it is kept."""

    badge: BadgeHead
    url: str
    edit_url: str
    is_ready: bool = False
    lacks: tuple[str, ...] = ()
    """Why it cannot be tried yet."""
    criteria: tuple[TryCriterion, ...] = ()
    facts: tuple[FactField, ...] = ()
    trace: TraceView | None = None
    is_formative: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk

    def lacking(self, lacks: tuple[str, ...]) -> "TryPage":
        """Return the page of a badge that cannot be tried yet."""
        return replace(self, lacks=lacks)

    def judged(
        self,
        *,
        criteria: tuple[TryCriterion, ...],
        facts: tuple[FactField, ...],
        trace: TraceView,
        is_formative: bool,
        given: Mapping[str, str],
        errors: tuple[FieldError, ...],
    ) -> "TryPage":
        """Return the page with a verdict."""
        return replace(
            self,
            is_ready=True,
            criteria=criteria,
            facts=facts,
            trace=trace,
            is_formative=is_formative,
            given=given,
            errors=errors,
        )
