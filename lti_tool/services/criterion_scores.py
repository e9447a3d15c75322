"""One criterion at a time, as it is rated: levels or task scores, total, band, override. Pure."""

from collections.abc import Iterable, Mapping

from lti_tool.services.decision_inputs import CriterionInput
from lti_tool.services.decisions import Judgement
from lti_tool.services.models import CriterionView, ReferenceView
from lti_tool.services.pages.assessor import CriterionScore, TaskScore
from lti_tool.services.presenting import criterion_view, task_view
from lti_tool.services.sheets import Sheet
from rubrics.model import Rubric, ScoredTask
from rubrics.scoring import CriterionResult

Sources = Mapping[tuple[str, str], str]
"""Where task points come from (page, link, typed), by criterion and task id."""


def task_sources(criteria: Iterable[CriterionInput]) -> Sources:
    """Return where each given score comes from."""
    return {(one.criterion_id, task.task_id): task.source for one in criteria for task in one.tasks}


def criterion_scores(
    judgement: Judgement,
    sheet: Sheet,
    *,
    references: Mapping[str, tuple[ReferenceView, ...]],
    kept: frozenset[str],
    sources: Sources,
    only_task: ScoredTask | None = None,
) -> tuple[CriterionScore, ...]:
    """Return every criterion with what `sheet` has in its fields.

    `judgement` is of what is stored; the sheet may show more than that. A link
    to one task shows that task's scores alone, without totals.
    """
    return tuple(
        _score(
            criterion_view(number, judgement.result.rubric.criterion(one.criterion_id)),
            judgement.result.rubric,
            one,
            sheet,
            references=references.get(one.criterion_id, ()),
            is_kept=one.criterion_id in kept,
            sources=sources,
            only_task=only_task,
        )
        for number, one in enumerate(judgement.result.criteria, start=1)
    )


def _score(
    criterion: CriterionView,
    rubric: Rubric,
    result: CriterionResult,
    sheet: Sheet,
    *,
    references: tuple[ReferenceView, ...],
    is_kept: bool,
    sources: Sources,
    only_task: ScoredTask | None,
) -> CriterionScore:
    id_ = criterion.id
    tasks = _tasks(rubric, id_, only_task)
    missing = {task.id for task in tasks} & set(result.missing_tasks)
    override = sheet.get(f"override.{id_}.level") or None
    return CriterionScore(
        criterion=criterion,
        references=references,
        level_id=override or sheet.get(f"level.{id_}") or None,
        number=sheet.get(f"number.{id_}", ""),
        is_signed=bool(sheet.get(f"signed.{id_}")),
        tasks=tuple(
            _task_score(id_, task, sheet, sources, is_its_link=only_task is not None)
            for task in tasks
        ),
        task_total=None if only_task else result.task_total,
        task_maximum=sum(task.maximum for task in tasks) if tasks and not only_task else None,
        derived_level_title=result.derived_level.title
        if result.derived_level and not only_task
        else None,
        missing_tasks=tuple(task.title for task in tasks if task.id in missing),
        override_level_id=override,
        override_reason=sheet.get(f"override.{id_}.reason", ""),
        comment=sheet[f"comment.{id_}"],
        kept=is_kept,
    )


def _tasks(
    rubric: Rubric, criterion_id: str, only_task: ScoredTask | None
) -> tuple[ScoredTask, ...]:
    if not rubric.is_derived(rubric.criterion(criterion_id)):
        return ()
    return (only_task,) if only_task else rubric.tasks


def _task_score(
    criterion_id: str, task: ScoredTask, sheet: Sheet, sources: Sources, *, is_its_link: bool
) -> TaskScore:
    source = sources.get((criterion_id, task.id), "page")
    origin = {"link": "link", "typed": "typed"}.get(source, "here")
    return TaskScore(
        task=task_view(task),
        value=sheet[f"task.{criterion_id}.{task.id}"],
        origin="here" if is_its_link else origin,
        source=sheet[f"task_source.{criterion_id}.{task.id}"],
    )
