"""The page of a draft: its form, its checklist, what was refused and what differs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services import history
from lti_tool.services.checklist import find_missing, make_checklist
from lti_tool.services.draft_content import DraftContent
from lti_tool.services.draft_fields import YES, Fields
from lti_tool.services.drafts import Draft, Work
from lti_tool.services.file_access import FileLinks
from lti_tool.services.held import find_prerequisites
from lti_tool.services.kept_texts import list_kept
from lti_tool.services.models import Conflict, FieldError, KeptText, PreviousAttempt
from lti_tool.services.pages.learner import SelfRating, SelfRound, WorkPage
from lti_tool.services.presenting import (
    achievement_summary,
    criterion_view,
    phase_title,
    rubric_view,
)
from lti_tool.services.self_ratings import SELF, self_field, self_rounds
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.services.work_parts import PartAround, make_parts, source_options
from lti_tool.store import programs
from lti_tool.store.rows import KeptTextRow
from lti_tool.values import Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What pages need of the installation."""

    links: FileLinks
    public_urls: PublicURLs
    maximum_bytes: int
    received: Callable[[UUID], int]
    """How many bytes of an upload have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was sent and not stored: the form shows it again, so that no word is lost."""

    fields: Fields
    is_stale: bool = False
    """Somebody saved in between: what differs is shown beside it."""
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Address and title of links that could not be added, by the key of their slot."""


def draft_content(session: Session, draft: Draft) -> DraftContent:
    """Return a draft as it is stored, with what is kept of the last attempt."""
    work = draft.work
    kept = history.find_kept(
        session,
        work.submission.id,
        before_number=work.attempt.number,
        definition=work.definition,
    )
    return DraftContent(
        definition=work.definition,
        fields=draft.fields,
        # As the form has them: those on their way come last.
        artefacts=tuple(sorted(draft.artefacts, key=lambda row: row.state != "ready")),
        references=tuple(draft.references),
        kept=frozenset(one.criterion_id for one in kept[1]) if kept else frozenset(),
        log_entries=tuple(draft.log_entries),
    )


def work_page(
    session: Session,
    launch: Launch,
    draft: Draft,
    *,
    around: Surroundings,
    refused: Refused | None = None,
) -> WorkPage:
    """Return the page of a draft."""
    work, urls = draft.work, CourseURLs(launch.ref)
    attempt, definition = work.attempt, work.definition
    stored = draft.fields
    refused = refused or Refused(fields={})
    fields = stored | {name: refused.fields[name] for name in stored.keys() & refused.fields.keys()}
    stored_content = draft_content(session, draft)
    content = replace(stored_content, fields=fields)
    previous = _previous(session, content, work)
    page = WorkPage(
        achievement=achievement_summary(work.version, definition, around.public_urls),
        rubric=rubric_view(definition),
        attempt_id=str(attempt.id),
        attempt_number=attempt.number,
        revision=attempt.revision,
        saved_at=attempt.saved_at,
        draft_url=urls.work,
        uploads_url=urls.uploads,
        refresh_url=urls.work,
        parts=make_parts(
            content,
            stored_content,
            previous,
            PartAround(
                links=around.links,
                urls=urls,
                received=around.received,
                maximum_bytes=around.maximum_bytes,
                refused_links=refused.links,
            ),
        ),
        self_rounds=self_rounds_of(content),
        sources=source_options(content),
        name_on_badge=fields["name_on_badge"],
        name_confirmed=fields["name_confirmed"] == YES,
        # What was refused is not in yet: the list is about what is stored.
        checklist=make_checklist(stored_content, find_missing(stored_content)),
        previous=previous,
        conflicts=(),
        kept_texts=(),
        prerequisites=find_prerequisites(
            session,
            launch.user_id,
            definition,
            program_id=programs.get_program_of(session, work.submission.achievement_id).id,
        ),
    )
    kept = list_kept(session, attempt.id, launch.user_id, stored=stored, shown=fields)
    page = replace(page, kept_texts=_kept_texts(page, kept, stored))
    return _with_conflicts(page, fields, stored) if refused.is_stale else page


def with_subjects(errors: tuple[FieldError, ...], page: WorkPage) -> tuple[FieldError, ...]:
    """Return the errors of a page's form, each saying whose field it is."""
    subjects = _subjects(page)
    asked = [one.subject for one in page.checklist if one.code == "artefact" and not one.is_done]
    if asked and any(error.code == "artefact_missing" for error in errors):
        subjects["file"] = ", ".join(asked)
    return tuple(replace(error, subject=subjects.get(_owner(error.name), "")) for error in errors)


