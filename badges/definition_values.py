"""What the definition of an achievement is made of. Import these from `badges.definition`.

Every value is frozen and checks its own rules when made; lengths and the form
of ids are the schema's (`badges/schemas/definition.schema.json`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from badges.conditions import Condition
from badges.definition_checks import check_parts
from badges.errors import InvalidDefinitionError, PlaceholderDefinitionError
from rubrics.criterion import Criterion, EvidenceRule
from rubrics.errors import InvalidDocumentError, InvalidRubricError, UnknownLevelError
from rubrics.form import ArtefactRequirement, Coverage, Log, Prompt, WordPool
from rubrics.model import Licence, Rubric, ScoredTask, Source


class DefinitionState(StrEnum):
    """How far a definition is."""

    PLACEHOLDER = "placeholder"
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Origin(StrEnum):
    """Where the words of a definition come from."""

    TRANSCRIBED = "transcribed"
    ADAPTED = "adapted"
    OWN = "own"


class FormOrigin(StrEnum):
    """Who asks for what the learner hands in."""

    DEFINITION = "definition"
    PRODUCT = "product"
    """The product's neutral default: the source names nothing."""


class ProgramChoice(StrEnum):
    """What the program has chosen because the source leaves it open."""

    LEVEL_SOURCE = "level_source"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """Something that the source does not say and that only the program can answer."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a definition comes from, what was changed on the way, what stayed open."""

    source: Source | None = None
    changes: str = ""
    open_questions: tuple[OpenQuestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkItem:
    """A place in a framework; of the whole achievement, or of one criterion, level or clause.

    Without a `url` it is unresolved: kept as the source has it, and no part of a credential.
    `quote` is the clause of the criterion that it belongs to, verbatim.
    """

    title: str
    framework: str
    framework_version: str = ""
    url: str = ""
    code: str = ""
    criterion_id: str | None = None
    level_id: str | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedWarning:
    """Why something that the linter warns of, at one place, is right as it is."""

    code: str
    place: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InvalidDefinitionError(f"accepted_warnings/{self.place}", "has no reason")


NO_EVIDENCE_RULE = EvidenceRule(
    minimum_per_criterion=0, needs_locator=False, needs_explanation=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementDefinition:
    """Everything that is said about one achievement before anyone works toward it.

    `suggested_tasks` are what the product offers to a program that has to
    choose how levels arise; only `rubric.tasks` are ever scored. `position` is
    its place in the program; without `total_in_stack` it is no part of a stack.
    What `is_formative` is for growth: it has no conditions and awards nothing.
    """

    id: str
    title: str
    program: str
    position: int = 1
    total_in_stack: int | None = None
    state: DefinitionState
    origin: Origin
    description: str
    criteria_narrative: str = ""
    tags: tuple[str, ...] = ()
    image_alt: str = ""
    licence: Licence | None = None
    attribution: str = ""
    provenance: Provenance = Provenance()
    is_formative: bool = False
    credit_hours: Decimal | None = None
    """What an award counts for elsewhere, such as hours of professional development."""
    conditions: tuple[Condition, ...] = ()
    program_choices: tuple[ProgramChoice, ...] = ()
    rubric: Rubric | None = None
    suggested_tasks: tuple[ScoredTask, ...] = ()
    form_origin: FormOrigin = FormOrigin.DEFINITION
    prompts: tuple[Prompt, ...] = ()
    artefact_requirements: tuple[ArtefactRequirement, ...] = ()
    word_pools: tuple[WordPool, ...] = ()
    evidence_rule: EvidenceRule = NO_EVIDENCE_RULE
    coverages: tuple[Coverage, ...] = ()
    logs: tuple[Log, ...] = ()
    alignments: tuple[FrameworkItem, ...] = ()
    accepted_warnings: tuple[AcceptedWarning, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.position <= (self.total_in_stack or self.position):
            raise InvalidDefinitionError("position", "is outside the stack")
        if self.rubric is None and not self.is_placeholder:
            raise InvalidDefinitionError("rubric", "is missing")
        if self.rubric is not None and self.is_placeholder:
            raise InvalidDefinitionError("state", "is placeholder, but there is a rubric")
        try:
            check_parts(self)
        except (InvalidRubricError, UnknownLevelError) as error:
            raise invalid_definition(error) from error

    @property
    def is_placeholder(self) -> bool:
        """Whether nothing but its place in the program is known."""
        return self.state is DefinitionState.PLACEHOLDER

    @property
    def is_published(self) -> bool:
        """Whether it was published; also true of one that was retired since."""
        return self.state in {DefinitionState.PUBLISHED, DefinitionState.RETIRED}

    def evidence_rules(self) -> Mapping[str, EvidenceRule]:
        """Return what references need, for every criterion that may have some.

        Those are the rated ones, those with a rule of their own and nothing rated below,
        and the families of coverages with what stands below them. A rule holds for what
        stands below until another one does. In the rubric's order.
        """
        rubric = self.get_rubric()
        rated = {criterion.id for criterion in rubric.rated_criteria}
        covered = {
            below.id
            for coverage in self.coverages
            for family in rubric.criterion(coverage.criterion_id).criteria
            for below in family.walk()
        }
        rules: dict[str, EvidenceRule] = {}

        def collect(criterion: Criterion, rule: EvidenceRule) -> None:
            rule = criterion.evidence_rule or rule
            is_heading = any(below.id in rated for below in criterion.walk())
            if criterion.id in rated or (criterion.evidence_rule and not is_heading):
                rules[criterion.id] = rule
            elif criterion.id in covered:
                rules[criterion.id] = replace(rule, minimum_per_criterion=0)
            for below in criterion.criteria:
                collect(below, rule)

        for criterion in rubric.criteria:
            collect(criterion, self.evidence_rule)
        return rules

    def counted_title(self, id_: str) -> str:
        """Return the title of the artefact requirement or log `id_`, which conditions count."""
        titles = {one.id: one.title for one in self.artefact_requirements}
        titles |= {one.id: one.title for one in self.logs}
        return titles[id_]

    def get_rubric(self) -> Rubric:
        """Return the rubric, or raise `PlaceholderDefinitionError`."""
        if self.rubric is None:
            raise PlaceholderDefinitionError(self.id)
        return self.rubric


def invalid_definition(
    error: InvalidDocumentError | InvalidRubricError | UnknownLevelError,
) -> InvalidDefinitionError:
    """Return the error of this package that says what `error` says, and where."""
    if isinstance(error, UnknownLevelError):
        return InvalidDefinitionError(f"criteria/{error.criterion_id}", "has no such level")
    mark = error.mark if isinstance(error, InvalidDocumentError) else None
    return InvalidDefinitionError(error.place, error.reason, mark)
