"""A learner's draft: opened, loaded, saved. Every act finds it through the launch alone.

A draft is the newest attempt of the learner's one submission toward what the
launch's link opens; which link opened it makes no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from lti_tool.errors import ClosedError, ConflictError, StaleRevisionError
from lti_tool.services import draft_fields
from lti_tool.services.binding import find_opened, get_opened
from lti_tool.services.desk.staffing import may_award
from lti_tool.services.draft_fields import Fields, StoredDraft
from lti_tool.services.kept_texts import KEPT_TEXTS_MAXIMUM, keep_texts, take_kept
from lti_tool.services.lengths import parse_length
from lti_tool.services.self_ratings import (
    criterion_of,
    load_self_ratings,
    phase_of,
    store_self_rating,
)
from lti_tool.store import people, programs, submissions
from lti_tool.store.rows import (
    AchievementVersionRow,
    ArtefactRow,
    AttemptRow,
    EarnerRow,
    EvidenceReferenceRow,
    LogEntryRow,
    SubmissionRow,
)
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Clock, Launch, NewId


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A submission with its newest attempt, pinned to one version of the definition."""

    submission: SubmissionRow
    attempt: AttemptRow
    version: AchievementVersionRow
    definition: AchievementDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft with everything that it holds."""

    work: Work
    answers: Mapping[str, str]
    """By prompt id."""
    artefacts: Sequence[ArtefactRow]
    references: Sequence[EvidenceReferenceRow]
    log_entries: Sequence[LogEntryRow]
    self_ratings: Mapping[str, str]
    """By the names of their fields."""

    @property
    def fields(self) -> Fields:
        """What is stored, as the fields of the form."""
        return draft_fields.stored_fields(
            self.work.definition,
            StoredDraft(
                attempt=self.work.attempt,
                answers=self.answers,
                artefacts=self.artefacts,
                references=self.references,
                log_entries=self.log_entries,
                self_ratings=self.self_ratings,
            ),
        )


def start_draft(session: Session, launch: Launch, *, clock: Clock, new_id: NewId) -> None:
    """Open the submission with its first attempt, pinned to the link's version.

    Doing it again, or twice at once, changes nothing.

    Raises:
        ConflictError: `not_bound`, or `not_open`: nothing new can be begun here.
    """
    opened = get_opened(session, launch)
    if find_work(session, launch) is not None:
        return
    if opened.version.state != "published":
        raise ConflictError("this achievement is not open", code="not_open")
    program = programs.get_program_of(session, opened.binding.achievement_id)
    if not may_award(session, program, launch.scope.context_id, clock=clock):
        raise ConflictError("the program does not let this course award it", code="not_open")
    key = {
        "context_id": launch.scope.context_id,
        "achievement_id": opened.binding.achievement_id,
        "user_id": launch.user_id,
    }
    values = key | {
        "id": new_id(),
        "achievement_version_id": opened.version.id,
        "created_at": clock(),
    }
    insert_unless_present(session, SubmissionRow, values)
    submission = _lock_submission(session, launch, opened.binding.achievement_id)
    user = people.get_member(session, launch.scope, launch.user_id)
    earner = session.get_one(EarnerRow, user.earner_id)
    name = earner.chosen_name or user.name
    first = attempt_values(submission.id, number=1, name=name, clock=clock, new_id=new_id)
    insert_unless_present(session, AttemptRow, first)


def attempt_values(
    submission_id: UUID, *, number: int, name: str, clock: Clock, new_id: NewId, revision: int = 0
) -> dict[str, object]:
    """Return the columns of a new draft."""
    return {
        "id": new_id(),
        "submission_id": submission_id,
        "number": number,
        "state": "draft",
        "name_on_badge": name[: draft_fields.MOST_CHARACTERS["name_on_badge"]],
        "name_confirmed": False,
        "revision": revision,
        "created_at": clock(),
        "saved_at": None,
        "submitted_at": None,
        "opened_at": None,
        "closed_at": None,
    }


def find_work(session: Session, launch: Launch, *, locks: bool = False) -> Work | None:
    """Return the learner's work on what the launch's link opens; None before it is begun."""
    opened = find_opened(session, launch)
    if opened is None:
        return None
    submission = submissions.find_submission(
        session,
        launch.scope,
        user_id=launch.user_id,
        achievement_id=opened.binding.achievement_id,
        locks=locks,
    )
    if submission is None:
        return None
    attempt = submissions.find_latest_attempt(session, submission.id, locks=locks)
    if attempt is None:
        return None
    version, definition = opened.version, opened.definition
    if submission.achievement_version_id != version.id:
        version = programs.get_version(session, submission.achievement_version_id)
        definition = parse_definition(version.document)
    return Work(submission=submission, attempt=attempt, version=version, definition=definition)


def get_draft(session: Session, launch: Launch, *, locks: bool = False) -> Draft:
    """Return the learner's draft with everything that it holds.

    Raises:
        ClosedError: there is none: not begun, handed in, or decided.
    """
    work = get_draft_work(session, launch, locks=locks)
    return load_draft(session, work)


def get_draft_work(session: Session, launch: Launch, *, locks: bool = False) -> Work:
    """Return the learner's draft alone. Raises as `get_draft`."""
    work = find_work(session, launch, locks=locks)
    if work is None or work.attempt.state != "draft":
        raise ClosedError("there is no draft here")
    return work


def load_draft(session: Session, work: Work) -> Draft:
    """Return a draft with everything that it holds."""
    attempt_id = work.attempt.id
    return Draft(
        work=work,
        answers={row.prompt_id: row.text for row in submissions.list_answers(session, attempt_id)},
        artefacts=submissions.list_artefacts(session, attempt_id),
        references=submissions.list_references(session, attempt_id),
        log_entries=submissions.list_log_entries(session, attempt_id),
        self_ratings=load_self_ratings(session, attempt_id),
    )


