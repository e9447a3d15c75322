import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from badges.definition import publish
from lti_tool.errors import ConflictError, InvalidFieldsError, LtiToolError, NotAllowedError
from lti_tool.services.binding import bind_link, bind_page, find_opened, get_opened
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import AuditEventRow, LinkBindingRow
from lti_tool.values import Launch, Role
from tests.conftest import FakeClock
from tests.factories import a_definition, a_placeholder, a_rubric
from tests.rows import (
    Course,
    a_course,
    a_launch,
    a_link,
    a_submission,
    a_user,
    a_version,
    an_achievement,
    an_id,
)
from tests.scenes import a_task_definition

URLS = PublicURLs("https://tool.example")


@pytest.fixture
def course(database: Database) -> Course:
    """A course with a link that opens nothing yet, and a published task badge."""
    with database.writing() as session:
        return a_course(session, definition=a_task_definition(), is_bound=False)


@pytest.fixture
def instructor(database: Database, course: Course) -> Launch:
    """Somebody who may choose."""
    with database.writing() as session:
        user = a_user(session, course, Role.INSTRUCTOR)
        return a_launch(session, course, user, Role.INSTRUCTOR)


def bind(
    database: Database, launch: Launch, clock: FakeClock, *, choice: object, part: str = "whole"
) -> None:
    """Choose in a transaction of its own."""
    with database.writing() as session:
        bind_link(session, launch, choice=str(choice), part=part, clock=clock, new_id=an_id)


def bound(database: Database, course: Course) -> LinkBindingRow | None:
    """What the course's link opens."""
    with database.reading() as session:
        return session.get(LinkBindingRow, course.link.id)


def test_every_badge_is_listed_with_the_reason_why_it_cannot_be_chosen(
    database: Database, course: Course, instructor: Launch, clock: FakeClock
) -> None:
    """Placeholders and undecided badges are not hidden, they are not open."""
    with database.writing() as session:
        for position, definition in enumerate(
            (a_placeholder(), a_definition(rubric=a_rubric(level_source=None)), a_definition()), 2
        ):
            achievement = an_achievement(
                session, course.program, slug=f"badge-{position}", position=position
            )
            a_version(session, achievement, definition)

    with database.reading() as session:
        page = bind_page(session, instructor, public_urls=URLS, clock=clock)

    assert [choice.state for choice in page.choices] == [
        "open",
        "placeholder",
        "undecided",
        "draft",
    ]
    assert [task.id for task in page.choices[0].tasks] == ["task-1", "task-2"]
    assert [choice.count_criteria for choice in page.choices] == [4, 0, 4, 4]
    assert (page.selected, page.link_title) == (None, "Badge activity")


def test_the_newest_published_version_is_offered(
    database: Database, course: Course, instructor: Launch, clock: FakeClock
) -> None:
    """Drafts of a next version do not hide the published one."""
    with database.writing() as session:
        second = a_version(session, course.achievement, publish(a_definition()), number=2)
        a_version(session, course.achievement, a_definition(), number=3)

    with database.reading() as session:
        page = bind_page(session, instructor, public_urls=URLS, clock=clock)

    assert [(one.id, one.version_label) for one in page.choices] == [(str(second.id), "v2")]


def test_another_organisations_badges_are_neither_listed_nor_taken(
    database: Database, course: Course, instructor: Launch, clock: FakeClock
) -> None:
    """A tenant's badges are its own."""
    with database.writing() as session:
        foreign = a_course(session, slug="lighthouse", definition=publish(a_definition()))

    with database.reading() as session:
        page = bind_page(session, instructor, public_urls=URLS, clock=clock)
    with pytest.raises(InvalidFieldsError):
        bind(database, instructor, clock, choice=foreign.version.id)

    assert [choice.id for choice in page.choices] == [str(course.version.id)]
    assert bound(database, course) is None


@pytest.mark.parametrize("part", ["whole", "task-2"])
def test_a_link_opens_what_was_chosen_and_the_audit_log_says_who(
    database: Database, course: Course, instructor: Launch, clock: FakeClock, part: str
) -> None:
    """Whole, or one scored task; bound to the version that was shown."""
    bind(database, instructor, clock, choice=course.version.id, part=part)

    row = bound(database, course)
    assert row is not None
    assert row.achievement_version_id == course.version.id
    assert row.task_id == (None if part == "whole" else part)
    with database.reading() as session:
        opens = get_opened(session, instructor)
        events = session.scalars(select(AuditEventRow)).all()
        page = bind_page(session, instructor, public_urls=URLS, clock=clock)
    assert opens.version.id == course.version.id
    assert [(one.action, one.actor_id, one.subject_id) for one in events] == [
        ("link.bound", instructor.user_id, course.link.id)
    ]
    assert events[0].note == f"{course.version.id} {part}"
    assert (page.selected, page.selected_part) == (str(course.version.id), part)


