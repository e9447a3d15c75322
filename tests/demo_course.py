"""A course of the demo's practice LMS, full of work that is rated and waits to be released.

It is stored as if everybody had launched, so hundreds of learners cost a second.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.definition import parse_definition
from lti_tool.lti.ags import RESULT_SCOPE, SCORE_SCOPE
from lti_tool.runtime import Runtime
from lti_tool.sandbox.demo import ACTIVITIES
from lti_tool.sandbox.model import CourseRole, Person
from lti_tool.sandbox.settings import PlatformSettings
from lti_tool.sandbox.urls import line_item_url
from lti_tool.services import releasing
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    DeploymentRow,
    IssuerRow,
    LaunchRow,
    OrganisationRow,
    ProgramRow,
    RegistrationRow,
    UserRow,
)
from lti_tool.values import Launch, Role
from tests import rows

BADGE = "harbour-starting-well"
ACTIVITY = ACTIVITIES[0]
INSTRUCTOR, ASSISTANT = "3", "4"
FIRST_LEARNER = 1000


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A rated attempt, and what the page before its release shows."""

    attempt_id: UUID
    platform_user_id: str
    inputs_hash: str


@dataclass(frozen=True, kw_only=True)
class Work:
    """The launches of two assessors, and what waits for either of them."""

    assessors: tuple[Launch, ...]
    waiting: tuple[Waiting, ...]


def with_learners(practice: PlatformSettings, count: int) -> PlatformSettings:
    """Return the demo's practice LMS with so many more learners in the course."""
    people = tuple(
        Person(id=str(FIRST_LEARNER + number), given_name="Learner", family_name=f"No {number}")
        for number in range(count)
    )
    joining = {person.id: CourseRole.LEARNER for person in people}
    courses = tuple(
        replace(course, members={**course.members, **joining})
        if course.id == ACTIVITY.course_id
        else course
        for course in practice.courses
    )
    return replace(practice, people=(*practice.people, *people), courses=courses)


def store_work(runtime: Runtime, practice: PlatformSettings, *, learners: int) -> Work:
    """Store what `with_learners` added as learners who handed in, and two who rated them."""
    with runtime.writing() as session:
        course = _course(session, practice)
        instructor = _user(session, course, INSTRUCTOR, Role.INSTRUCTOR)
        assistant = _user(session, course, ASSISTANT, Role.ASSISTANT)
        assessors = (
            _launch(session, course, instructor, runtime, Role.INSTRUCTOR),
            _launch(session, course, assistant, runtime, Role.ASSISTANT),
        )
        rubric = parse_definition(course.version.document).get_rubric()
        levels = {one.id: one.ascending_levels[-1].id for one in rubric.rated_criteria}
        handed_in = {}
        for number in range(learners):
            sub = str(FIRST_LEARNER + number)
            learner = _user(session, course, sub, Role.LEARNER)
            attempt = rows.an_attempt(session, rows.a_submission(session, course, learner))
            rows.an_assessment(session, attempt, instructor, levels)
            handed_in[sub] = attempt.id
    with runtime.reading() as session:
        waiting = tuple(
            Waiting(
                attempt_id=attempt_id,
                platform_user_id=sub,
                inputs_hash=releasing.prepare(session, assessors[0], attempt_id).inputs_hash,
            )
            for sub, attempt_id in handed_in.items()
        )
    return Work(assessors=assessors, waiting=waiting)


def _course(session: Session, practice: PlatformSettings) -> rows.Course:
    """Store the course and its activity, bound to a badge of the demo."""
    registration = session.scalars(select(RegistrationRow)).one()
    registration.family = practice.family.value
    deployment = session.scalars(select(DeploymentRow)).one()
    achievement = session.scalars(select(AchievementRow).filter_by(slug=BADGE)).one()
    version = session.scalars(
        select(AchievementVersionRow).filter_by(achievement_id=achievement.id)
    ).one()
    program = session.get_one(ProgramRow, achievement.program_id)
    context = rows.a_context(session, deployment, lti_context_id=ACTIVITY.course_id)
    link = rows.a_link(session, context, lti_resource_link_id=ACTIVITY.id)
    link.line_item_url = line_item_url(practice, ACTIVITY)
    link.ags_scopes = f"{RESULT_SCOPE} {SCORE_SCOPE}"
    return rows.Course(
        organisation=session.get_one(OrganisationRow, program.organisation_id),
        issuer=session.get_one(IssuerRow, program.issuer_id),
        program=program,
        achievement=achievement,
        version=version,
        registration=registration,
        deployment=deployment,
        context=context,
        link=link,
        binding=rows.a_binding(session, link, version),
    )


def _user(session: Session, course: rows.Course, sub: str, role: Role) -> UserRow:
    user = rows.a_user(session, course, role, name=f"Person {sub}")
    user.sub = sub
    return user


def _launch(
    session: Session, course: rows.Course, user: UserRow, runtime: Runtime, role: Role
) -> Launch:
    """Store a launch that began just now."""
    launch = rows.a_launch(session, course, user, role)
    row = session.get_one(LaunchRow, launch.id)
    row.created_at = row.seen_at = runtime.clock()
    row.expires_at = row.created_at + timedelta(hours=8)
    return launch
