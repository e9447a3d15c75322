"""What a release, a return or a correction will do, before it does it."""

from decimal import Decimal
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ClosedError, ConflictError, NotAllowedError
from lti_tool.services.assessing import Rated, get_rated
from lti_tool.services.claims import OPEN_STATES, get_rateable
from lti_tool.services.decision_inputs import decision_inputs, inputs_hash
from lti_tool.services.decisions import Judgement, judge_inputs, load_inputs, may_release
from lti_tool.services.names import display_name
from lti_tool.services.pages.assessor import ReleasePage
from lti_tool.services.presenting import achievement_summary, trace_view
from lti_tool.services.queue import find_next, place_of
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store import awards, deliveries, people, platforms, programs
from lti_tool.store.rows import EarnerRow, ProgramRow
from lti_tool.values import Clock, Launch
from rubrics.model import Rubric


def release_page(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    *,
    is_return: bool,
    public_urls: PublicURLs,
    clock: Clock,
) -> ReleasePage:
    """Return what releasing, or returning, what is rated now will do.

    Raises:
        NotFoundError, NotAllowedError: as `claims.get_rateable`; `may_not_release`.
        ClosedError: it is decided.
        ConflictError: `task_link`: the whole is decided elsewhere.
        InvalidInputError: `reason_required`, as `decisions.load_inputs`.
    """
    rated, program = get_decidable(session, launch, attempt_id)
    if rated.attempt.state not in OPEN_STATES:
        raise ClosedError("the attempt is decided")
    inputs = load_inputs(
        session,
        attempt_id,
        rated.definition,
        earner_id=rated.learner.earner_id,
        definition_sha256=rated.version.document_sha256,
    )
    judgement = judge_inputs(rated.definition, inputs)
    action = "return" if is_return else _action(judgement)
    urls = CourseURLs(launch.ref)
    following = find_next(session, launch, rated.opens, after=place_of(rated.attempt), clock=clock)
    return ReleasePage(
        action=action,
        achievement=achievement_summary(rated.version, rated.definition, public_urls),
        learner_name=display_name(rated.learner),
        name_on_badge=people.name_that_counts(
            session.get_one(EarnerRow, rated.learner.earner_id),
            rated.attempt.name_on_badge,
            rated.attempt.submitted_at,
        ),
        trace=trace_view(judgement),
        gradebook=_gradebook(session, rated, action),
        platform_name=_platform_name(session, launch),
        maximum_points=_maximum(rated.rubric),
        inputs=inputs_hash(decision_inputs(inputs)),
        confirm_url=urls.release(attempt_id, action="return" if is_return else "release"),
        back_url=urls.attempt(attempt_id),
        has_next=following is not None,
        comment=inputs.comment,
        allow_resubmission=program.allows_another_try,
        unrated=() if is_return else _unrated(judgement),
        existing_credential_url=_existing(session, rated, public_urls),
        is_test=rated.learner.is_test,
    )


def get_decidable(session: Session, launch: Launch, attempt_id: UUID) -> tuple[Rated, ProgramRow]:
    """Return an attempt that this launch may decide on, with its program.

    Raises: as `release_page`, except that it may be decided already.
    """
    rated = get_rated(session, launch, get_rateable(session, launch, attempt_id))
    if rated.opens.binding.task_id is not None:
        raise ConflictError("the whole is decided elsewhere", code="task_link")
    program = programs.get_program_of(session, rated.submission.achievement_id)
    if not may_release(session, launch, program):
        raise NotAllowedError("the program lets others release", code="may_not_release")
    return rated, program


def _action(judgement: Judgement) -> str:
    if judgement.definition.is_formative:
        return "review"
    if not judgement.outcome.is_complete:
        return "incomplete"
    return "award" if judgement.outcome.is_met else "no_award"


def _unrated(judgement: Judgement) -> tuple[str, ...]:
    result = judgement.result
    return tuple(result.rubric.criterion(id_).title for id_ in result.unrated_criteria)


def _gradebook(session: Session, rated: Rated, action: str) -> str:
    if rated.learner.is_test or not deliveries.list_graded_links(session, rated.submission):
        return "none"
    return "full_points" if action == "award" else "no_score"


def _maximum(rubric: Rubric) -> Decimal:
    return rubric.maximum_points


def _existing(session: Session, rated: Rated, public_urls: PublicURLs) -> str | None:
    live = awards.find_live_award(session, rated.learner.earner_id, rated.submission.achievement_id)
    credential = awards.find_credential_of_award(session, live.id) if live else None
    return public_urls.credential(credential.id) if credential else None


def _platform_name(session: Session, launch: Launch) -> str:
    name = platforms.get_deployment(session, launch.scope).platform_name
    issuer = platforms.get_registration(session, launch.registration_id).issuer
    return name or urlsplit(issuer).hostname or issuer
