"""What a learner hands in, as pages show it: answers, artefacts, evidence references."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition
from lti_tool.files.sniffing import kind_of
from lti_tool.services.beside import log_facts
from lti_tool.services.file_access import FileLinks
from lti_tool.services.lengths import hours_text, length_text
from lti_tool.services.locators import find_place
from lti_tool.services.models import (
    AnswerView,
    ArtefactView,
    CriterionEvidence,
    LogEntryView,
    LogView,
    ReferenceView,
)
from lti_tool.services.presenting import criterion_view, prompt_title
from lti_tool.services.requirements import is_split, served
from lti_tool.store import submissions
from lti_tool.store.rows import ArtefactRow, EvidenceReferenceRow, LogEntryRow
from rubrics.criterion import Criterion
from rubrics.model import Rubric
from rubrics.submission import word_count

ANSWER = "answer:"
"""Begins the source of a reference to an answer; the prompt's id follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that one attempt holds. `criteria` are in the rubric's order."""

    answers: tuple[AnswerView, ...]
    artefacts: tuple[ArtefactView, ...]
    criteria: tuple[CriterionEvidence, ...]
    logs: tuple[LogView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    title: str
    kind: str
    url: str


def load_evidence(
    session: Session, attempt_id: UUID, *, definition: AchievementDefinition, links: FileLinks
) -> Evidence:
    """Return what an attempt holds, read-only. The caller has checked who may see it."""
    answers = answer_views(
        definition,
        {row.prompt_id: row.text for row in submissions.list_answers(session, attempt_id)},
    )
    artefacts = tuple(
        artefact_view(row, links, definition)
        for row in submissions.list_artefacts(session, attempt_id)
        if row.state == "ready"
    )
    sources = _sources(answers, artefacts)
    references = submissions.list_references(session, attempt_id)
    rubric = definition.get_rubric()
    return Evidence(
        answers=answers,
        artefacts=artefacts,
        criteria=tuple(
            CriterionEvidence(
                criterion=criterion_view(number, criterion),
                references=_references_of(rubric, criterion, references, sources),
            )
            for number, criterion in enumerate(rubric.rated_criteria, start=1)
        ),
        logs=log_views(definition, submissions.list_log_entries(session, attempt_id)),
    )


def log_views(
    definition: AchievementDefinition, entries: Sequence[LogEntryRow]
) -> tuple[LogView, ...]:
    """Return the logs that were asked for, with their entries by day."""
    facts = {one.log_id: one for one in log_facts(entries)}
    return tuple(
        LogView(
            title=log.title,
            entries=tuple(
                LogEntryView(
                    day=row.day,
                    minutes=int(row.minutes) if row.minutes else None,
                    person=row.person,
                    note=row.note,
                )
                for row in sorted(entries, key=lambda row: (row.day, row.position))
                if row.log_id == log.id
            ),
            count=facts[log.id].entries if log.id in facts else 0,
            hours=hours_text(facts[log.id].minutes if log.id in facts else 0),
        )
        for log in definition.logs
    )


def answer_views(
    definition: AchievementDefinition, texts: Mapping[str, str]
) -> tuple[AnswerView, ...]:
    """Return the answers in the order of their prompts; `texts` go by prompt id."""
    return tuple(
        AnswerView(
            prompt_id=prompt.id,
            title=prompt_title(definition, prompt),
            text=texts.get(prompt.id, ""),
            words=word_count(texts.get(prompt.id, "")),
        )
        for prompt in definition.prompts
    )


def artefact_view(
    row: ArtefactRow, links: FileLinks, definition: AchievementDefinition
) -> ArtefactView:
    """Return one file or link."""
    is_link = row.kind == "link"
    requirement = served(row, definition.artefact_requirements)
    attested = row.attested.split()
    return ArtefactView(
        id=str(row.id),
        kind=artefact_kind(row),
        title=row.title,
        size_bytes=None if is_link else row.size,
        url=(row.url or "") if is_link else links.shown(row.id),
        download_url=None if is_link else links.download(row.id),
        host=urlsplit(row.url or "").hostname if is_link else None,
        people=None if row.people == "unknown" else row.people,
        visibility=row.visibility,
        is_playable=row.is_playable,
        requirement=requirement.title if requirement and is_split(definition) else "",
        length=length_text(row.milliseconds),
        is_length_stated=row.is_length_stated,
        attested=tuple(one.text for one in requirement.attestations if one.id in attested)
        if requirement
        else (),
    )


def artefact_kind(row: ArtefactRow) -> str:
    """Return how pages show an artefact: link, or the kind of file that its bytes made it."""
    return "link" if row.kind == "link" else kind_of(row.media_type)


def _sources(
    answers: Iterable[AnswerView], artefacts: Iterable[ArtefactView]
) -> Mapping[str, _Source]:
    found = {
        f"{ANSWER}{one.prompt_id}": _Source(
            title=one.title, kind="answer", url=f"#answer-{one.prompt_id}"
        )
        for one in answers
    }
    return found | {
        one.id: _Source(title=one.title, kind=one.kind, url=one.url) for one in artefacts
    }


def _references_of(
    rubric: Rubric,
    criterion: Criterion,
    rows: Sequence[EvidenceReferenceRow],
    sources: Mapping[str, _Source],
) -> tuple[ReferenceView, ...]:
    """Return the references of a criterion, and of what stands below it and nobody rates."""
    rated = {one.id for one in rubric.rated_criteria}

    def standing(one: Criterion) -> Iterator[Criterion]:
        yield one
        for below in one.criteria:
            if below.id not in rated:
                yield from standing(below)

    return tuple(
        _reference_view(row, sources[row.source], "" if one is criterion else one.title)
        for one in standing(criterion)
        for row in rows
        if row.criterion_id == one.id and row.source in sources
    )


def _reference_view(row: EvidenceReferenceRow, source: _Source, indicator: str) -> ReferenceView:
    place = find_place(source.kind, row.locator)
    return ReferenceView(
        source_id=row.source,
        source_title=source.title,
        source_kind=source.kind,
        locator=row.locator,
        page=place.page,
        seconds=place.seconds,
        url=source.url + place.fragment,
        explanation=row.explanation,
        indicator=indicator,
    )