def save_draft(
    session: Session,
    launch: Launch,
    *,
    revision: int,
    sent: Mapping[str, object],
    clock: Clock,
    new_id: NewId,
) -> int:
    """Store fields of the form, all or none; return the new revision.

    Raises:
        ClosedError: there is no draft any more.
        StaleRevisionError: somebody saved since `revision`; nothing is stored
            over. It has every stored field, also those that were not sent, so
            that the page can catch up with all of them.
        InvalidInputError, InvalidFieldsError: as `draft_fields.check_fields`.
    """
    draft = get_draft(session, launch, locks=True)
    attempt = draft.work.attempt
    stored = draft.fields
    links = frozenset(str(row.id) for row in draft.artefacts if row.kind == "link")
    checked = draft_fields.check_fields(draft.work.definition, stored, sent, links=links)
    if revision != attempt.revision:
        raise StaleRevisionError(
            revision=attempt.revision, saved_at=attempt.saved_at, fields=stored
        )
    changed = {name: text for name, text in checked.items() if text != stored[name]}
    if changed:
        _write(session, launch, draft, changed, clock=clock, new_id=new_id)
        attempt.revision += 1
    attempt.saved_at = clock()
    session.flush()
    return attempt.revision


def keep_refused(
    session: Session, launch: Launch, *, sent: Mapping[str, object], clock: Clock, new_id: NewId
) -> None:
    """Keep the texts of a save that came too late, where they differ from what is stored.

    What only goes on from the text kept last replaces it.
    """
    work = find_work(session, launch, locks=True)
    if work is None:
        return
    stored = load_draft(session, work).fields
    keep_texts(
        session,
        work.attempt.id,
        launch.user_id,
        draft_fields.texts_worth_keeping(stored, sent),
        most=KEPT_TEXTS_MAXIMUM,
        clock=clock,
        new_id=new_id,
    )


def put_back(
    session: Session, launch: Launch, kept_id: UUID, *, clock: Clock, new_id: NewId
) -> str | None:
    """Store a kept text in its field, and keep what stood there; return the field.

    Doing it again changes nothing.

    Raises: as `save_draft`; `gone` where its field was removed.
    """
    draft = get_draft(session, launch, locks=True)
    attempt, stored = draft.work.attempt, draft.fields
    taken = take_kept(session, attempt.id, launch.user_id, kept_id)
    if taken is None:
        return None
    place, text = taken
    sent = {place: text}
    save_draft(session, launch, revision=attempt.revision, sent=sent, clock=clock, new_id=new_id)
    before = {place: stored[place]} if stored[place].strip() else {}
    keep_texts(session, attempt.id, launch.user_id, before, clock=clock, new_id=new_id)
    return place


def dismiss(session: Session, launch: Launch, kept_id: UUID) -> None:
    """Forget a kept text. Raises as `get_draft`."""
    take_kept(session, get_draft_work(session, launch).attempt.id, launch.user_id, kept_id)


def _lock_submission(session: Session, launch: Launch, achievement_id: UUID) -> SubmissionRow:
    row = submissions.find_submission(
        session,
        launch.scope,
        user_id=launch.user_id,
        achievement_id=achievement_id,
        locks=True,
    )
    if row is None:
        raise LookupError("a submission vanished while it was opened")
    return row


def _write(
    session: Session,
    launch: Launch,
    draft: Draft,
    changed: Fields,
    *,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Store fields that were checked, each in its row."""
    attempt = draft.work.attempt
    rows: dict[str, ArtefactRow | EvidenceReferenceRow | LogEntryRow] = {}
    rows |= {str(row.id): row for row in draft.artefacts}
    rows |= {str(row.id): row for row in draft.references}
    rows |= {str(row.id): row for row in draft.log_entries}
    # What an artefact is for comes first: what is stated of it belongs to that.
    for name in sorted(changed, key=lambda name: not name.endswith(".requirement")):
        text = changed[name]
        topic, _, rest = name.partition(".")
        match topic:
            case "answer":
                submissions.put_answer(session, attempt.id, rest, text)
            case "artefact" | "reference" | "log":
                id_, _, column = rest.partition(".")
                _write_column(rows[id_], column, text)
            case "self":
                store_self_rating(
                    session,
                    attempt.id,
                    criterion_of(draft.work.definition.get_rubric(), name),
                    phase=phase_of(name),
                    value=text,
                    learner_id=launch.user_id,
                    clock=clock,
                    new_id=new_id,
                )
            case "name_on_badge":
                attempt.name_on_badge = text
            case _:
                attempt.name_confirmed = text == draft_fields.YES


def _write_column(
    row: ArtefactRow | EvidenceReferenceRow | LogEntryRow, column: str, text: str
) -> None:
    """Store what one field of a row says."""
    match row, column.split("."):
        case ArtefactRow(), ["requirement"]:
            row.requirement_id, row.attested = text or None, ""
        case ArtefactRow(), ["length"]:
            row.milliseconds = parse_length(text)
            row.is_length_stated = row.milliseconds is not None
        case ArtefactRow(), ["attested", id_]:
            others = [one for one in row.attested.split() if one != id_]
            row.attested = " ".join([*others, id_] if text else others)
        case ArtefactRow(), ["people"]:
            row.people = text or "unknown"
        case EvidenceReferenceRow(), ["criterion"]:
            row.criterion_id = text
        case _:
            setattr(row, column, text)
