"""The scoring page: evidence on one side, rubric on the other, the trace always in view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.assessing import Rated, field_names, get_own
from lti_tool.services.beside import load_beside
from lti_tool.services.claims import find_claim, get_rateable
from lti_tool.services.combining import combine
from lti_tool.services.criterion_scores import criterion_scores, task_sources
from lti_tool.services.decision_inputs import (
    CriterionInput,
    SeatInput,
    criterion_inputs,
    read_inputs,
)
from lti_tool.services.decisions import Judgement, Verdict, judge, load_seats, may_release
from lti_tool.services.evidence import load_evidence
from lti_tool.services.evidence_pages import removed_views
from lti_tool.services.file_access import FileLinks
from lti_tool.services.history import decision_comment, list_previous
from lti_tool.services.kept_texts import list_kept
from lti_tool.services.models import Conflict, Delivery, KeptText
from lti_tool.services.names import display_name
from lti_tool.services.pages.assessor import ClaimView, DecisionView, ScorePage, SupersededView
from lti_tool.services.presenting import achievement_summary, rubric_view, task_view, trace_view
from lti_tool.services.queue import delivery_view, find_neighbours, state_of
from lti_tool.services.rounds import round_views
from lti_tool.services.seat_pages import difference_views, seats_view
from lti_tool.services.sheets import COMMENT, Sheet, sheet_of
from lti_tool.services.showing import list_assessed
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store import assessments, awards, programs, queues, shares
from lti_tool.store.assessments import DecisionParts
from lti_tool.store.rows import DecisionRow, KeptTextRow
from lti_tool.values import Clock, Launch
from rubrics.model import Aggregation, Rubric, ScoredTask

RESENDABLE = frozenset({"retrying", "failed", "delivered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was sent and not stored: the form shows it again, so that no word is lost."""

    fields: Mapping[str, str]
    is_stale: bool = False
    """Somebody saved in between: what differs is shown beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """An attempt as it is rated, or as it was decided."""

    rated: Rated
    decided: Sequence[DecisionParts]
    """Newest first; the first one stands."""
    criteria: tuple[CriterionInput, ...]
    judgement: Judgement
    sheet: Sheet
    only_task: ScoredTask | None
    seats: tuple[SeatInput, ...] = ()
    """What several assessors rated, once it may be seen."""


def score_page(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    *,
    links: FileLinks,
    public_urls: PublicURLs,
    clock: Clock,
    refused: Refused | None = None,
) -> ScorePage:
    """Return the page of one attempt.

    Raises:
        NotFoundError, NotAllowedError: as `claims.get_rateable`.
        NotFoundError: the launch's link opens another badge.
    """
    seen = _see(session, launch, attempt_id, clock=clock)
    rated, urls, definition = seen.rated, CourseURLs(launch.ref), seen.rated.definition
    attempt, judgement = rated.attempt, seen.judgement
    shown = seen.sheet if seen.decided else _overlaid(seen.sheet, refused)
    evidence = load_evidence(session, attempt.id, definition=definition, links=links)
    claim = _claim_view(session, launch, rated, clock=clock)
    differences = difference_views(session, judgement, seen.seats)
    around = find_neighbours(session, launch, rated.opens, attempt, clock=clock)
    return ScorePage(
        achievement=achievement_summary(rated.version, definition, public_urls),
        rubric=rubric_view(definition),
        attempt_id=str(attempt.id),
        learner_name=display_name(rated.learner),
        name_on_badge=attempt.name_on_badge,
        attempt_number=attempt.number,
        submitted_at=attempt.submitted_at or attempt.created_at,
        revision=rated.revision,
        saved_at=rated.assessment.saved_at if rated.assessment else None,
        assessment_url=urls.attempt(attempt.id, seat=_seat_of_page(rated)),
        claim_url=urls.claim(attempt.id),
        queue_url=urls.queue(),
        previous_url=urls.attempt(around.previous_id) if around.previous_id else None,
        next_url=urls.attempt(around.next_id) if around.next_id else None,
        position=around.position,
        count=around.count,
        claim=claim,
        answers=evidence.answers,
        artefacts=evidence.artefacts,
        removed=removed_views(list_assessed(session, attempt)),
        logs=evidence.logs,
        criteria=tuple(
            replace(one, difference=differences.get(one.criterion.id))
            for one in criterion_scores(
                judgement,
                shown,
                references={one.criterion.id: one.references for one in evidence.criteria},
                kept=frozenset(one.criterion_id for one in seen.criteria if one.is_kept),
                sources=task_sources(
                    criterion_inputs(rated.ratings, rated.task_scores)
                    if rated.combined and not seen.decided
                    else seen.criteria
                ),
                only_task=seen.only_task,
            )
        ),
        comment=decision_comment(seen.decided[0][0]) if seen.decided else shown[COMMENT],
        trace=trace_view(judgement),
        decision=decision_view(session, launch, rated, seen.decided, public_urls=public_urls),
        history=list_previous(
            session, rated.submission.id, before_number=attempt.number, definition=definition
        ),
        rounds=round_views(session, attempt, definition, urls=urls),
        conflicts=_conflicts(seen, shown) if refused and refused.is_stale else (),
        kept_texts=_kept_texts(
            seen,
            list_kept(session, attempt.id, launch.user_id, stored=seen.sheet, shown=shown),
            is_open=not seen.decided and claim.held_by is None and rated.seating.may_change,
        ),
        only_task=task_view(seen.only_task) if seen.only_task else None,
        may_release=_may_decide(session, launch, rated),
        seats=seats_view(session, launch, rated, seen.seats),
    )


def decision_view(
    session: Session,
    launch: Launch,
    rated: Rated,
    decided: Sequence[DecisionParts],
    *,
    public_urls: PublicURLs,
) -> DecisionView | None:
    """Return the standing decision with those before it; None before there is one."""
    if not decided:
        return None
    decision, released_by, award = decided[0]
    urls, attempt = CourseURLs(launch.ref), rated.attempt
    latest = queues.find_latest(session, launch.scope, rated.submission.id)
    can_correct = (
        decision.verdict != Verdict.RETURNED
        and latest is not None
        and latest.id == attempt.id
        and _may_decide(session, launch, rated)
    )
    credential = awards.find_credential_of_award(session, award.id) if award else None
    share = shares.find_share(session, credential.id) if credential else None
    return DecisionView(
        outcome=state_of(attempt, decision, award),
        decided_at=decision.released_at,
        decided_by=display_name(released_by),
        # What its earner does not share is not the assessor's to open either.
        credential_url=public_urls.shared(share.token) if share else None,
        delivery=_delivery(session, launch, rated),
        correct_url=urls.correct(attempt.id) if can_correct else None,
        superseded=tuple(
            SupersededView(
                outcome=earlier.verdict,
                decided_at=earlier.released_at,
                decided_by=display_name(by),
                reason=later.note,
            )
            for (later, _, _), (earlier, by, _) in pairwise(decided)
        ),
        source=_entered_from(rated, decision),
    )


def _entered_from(rated: Rated, decision: DecisionRow) -> str:
    # Formerly it stood beside the ratings.
    before = rated.assessment.source if rated.assessment else ""
    return read_inputs(decision.inputs).source or before


def _see(session: Session, launch: Launch, attempt_id: UUID, *, clock: Clock) -> _Seen:
    rated = get_own(session, launch, get_rateable(session, launch, attempt_id), clock=clock)
    decided = assessments.list_decisions(session, attempt_id)
    seats: tuple[SeatInput, ...] = ()
    if decided:
        inputs = read_inputs(decided[0][0].inputs)
        criteria, sheet = inputs.criteria, sheet_of(rated.rubric, inputs)
        beside = inputs.beside
        seats = inputs.seats if rated.seating.is_deciding else ()
    else:
        earner_id = rated.learner.earner_id
        beside = load_beside(session, attempt_id, rated.definition, earner_id=earner_id)
        sheet = rated.sheet
        seats = _seats_to_see(session, rated)
        if seats:
            criteria = combine(rated.rubric, seats).criteria
        else:
            criteria = criterion_inputs(rated.ratings, rated.task_scores)
    task_id = rated.opens.binding.task_id
    return _Seen(
        rated=rated,
        decided=decided,
        criteria=criteria,
        judgement=judge(rated.definition, criteria, beside),
        sheet=sheet,
        only_task=_find_task(rated.rubric, task_id) if task_id else None,
        seats=seats,
    )


def _seats_to_see(session: Session, rated: Rated) -> tuple[SeatInput, ...]:
    """Return what all rated, for whoever decides, and for those who have to agree."""
    seating = rated.seating
    must_agree = rated.rubric.aggregation is Aggregation.CONSENSUS
    if must_agree and seating.is_shared and seating.has_all and seating.own:
        return load_seats(session, rated.attempt.id, rated.rubric)
    return rated.seats


def _seat_of_page(rated: Rated) -> int | None:
    return rated.seating.seat if rated.seating.is_shared else None


def _find_task(rubric: Rubric, task_id: str) -> ScoredTask | None:
    return next((task for task in rubric.tasks if task.id == task_id), None)


def _overlaid(sheet: Sheet, refused: Refused | None) -> Sheet:
    if refused is None:
        return sheet
    return sheet | {name: refused.fields[name] for name in sheet.keys() & refused.fields.keys()}


def _claim_view(session: Session, launch: Launch, rated: Rated, *, clock: Clock) -> ClaimView:
    attempt_id = rated.attempt.id
    claim = find_claim(session, launch, attempt_id, clock=clock, seating=rated.seating)
    return ClaimView(
        is_mine=claim.is_mine,
        held_by=claim.held_by,
        until=claim.until,
        take_url=CourseURLs(launch.ref).claim(attempt_id) if claim.held_by else None,
    )


def _may_decide(session: Session, launch: Launch, rated: Rated) -> bool:
    """Whether this launch may decide: where the whole is seen, by whom the program lets."""
    if rated.opens.binding.task_id is not None:
        return False
    program = programs.get_program_of(session, rated.submission.achievement_id)
    return may_release(session, launch, program)


def _delivery(session: Session, launch: Launch, rated: Rated) -> Delivery:
    rows = queues.list_result_deliveries(session, [rated.submission.id])
    return delivery_view(
        rows[0] if rows else None,
        resend_url=CourseURLs(launch.ref).resend(rated.attempt.id),
        resendable=RESENDABLE,
    )


def _conflicts(seen: _Seen, shown: Sheet) -> tuple[Conflict, ...]:
    rated, stored = seen.rated, seen.sheet
    if rated.assessment is None or rated.assessment.saved_at is None:
        return ()
    return tuple(
        Conflict(
            name=name,
            label=_label(rated.rubric, name),
            mine=_words(rated.rubric, name, shown[name]),
            theirs=_words(rated.rubric, name, stored[name]),
            theirs_saved_at=rated.assessment.saved_at,
        )
        for name in stored
        if shown[name] != stored[name]
    )


def _kept_texts(
    seen: _Seen, rows: tuple[KeptTextRow, ...], *, is_open: bool
) -> tuple[KeptText, ...]:
    names = field_names(seen.rated) if is_open else frozenset[str]()
    return tuple(
        KeptText(
            id=str(row.id),
            name=row.place,
            subject=_label(seen.rated.rubric, row.place),
            text=row.text,
            kept_at=row.kept_at,
            can_put_back=row.place in names,
        )
        for row in rows
    )


def _label(rubric: Rubric, name: str) -> str:
    return "" if name == COMMENT else rubric.criterion(name.split(".")[1]).title


def _words(rubric: Rubric, name: str, value: str) -> str:
    """Return what a reader takes a field's value for: a level's title, else the text itself."""
    if not (name.startswith("level.") or name.endswith(".level")):
        return value
    levels = rubric.criterion(name.split(".")[1]).levels
    return next((level.title for level in levels if level.id == value), value)
