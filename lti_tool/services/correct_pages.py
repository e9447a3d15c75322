"""A released decision that was wrong: what a correction will do, before it does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ClosedError, InvalidFieldsError
from lti_tool.services.assessing import Rated
from lti_tool.services.assessor_pages import decision_view
from lti_tool.services.correcting import Correction, CorrectionPreview, preview_correction
from lti_tool.services.criterion_scores import criterion_scores, task_sources
from lti_tool.services.decision_inputs import DecisionInputs, read_inputs
from lti_tool.services.decisions import Judgement, Verdict, judge
from lti_tool.services.names import display_name
from lti_tool.services.pages.assessor import CorrectPage, DecisionView
from lti_tool.services.presenting import achievement_summary, rubric_view, trace_view
from lti_tool.services.release_pages import get_decidable
from lti_tool.services.sheets import (
    COMMENT,
    Sheet,
    check_fields,
    criteria_of,
    rating_field,
    sheet_of,
    unexplained_overrides,
)
from lti_tool.services.texts import plain_text
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store import assessments, awards, deliveries
from lti_tool.values import Launch

REASON = "reason"
MOST_REASON_CHARACTERS = 5_000


def edit_correction(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    *,
    public_urls: PublicURLs,
    refused: Mapping[str, str] | None = None,
) -> CorrectPage:
    """Return the form of a correction; it begins with what was decided, or what was refused.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `release_page`.
        ClosedError: nothing was decided, or it was returned.
    """
    standing = _get_standing(session, launch, attempt_id, public_urls=public_urls)
    sheet = standing.sheet | {
        name: text for name, text in (refused or {}).items() if name in standing.sheet
    }
    return _correct_page(
        launch,
        standing,
        sheet,
        judge(standing.rated.definition, standing.inputs.criteria),
        reason=(refused or {}).get(REASON, ""),
        public_urls=public_urls,
    )


def parse_correction(
    session: Session, launch: Launch, attempt_id: UUID, sent: Mapping[str, object]
) -> Correction:
    """Return what an instructor changes; fields as `services.sheets` names them, and `reason`.

    Fields that are not sent stay as they were decided. `gradebook` is `send` or `leave`.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, ClosedError: as `edit_correction`.
        InvalidFieldsError: fields cannot be taken, a reason is missing, or a
            criterion would have no level.
    """
    rated, _ = get_decidable(session, launch, attempt_id)
    inputs = _standing_inputs(session, attempt_id)
    rubric = rated.rubric
    fields = {name: value for name, value in sent.items() if name not in {REASON, "gradebook"}}
    before = sheet_of(rubric, inputs)
    sheet = before | check_fields(rubric, fields, standing=before)
    reason = plain_text(sent.get(REASON, ""), field=REASON, most=MOST_REASON_CHARACTERS)
    criteria = criteria_of(
        rubric,
        sheet,
        kept=_still_kept(inputs, before, sheet),
        sources=task_sources(inputs.criteria),
    )
    names = list(unexplained_overrides(rubric, sheet))
    names += [] if reason.strip() else [REASON]
    faults: dict[str, tuple[str, str | None]] = dict.fromkeys(names, ("reason_required", None))
    for one in judge(rated.definition, criteria).result.criteria:
        if not one.is_rated:
            faults[rating_field(rubric, one)] = ("unrated", None)
    if faults:
        in_order = (name for name in (REASON, *before) if name in faults)
        raise InvalidFieldsError({name: faults[name] for name in in_order})
    return Correction(
        criteria=criteria,
        comment=sheet[COMMENT],
        reason=reason,
        sends_grade=sent.get("gradebook") == "send",
    )


def confirm_correction(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    sent: Mapping[str, str],
    *,
    public_urls: PublicURLs,
) -> CorrectPage:
    """Return what a correction will do to the decision, the credential and the gradebook.

    Raises: as `parse_correction`.
    """
    correction = parse_correction(session, launch, attempt_id, sent)
    standing = _get_standing(session, launch, attempt_id, public_urls=public_urls)
    sheet = standing.sheet | check_fields(
        standing.rated.rubric,
        {name: sent[name] for name in sent if name in standing.sheet},
        standing=standing.sheet,
    )
    preview = preview_correction(session, launch, attempt_id, correction)
    return _correct_page(
        launch,
        standing,
        sheet,
        preview.prepared.judgement,
        reason=correction.reason,
        public_urls=public_urls,
        preview=preview,
        holds=_holds(session, standing.rated),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A decision that may be corrected."""

    rated: Rated
    inputs: DecisionInputs
    sheet: Sheet
    view: DecisionView


