"""Handing in, taking back, trying again."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ClosedError, InvalidFieldsError, StaleRevisionError
from lti_tool.services.checklist import find_missing
from lti_tool.services.deliveries import DeliveryKind, call_off, enqueue
from lti_tool.services.draft_faults import faults_of
from lti_tool.services.drafts import Work, attempt_values, find_work, get_draft
from lti_tool.services.evidence import ANSWER
from lti_tool.services.learner_results import get_decision, may_try_again
from lti_tool.services.self_ratings import copy_self_ratings
from lti_tool.services.texts import plain_line
from lti_tool.services.work_page import draft_content
from lti_tool.store import people, submissions
from lti_tool.store.rows import (
    AnswerRow,
    ArtefactRow,
    AttemptRow,
    EarnerRow,
    EvidenceReferenceRow,
    LogEntryRow,
)
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Clock, Launch, NewId

DECIDED = frozenset({"returned", "decided"})


def submit_draft(
    session: Session, launch: Launch, *, revision: int, clock: Clock, new_id: NewId
) -> None:
    """Hand the draft in, and tell the gradebook that it waits for a person.

    The caller wakes the worker after the transaction.

    Raises:
        ClosedError: there is no draft.
        StaleRevisionError: somebody saved since `revision`.
        InvalidFieldsError: something is missing; names the field of each thing.
    """
    draft = get_draft(session, launch, locks=True)
    attempt = draft.work.attempt
    if revision != attempt.revision:
        raise StaleRevisionError(
            revision=attempt.revision, saved_at=attempt.saved_at, fields=draft.fields
        )
    missing = find_missing(draft_content(session, draft))
    if missing:
        raise InvalidFieldsError(faults_of(missing, draft.work.definition))
    name = attempt.name_on_badge
    attempt.name_on_badge = plain_line(name, field="name_on_badge", most=len(name))
    attempt.state = "submitted"
    attempt.submitted_at = clock()
    enqueue(
        session,
        DeliveryKind.SUBMITTED,
        submission_id=draft.work.submission.id,
        attempt_id=attempt.id,
        comment="",
        occurred_at=attempt.submitted_at,
        clock=clock,
        new_id=new_id,
    )


def take_back(session: Session, launch: Launch) -> None:
    """Make what was handed in a draft again. What is a draft already stays one.

    Raises:
        ClosedError: an assessor has opened it, or there is nothing to take back.
    """
    work = _get_work(session, launch)
    attempt = work.attempt
    if attempt.state == "draft":
        return
    if attempt.state != "submitted" or attempt.opened_at is not None:
        raise ClosedError("it has been opened")
    attempt.state = "draft"
    attempt.submitted_at = None
    call_off(session, DeliveryKind.SUBMITTED, submission_id=work.submission.id)


def resubmit(session: Session, launch: Launch, *, clock: Clock, new_id: NewId) -> None:
    """Open the next attempt with everything that the last one held.

    Files are shared by their storage key. Doing it again, or twice at once,
    changes nothing. Revisions go on counting, so that a page of the last
    attempt is stale on this one.

    Raises:
        ClosedError: the last attempt is not decided, or allows no other.
    """
    work = _get_work(session, launch)
    last = work.attempt
    if last.state == "draft":
        return
    if last.state not in DECIDED or not may_try_again(session, work, get_decision(session, work)):
        raise ClosedError("there is no other attempt")
    earner = session.get_one(EarnerRow, launch.earner_id)
    name = people.name_that_counts(earner, last.name_on_badge, last.submitted_at)
    values = attempt_values(
        work.submission.id,
        number=last.number + 1,
        name=name,
        clock=clock,
        new_id=new_id,
        revision=last.revision + 1,
    )
    values["name_confirmed"] = last.name_confirmed and name == last.name_on_badge
    if insert_unless_present(session, AttemptRow, values):
        attempt = submissions.find_latest_attempt(session, work.submission.id)
        if attempt is not None:
            _copy_work(session, launch, last.id, attempt.id, new_id=new_id)
            copy_self_ratings(session, last.id, attempt.id, clock=clock, new_id=new_id)


def _get_work(session: Session, launch: Launch) -> Work:
    work = find_work(session, launch, locks=True)
    if work is None:
        raise ClosedError("nothing is begun here")
    return work


def _copy_work(
    session: Session, launch: Launch, last_id: UUID, attempt_id: UUID, *, new_id: NewId
) -> None:
    for answer in submissions.list_answers(session, last_id):
        session.add(AnswerRow(attempt_id=attempt_id, prompt_id=answer.prompt_id, text=answer.text))
    sources: dict[str, str] = {}
    ids: dict[str, str] = {}
    for row in submissions.list_artefacts(session, last_id):
        if row.state == "ready":
            copied = _copied_artefact(row, attempt_id, new_id=new_id)
            session.add(copied)
            sources[str(row.id)] = str(copied.id)
    for reference in submissions.list_references(session, last_id):
        source, id_ = reference.source, new_id()
        ids[str(reference.id)] = str(id_)
        session.add(
            EvidenceReferenceRow(
                id=id_,
                attempt_id=attempt_id,
                criterion_id=reference.criterion_id,
                source=source if source.startswith(ANSWER) else sources.get(source, ""),
                locator=reference.locator,
                explanation=reference.explanation,
                position=reference.position,
            )
        )
    for entry in submissions.list_log_entries(session, last_id):
        id_ = new_id()
        ids[str(entry.id)] = str(id_)
        session.add(
            LogEntryRow(
                id=id_,
                attempt_id=attempt_id,
                log_id=entry.log_id,
                day=entry.day,
                minutes=entry.minutes,
                person=entry.person,
                note=entry.note,
                position=entry.position,
            )
        )
    for kept in submissions.list_kept_texts(session, last_id, launch.user_id):
        kept.attempt_id = attempt_id
        kept.place = ".".join(ids.get(part, part) for part in kept.place.split("."))


def _copied_artefact(row: ArtefactRow, attempt_id: UUID, *, new_id: NewId) -> ArtefactRow:
    return ArtefactRow(
        id=new_id(),
        attempt_id=attempt_id,
        kind=row.kind,
        state=row.state,
        title=row.title,
        url=row.url,
        media_type=row.media_type,
        size=row.size,
        modified=row.modified,
        is_playable=row.is_playable,
        sha256=row.sha256,
        storage_key=row.storage_key,
        requirement_id=row.requirement_id,
        milliseconds=row.milliseconds,
        is_length_stated=row.is_length_stated,
        attested=row.attested,
        people=row.people,
        visibility=row.visibility,
        created_at=row.created_at,
        removed_at=None,
    )
