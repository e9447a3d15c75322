"""Courses with work handed in, and people who rate it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition, publish
from lti_tool.services.decision_inputs import (
    CriterionInput,
    DecisionInputs,
    TaskInput,
    decision_inputs,
    inputs_hash,
)
from lti_tool.services.decisions import judge, trace_bytes
from lti_tool.store.rows import (
    AttemptRow,
    DecisionRow,
    ResourceLinkRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Launch, Role
from tests.factories import a_definition, a_task_rubric
from tests.rows import (
    NOW,
    Course,
    a_binding,
    a_course,
    a_launch,
    a_link,
    a_submission,
    a_user,
    an_attempt,
    an_id,
    stored,
)


@dataclass(frozen=True, kw_only=True)
class Work:
    """One learner's attempt."""

    learner: UserRow
    submission: SubmissionRow
    attempt: AttemptRow


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A course whose link is bound, two raters in it, and some work."""

    course: Course
    rater: Launch
    other: Launch
    works: tuple[Work, ...]

    @property
    def work(self) -> Work:
        """The first learner's."""
        return self.works[0]


def a_work(
    session: Session, course: Course, *, name: str = "Ada Learner", minutes: int = 0
) -> Work:
    """Store a learner with one submitted attempt, handed in `minutes` after noon."""
    learner = a_user(session, course, name=name)
    submission = a_submission(session, course, learner)
    attempt = an_attempt(session, submission, submitted_at=NOW + timedelta(minutes=minutes))
    return Work(learner=learner, submission=submission, attempt=attempt)


def a_scene(
    session: Session,
    *,
    slug: str = "harbour",
    learners: int = 1,
    definition: AchievementDefinition | None = None,
    release_by: str = "assessor",
) -> Scene:
    """Store a course with two raters and as many learners' work, a minute apart."""
    course = a_course(
        session, slug=slug, definition=definition or publish(a_definition()), release_by=release_by
    )
    rater = a_user(session, course, Role.INSTRUCTOR, name="Ivo Instructor")
    other = a_user(session, course, Role.ASSISTANT, name="Tara Assistant")
    return Scene(
        course=course,
        rater=a_launch(session, course, rater, Role.INSTRUCTOR),
        other=a_launch(session, course, other, Role.ASSISTANT),
        works=tuple(
            a_work(session, course, name=f"Learner {number:02}", minutes=number)
            for number in range(learners)
        ),
    )


def a_task_definition() -> AchievementDefinition:
    """A published badge whose levels arise from two tasks."""
    return publish(a_definition(rubric=a_task_rubric()))


def a_task_link(session: Session, scene: Scene, task_id: str = "task-1") -> ResourceLinkRow:
    """Store another link of the course that opens one scored task."""
    link = a_link(session, scene.course.context, lti_resource_link_id=f"link-{task_id}")
    link.title = f"Activity of {task_id}"
    a_binding(session, link, scene.course.version, task_id=task_id)
    return link


def a_decision(
    session: Session,
    scene: Scene,
    work: Work,
    *criteria: CriterionInput,
    verdict: str = "awarded",
) -> DecisionRow:
    """Decide a work's attempt on these inputs."""
    attempt = session.get_one(AttemptRow, work.attempt.id)
    attempt.state = "returned" if verdict == "returned" else "decided"
    document = decision_inputs(
        DecisionInputs(
            attempt_id=attempt.id,
            definition_sha256=scene.course.version.document_sha256,
            rater_id=scene.rater.user_id,
            criteria=criteria,
            comment="On the whole.",
        )
    )
    judgement = judge(parse_definition(scene.course.version.document), criteria)
    trace = trace_bytes(judgement.outcome, judgement.result)
    return stored(
        session,
        DecisionRow(
            id=an_id(),
            attempt_id=attempt.id,
            verdict=verdict,
            released_by=scene.rater.user_id,
            released_at=NOW,
            note="",
            supersedes_id=None,
            superseded_at=None,
            inputs=document,
            inputs_sha256=inputs_hash(document),
            trace=trace,
            trace_sha256=inputs_hash(trace),
            definition_sha256=scene.course.version.document_sha256,
        ),
    )


def some_levels(*points: int) -> tuple[CriterionInput, ...]:
    """Direct levels for the criteria a, b, c and so on."""
    return tuple(
        CriterionInput(criterion_id=id_, level_id=f"p{given}")
        for id_, given in zip("abcdefgh", points, strict=False)
    )


def some_task_points(*points: int) -> tuple[CriterionInput, ...]:
    """The same points for both tasks of each of the criteria a, b, c and so on."""
    return tuple(
        CriterionInput(
            criterion_id=id_,
            tasks=tuple(
                TaskInput(task_id=f"task-{number}", points=given, source="page")
                for number in (1, 2)
            ),
        )
        for id_, given in zip("abcdefgh", points, strict=False)
    )