def _get_standing(
    session: Session, launch: Launch, attempt_id: UUID, *, public_urls: PublicURLs
) -> _Standing:
    rated, _ = get_decidable(session, launch, attempt_id)
    inputs = _standing_inputs(session, attempt_id)
    decided = assessments.list_decisions(session, attempt_id)
    view = decision_view(session, launch, rated, decided, public_urls=public_urls)
    if view is None or view.correct_url is None:
        raise ClosedError("this decision is not the one to correct")
    return _Standing(rated=rated, inputs=inputs, sheet=sheet_of(rated.rubric, inputs), view=view)


def _standing_inputs(session: Session, attempt_id: UUID) -> DecisionInputs:
    decision = awards.find_standing_decision(session, attempt_id)
    if decision is None or decision.verdict == Verdict.RETURNED:
        raise ClosedError("nothing was decided")
    return read_inputs(decision.inputs)


def _holds(session: Session, rated: Rated) -> str:
    """Return what the gradebook holds, as far as its last answer tells."""
    if rated.learner.is_test or not deliveries.list_graded_links(session, rated.submission):
        return "none"
    results = [
        row
        for row in deliveries.list_latest(session, rated.submission.id)
        if row.kind != "submitted" and row.state != "superseded"
    ]
    if not results:
        return "no_score"
    if results[0].state != "delivered":
        return "unknown"
    return "full_points" if results[0].kind == "earned" else "no_score"


def _correct_page(
    launch: Launch,
    standing: _Standing,
    sheet: Sheet,
    judgement: Judgement,
    *,
    reason: str,
    public_urls: PublicURLs,
    preview: CorrectionPreview | None = None,
    holds: str = "none",
) -> CorrectPage:
    rated, urls = standing.rated, CourseURLs(launch.ref)
    attempt_id, criteria = rated.attempt.id, standing.inputs.criteria
    would = "full_points" if judgement.outcome.is_met else "no_score"
    return CorrectPage(
        step="confirm" if preview else "edit",
        achievement=achievement_summary(rated.version, rated.definition, public_urls),
        rubric=rubric_view(rated.definition),
        learner_name=display_name(rated.learner),
        standing=standing.view,
        criteria=criterion_scores(
            judgement,
            sheet,
            references={},
            kept=frozenset(one.criterion_id for one in criteria if one.is_kept),
            sources=task_sources(criteria),
        ),
        comment=sheet[COMMENT],
        reason=reason,
        trace=trace_view(judgement),
        preview_url=urls.correct(attempt_id, step="/preview"),
        confirm_url=urls.correct(attempt_id, step="/confirm"),
        back_url=urls.attempt(attempt_id),
        inputs=preview.hash if preview else "",
        fields=(*sheet.items(), (REASON, reason)),
        outcome=preview.verdict.value if preview else standing.view.outcome,
        credential=preview.effect.value if preview else "none",
        gradebook_holds=holds,
        gradebook_choice=holds not in {"none", would},
        gradebook_would=would,
    )


def _still_kept(inputs: DecisionInputs, before: Sheet, after: Sheet) -> frozenset[str]:
    """Return the carried over criteria whose rating the correction leaves alone."""
    changed = {
        name.split(".")[1]
        for name, value in after.items()
        if not name.startswith(COMMENT) and value != before[name]
    }
    return frozenset(one.criterion_id for one in inputs.criteria if one.is_kept) - changed
