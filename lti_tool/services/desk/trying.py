"""Trying a badge's rule: levels or task scores are typed in, the verdict comes with its trace."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from uuid import UUID

from sqlalchemy.orm import Session

from badges.conditions import Condition, CountAtLeast, Covered, Holds, HoursAtLeast, Rated, walk
from badges.criteria import Facts, evaluate
from badges.definition import AchievementDefinition
from badges.draft_check import text_of_finding
from badges.errors import InvalidDraftError
from lti_tool.services.decisions import Judgement
from lti_tool.services.desk.editor_pages import badge_head
from lti_tool.services.desk.latest import latest_definition
from lti_tool.services.models import FieldError
from lti_tool.services.pages.trying import FactField, TryCriterion, TryPage
from lti_tool.services.presenting import criterion_view, result_views, task_view, trace_view
from lti_tool.services.urls import DeskURLs, PublicURLs
from lti_tool.store.programs import find_titles
from lti_tool.values import Launch, ProgramScope
from rubrics.criterion import Criterion
from rubrics.errors import InvalidTaskPointsError, TaskPointsFault
from rubrics.model import Rubric
from rubrics.scoring import CriterionRating, check_task_points, score

MOST_DIGITS = 6
MINUTES = 60
_FAULTS = {TaskPointsFault.NOT_WHOLE: "not_whole_number"}


def try_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    given: Mapping[str, str],
    public_urls: PublicURLs,
) -> TryPage:
    """Return the form with what was `given`, and what the rule makes of it.

    While a draft is no definition yet, what is missing is told instead.
    """
    urls = DeskURLs(launch.ref)
    badge = badge_head(session, launch, scope, achievement_id, public_urls=public_urls)
    page = TryPage(
        badge=badge,
        url=urls.badge(achievement_id, "try"),
        edit_url=urls.badge(achievement_id, "edit"),
    )
    try:
        definition = latest_definition(session, scope, achievement_id)
    except InvalidDraftError as error:
        texts = dict.fromkeys(map(text_of_finding, error.findings))
        return page.lacking(tuple(texts))
    if definition is None or definition.get_rubric().level_source is None:
        return page.lacking(())
    return _filled(page, definition, given, _titles(session, scope, definition))


def _filled(
    page: TryPage,
    definition: AchievementDefinition,
    given: Mapping[str, str],
    titles: Mapping[str, str],
) -> TryPage:
    rubric = definition.get_rubric()
    errors: list[FieldError] = []
    ratings = {one.id: _rating(rubric, one, given, errors) for one in rubric.rated_criteria}
    result = score(rubric, ratings)
    judgement = Judgement(
        definition=definition,
        result=result,
        outcome=evaluate(definition.conditions, result, _facts(definition, given)),
    )
    numbers = {one.id: number for number, one in enumerate(rubric.rated_criteria, start=1)}
    return page.judged(
        criteria=tuple(
            TryCriterion(
                criterion=criterion_view(numbers[one.id], one),
                result=result,
                tasks=tuple(map(task_view, rubric.tasks)) if rubric.is_derived(one) else (),
            )
            for one, result in zip(
                rubric.rated_criteria, result_views(result, comments={}), strict=True
            )
        ),
        facts=tuple(_fact_fields(definition, titles)),
        trace=trace_view(judgement),
        is_formative=definition.is_formative,
        given=dict(given),
        errors=tuple(errors),
    )


def _rating(
    rubric: Rubric, criterion: Criterion, given: Mapping[str, str], errors: list[FieldError]
) -> CriterionRating:
    if rubric.is_derived(criterion):
        points: dict[str, Decimal | int] = {}
        for task in rubric.tasks:
            name = f"task:{criterion.id}:{task.id}"
            text = given.get(name, "").strip()
            number = _number(text)
            try:
                if number is not None:
                    points[task.id] = check_task_points(task, number)
            except InvalidTaskPointsError as error:
                detail = f"{task.minimum}\N{EN DASH}{task.maximum}"
                code = _FAULTS.get(error.fault, str(error.fault))
                errors.append(FieldError(name=name, code=code, detail=detail))
            if text and number is None:
                errors.append(FieldError(name=name, code="not_a_number"))
        return CriterionRating(task_points=points)
    if criterion.numbers is not None:
        number = _number(given.get(f"number:{criterion.id}", ""))
        is_on_scale = number is not None and number in criterion.numbers
        if given.get(f"number:{criterion.id}", "").strip() and not is_on_scale:
            errors.append(FieldError(name=f"number:{criterion.id}", code="not_a_number"))
        return CriterionRating(number=number if is_on_scale else None, is_signed=True)
    level_id = given.get(f"level:{criterion.id}", "")
    known = criterion.has_level(level_id)
    return CriterionRating(level_id=level_id if known else None, is_signed=known)


def _number(text: str) -> Decimal | None:
    clean = text.strip().replace(",", ".")
    if len(clean) > MOST_DIGITS:
        return None
    try:
        number = Decimal(clean)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _amount(given: Mapping[str, str], name: str) -> Decimal | None:
    number = _number(given.get(name, ""))
    return number if number is not None and number >= 0 else None


def _facts(definition: AchievementDefinition, given: Mapping[str, str]) -> Facts:
    """Return what was said of everything beside the ratings; what was not said is not known."""
    counts: dict[str, int] = {}
    minutes: dict[str, int] = {}
    uncovered: dict[str, tuple[str, ...]] = {}
    held: set[str] = set()
    for condition in _conditions(definition):
        match condition:
            case CountAtLeast(of=of) if (count := _amount(given, f"count:{of}")) is not None:
                counts[of] = int(count)
            case HoursAtLeast(of=of) if (hours := _amount(given, f"hours:{of}")) is not None:
                minutes[of] = int(hours * MINUTES)
            case Covered(coverage_id=id_) if given.get(f"covered:{id_}"):
                uncovered[id_] = ()
            case Holds(achievement=slug) if given.get(f"held:{slug}"):
                held.add(slug)
            case _:
                pass
    return Facts(counts=counts, minutes=minutes, uncovered=uncovered, held=frozenset(held))


def _fact_fields(
    definition: AchievementDefinition, titles: Mapping[str, str]
) -> Iterator[FactField]:
    seen: set[str] = set()
    for condition in _conditions(definition):
        field = _fact_field(definition, condition, titles)
        if field is not None and field.name not in seen:
            seen.add(field.name)
            yield field


def _fact_field(
    definition: AchievementDefinition, condition: Condition, titles: Mapping[str, str]
) -> FactField | None:
    match condition:
        case CountAtLeast(of=of):
            return FactField(name=f"count:{of}", kind="count", title=definition.counted_title(of))
        case HoursAtLeast(of=of):
            return FactField(name=f"hours:{of}", kind="hours", title=definition.counted_title(of))
        case Covered(coverage_id=id_):
            title = next(one.title for one in definition.coverages if one.id == id_)
            return FactField(name=f"covered:{id_}", kind="covered", title=title)
        case Holds(achievement=slug):
            return FactField(name=f"held:{slug}", kind="held", title=titles.get(slug, slug))
        case Rated():
            return FactField(name="rated", kind="rated", title="")
        case _:
            return None


def _conditions(definition: AchievementDefinition) -> Iterator[Condition]:
    for condition in definition.conditions:
        yield from walk(condition)


def _titles(
    session: Session, scope: ProgramScope, definition: AchievementDefinition
) -> Mapping[str, str]:
    slugs = {one.achievement for one in _conditions(definition) if isinstance(one, Holds)}
    return find_titles(session, scope.program_id, slugs)