def _previous(session: Session, content: DraftContent, work: Work) -> PreviousAttempt | None:
    """Return the last decision, its results marked as kept where they need not be done again."""
    found = history.list_previous(
        session,
        work.submission.id,
        before_number=work.attempt.number,
        definition=work.definition,
    )
    if not found:
        return None
    results = (replace(one, kept=one.criterion.id in content.kept) for one in found[0].results)
    return replace(found[0], results=tuple(results))


def self_rounds_of(content: DraftContent) -> tuple[SelfRound, ...]:
    """Return what learners rate themselves, with what they gave so far."""
    rubric, asked = content.definition.get_rubric(), content.asked.self_rated
    return tuple(
        SelfRound(
            phase=phase_title(rubric, round_.phase),
            ratings=tuple(
                SelfRating(
                    name=name,
                    criterion=criterion_view(None, criterion),
                    value=content.fields[name],
                    is_kept=name.removeprefix(SELF) not in asked,
                )
                for criterion in rubric.criteria_of(round_)
                for name in (self_field(round_.phase, criterion.id),)
            ),
        )
        for round_ in self_rounds(rubric)
    )


def _with_conflicts(page: WorkPage, fields: Fields, stored: Fields) -> WorkPage:
    """Return the page with both texts of every field that differs from what is stored."""
    subjects = _subjects(page)
    conflicts = (
        Conflict(
            name=name,
            label=subjects.get(_owner(name), ""),
            mine=mine,
            theirs=stored[name],
            theirs_saved_at=page.saved_at,
        )
        for name, mine in fields.items()
        if mine != stored[name]
    )
    return replace(page, conflicts=tuple(conflicts))


def _kept_texts(
    page: WorkPage, rows: tuple[KeptTextRow, ...], stored: Fields
) -> tuple[KeptText, ...]:
    subjects = _subjects(page)
    return tuple(
        KeptText(
            id=str(row.id),
            name=row.place,
            subject=subjects.get(_owner(row.place), ""),
            text=row.text,
            kept_at=row.kept_at,
            can_put_back=row.place in stored,
        )
        for row in rows
    )


def _subjects(page: WorkPage) -> dict[str, str]:
    """Return whose each field is: a prompt's, an artefact's, a criterion's."""
    subjects = {f"answer.{one.prompt.id}": one.prompt.title for one in page.answers}
    subjects |= {f"artefact.{one.id}": one.title for one in page.artefacts}
    subjects |= {f"artefact.{one.id}": one.name for one in page.unfinished}
    for part in page.parts:
        subjects |= {f"pool.{one.id}": one.title for one in part.pools}
        subjects |= {f"slot.{one.key}": one.rules[0].title for one in part.slots if one.rules}
        for log in part.logs:
            subjects[f"logs.{log.id}"] = log.title
            subjects |= {f"log.{entry.id}": log.title for entry in log.entries}
        for one in part.criteria:
            subjects[f"references.{one.criterion.id}"] = one.criterion.title
            subjects |= {f"reference.{field.id}": one.criterion.title for field in one.references}
        for coverage in part.coverages:
            subjects[f"coverage.{coverage.id}"] = coverage.title
            subjects |= {f"reference.{field.id}": coverage.title for field in coverage.references}
    for round_ in page.self_rounds:
        for rating in round_.ratings:
            words = (round_.phase, rating.criterion.title)
            subjects[rating.name] = ": ".join(one for one in words if one)
    return subjects


def _owner(field_name: str) -> str:
    if field_name.startswith("self."):
        return field_name
    return ".".join(field_name.split(".")[:2])
