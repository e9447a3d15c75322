"""The learner's page of an activity, whatever state the work is in."""

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition
from lti_tool.errors import ClosedError
from lti_tool.services.binding import Opens, find_opened
from lti_tool.services.desk.staffing import may_award
from lti_tool.services.drafts import Work, find_work, get_draft, load_draft
from lti_tool.services.evidence import load_evidence
from lti_tool.services.held import find_prerequisites
from lti_tool.services.learner_results import result_page
from lti_tool.services.lengths import hours_text
from lti_tool.services.own_stacks import find_stack_url
from lti_tool.services.pages.learner import (
    ActivityPage,
    AlsoAsked,
    LearnerPage,
    NotSetUpPage,
    SubmittedPage,
    WorkPage,
)
from lti_tool.services.presenting import (
    achievement_summary,
    artefact_rule_views,
    phase_title,
    prompt_views,
    rubric_view,
)
from lti_tool.services.rounds import round_views
from lti_tool.services.self_ratings import self_rounds
from lti_tool.services.urls import CourseURLs
from lti_tool.services.work_page import Refused, Surroundings, work_page
from lti_tool.store import platforms, programs
from lti_tool.values import Launch
from rubrics.criterion import RaterRole


def load_home(session: Session, launch: Launch, *, around: Surroundings) -> LearnerPage:
    """Return the page of the learner's work on what the launch's link opens.

    Raises:
        ConflictError: `no_resource_link`: the launch came from no activity.
    """
    opened = find_opened(session, launch)
    work = find_work(session, launch) if opened else None
    if opened is None or (work is None and opened.version.state != "published"):
        title = platforms.get_context(session, launch.scope).title
        return NotSetUpPage(course_title=title or None)
    if work is None:
        return _activity_page(session, launch, opened, around)
    match work.attempt.state:
        case "draft":
            return work_page(session, launch, load_draft(session, work), around=around)
        case "submitted" | "in_review":
            return _submitted_page(session, launch, work, around)
        case _:
            return result_page(session, launch, work, public_urls=around.public_urls)


def load_activity(
    session: Session, launch: Launch, *, around: Surroundings
) -> ActivityPage | NotSetUpPage:
    """Return what learners see before they begin; for assessors too."""
    opened = find_opened(session, launch)
    if opened is None or opened.definition.rubric is None:
        title = platforms.get_context(session, launch.scope).title
        return NotSetUpPage(course_title=title or None)
    return _activity_page(session, launch, opened, around)


def load_work(
    session: Session, launch: Launch, *, around: Surroundings, refused: Refused | None = None
) -> WorkPage:
    """Return the draft with its form; with what was refused, in place of what is stored.

    Raises:
        ClosedError: there is no draft.
    """
    return work_page(session, launch, get_draft(session, launch), around=around, refused=refused)


def _activity_page(
    session: Session, launch: Launch, opened: Opens, around: Surroundings
) -> ActivityPage:
    program = programs.get_program_of(session, opened.binding.achievement_id)
    is_open = may_award(session, program, launch.scope.context_id, clock=around.links.clock)
    return ActivityPage(
        achievement=achievement_summary(opened.version, opened.definition, around.public_urls),
        rubric=rubric_view(opened.definition),
        prompts=prompt_views(opened.definition),
        artefact_rules=artefact_rule_views(opened.definition),
        also=also_asked(opened.definition),
        start_url=CourseURLs(launch.ref).start if is_open else None,
        allow_resubmission=program.allows_another_try,
        prerequisites=find_prerequisites(
            session, launch.earner_id, opened.definition, program_id=program.id
        ),
        stack_url=find_stack_url(session, launch, opened.binding.achievement_id),
    )


def also_asked(definition: AchievementDefinition) -> tuple[AlsoAsked, ...]:
    """Return what is asked for beside answers, files and links, in the order of the form."""
    rubric = definition.get_rubric()
    asks_references = any(
        rule.minimum_per_criterion for rule in definition.evidence_rules().values()
    )
    return (
        *(
            AlsoAsked(
                kind="pool", title=one.title, minimum=one.minimum_words, maximum=one.maximum_words
            )
            for one in definition.word_pools
        ),
        *(
            AlsoAsked(
                kind="log",
                title=one.title,
                minimum=one.minimum_entries or None,
                hours=hours_text(one.minimum_minutes) if one.minimum_minutes else "",
            )
            for one in definition.logs
        ),
        *([AlsoAsked(kind="references")] if asks_references else []),
        *(AlsoAsked(kind="coverage", title=one.title) for one in definition.coverages),
        *(
            AlsoAsked(kind="self", title=phase_title(rubric, one.phase))
            for one in self_rounds(rubric)
        ),
    )


def _submitted_page(
    session: Session, launch: Launch, work: Work, around: Surroundings
) -> SubmittedPage:
    attempt = work.attempt
    if attempt.submitted_at is None:
        raise ClosedError("an attempt without an instant of submission")
    evidence = load_evidence(session, attempt.id, definition=work.definition, links=around.links)
    can_take_back = attempt.state == "submitted" and attempt.opened_at is None
    return SubmittedPage(
        achievement=achievement_summary(work.version, work.definition, around.public_urls),
        attempt_number=attempt.number,
        submitted_at=attempt.submitted_at,
        state=attempt.state,
        take_back_url=CourseURLs(launch.ref).take_back if can_take_back else None,
        name_on_badge=attempt.name_on_badge,
        answers=evidence.answers,
        artefacts=evidence.artefacts,
        criteria=evidence.criteria,
        logs=evidence.logs,
        self_rounds=tuple(
            one
            for one in round_views(session, attempt, work.definition)
            if one.role == RaterRole.SELF
        ),
    )