@pytest.mark.parametrize(
    ("choice", "part"),
    [
        ("", "whole"),
        ("not an id", "whole"),
        ("00000000-0000-4000-8000-000000000000", "whole"),
        (None, "task-3"),
        (None, ""),
        (None, "WHOLE"),
        (None, "<script>"),
    ],
)
def test_a_choice_that_is_not_there_is_refused(
    database: Database,
    course: Course,
    instructor: Launch,
    clock: FakeClock,
    choice: str | None,
    part: str,
) -> None:
    """Whatever is posted, only what was offered is taken."""
    with pytest.raises(InvalidFieldsError):
        bind(
            database,
            instructor,
            clock,
            choice=course.version.id if choice is None else choice,
            part=part,
        )

    assert bound(database, course) is None


@pytest.mark.parametrize(
    "definition", [a_placeholder(), a_definition(rubric=a_rubric(level_source=None))]
)
def test_a_badge_that_is_not_open_is_refused(
    database: Database, course: Course, instructor: Launch, clock: FakeClock, definition: object
) -> None:
    """A disabled radio button is no guard."""
    with database.writing() as session:
        achievement = an_achievement(session, course.program, slug="two", position=2)
        version = a_version(session, achievement, definition)  # type: ignore[arg-type]  # of the list

    with pytest.raises(InvalidFieldsError) as caught:
        bind(database, instructor, clock, choice=version.id)

    assert caught.value.faults == {"achievement": ("not_open", None)}


def test_a_choice_can_be_changed_until_somebody_works(
    database: Database, course: Course, instructor: Launch, clock: FakeClock
) -> None:
    """With work in it the activity stays what it was; choosing the same again is no change."""
    bind(database, instructor, clock, choice=course.version.id)
    bind(database, instructor, clock, choice=course.version.id, part="task-1")
    with database.writing() as session:
        a_submission(session, course, a_user(session, course))

    bind(database, instructor, clock, choice=course.version.id, part="task-1")
    with pytest.raises(ConflictError) as caught:
        bind(database, instructor, clock, choice=course.version.id)

    assert caught.value.code == "work_exists"
    row = bound(database, course)
    assert row is not None
    assert row.task_id == "task-1"


@pytest.mark.parametrize("role", [Role.LEARNER, Role.ASSISTANT, Role.OTHER])
def test_only_instructors_and_administrators_choose(
    database: Database, course: Course, clock: FakeClock, role: Role
) -> None:
    """What an activity is about is no assistant's choice, and no learner's."""
    with database.writing() as session:
        launch = a_launch(session, course, a_user(session, course, role), role)

    with pytest.raises(NotAllowedError):
        bind(database, launch, clock, choice=course.version.id)
    with pytest.raises(NotAllowedError), database.reading() as session:
        bind_page(session, launch, public_urls=URLS, clock=clock)


def test_an_administrator_chooses(database: Database, course: Course, clock: FakeClock) -> None:
    """They configure."""
    with database.writing() as session:
        user = a_user(session, course, Role.ADMINISTRATOR)
        launch = a_launch(session, course, user, Role.ADMINISTRATOR)

    bind(database, launch, clock, choice=course.version.id)

    assert bound(database, course) is not None


def test_a_launch_without_a_link_opens_nothing(
    database: Database, instructor: Launch, clock: FakeClock
) -> None:
    """There is no activity to choose for."""
    launch = replace(instructor, resource_link_id=None)

    with pytest.raises(ConflictError) as caught:
        bind(database, launch, clock, choice="")
    assert caught.value.code == "no_resource_link"
    with pytest.raises(ConflictError), database.reading() as session:
        find_opened(session, launch)


def test_a_link_of_another_course_is_not_opened(database: Database, instructor: Launch) -> None:
    """A launch that names a foreign link finds nothing behind it."""
    with database.writing() as session:
        foreign = a_course(session, slug="lighthouse")
        a_link(session, foreign.context, lti_resource_link_id="other")
        launch = replace(instructor, resource_link_id=foreign.link.id)

        assert find_opened(session, launch) is None


def test_two_choices_at_once_leave_one(
    database: Database, course: Course, instructor: Launch, clock: FakeClock
) -> None:
    """The link opens one thing, and each change of it is in the audit log."""
    barrier = threading.Barrier(2)
    errors: list[LtiToolError] = []

    def choose(part: str) -> None:
        barrier.wait()
        try:
            bind(database, instructor, clock, choice=course.version.id, part=part)
        except LtiToolError as error:
            errors.append(error)

    threads = [threading.Thread(target=choose, args=(part,)) for part in ("whole", "task-1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    row = bound(database, course)
    assert row is not None
    assert errors == []
    with database.reading() as session:
        events = session.scalars(select(AuditEventRow)).all()
    assert {one.note.split()[1] for one in events} == {"whole", "task-1"}
