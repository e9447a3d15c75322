"""The demo's college: invented people, two courses, four activities."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from lti_tool.sandbox.model import Activity, Course, CourseRole, Family, Person
from lti_tool.sandbox.settings import PlatformSettings, Tool

PEOPLE = (
    Person(
        id="3",
        given_name="Imani",
        family_name="Okonkwo-Reyes",
        email="imani.okonkwo-reyes@college.example",
        sourced_id="EMP-203",
    ),
    Person(
        id="4",
        given_name="Priya",
        family_name="Raghunathan",
        email="priya.raghunathan@college.example",
        sourced_id="EMP-219",
    ),
    Person(
        id="5",
        given_name="Tomasz",
        family_name="Wiśniewski",
        email="tomasz.wisniewski@college.example",
        sourced_id="EMP-231",
    ),
    Person(
        id="6",
        given_name="Rosa",
        family_name="Delgado",
        email="rosa.delgado@college.example",
        sourced_id="STU-1006",
    ),
    Person(
        id="7",
        given_name="Maximiliana Theodora",
        family_name="Konstantinopoulou-Featherstonehaugh de la Cruz",
        email="maximiliana.konstantinopoulou-featherstonehaugh@college.example",
        sourced_id="STU-1007",
    ),
    Person(
        id="8",
        given_name="ليلى",
        family_name="الحدّاد",
        email="layla.alhaddad@college.example",
        sourced_id="STU-1008",
    ),
)
"""One instructor, two assistants who assess, three learners."""

MEMBERS = {
    "3": CourseRole.INSTRUCTOR,
    "4": CourseRole.ASSISTANT,
    "5": CourseRole.ASSISTANT,
    "6": CourseRole.LEARNER,
    "7": CourseRole.LEARNER,
    "8": CourseRole.LEARNER,
}

COURSES = (
    Course(id="2", label="COACH-210", title="Coaching in Community Colleges", members=MEMBERS),
    Course(id="9", label="MENTOR-115", title="Peer Mentoring Practicum", members=MEMBERS),
)

ACTIVITIES = (
    Activity(
        id="11",
        course_id="2",
        title="Co-creating the Academic Coaching Relationship (badge 2 of 4)",
        description="Hand in your evidence, and read what your assessor says about it.",
        points=Decimal(20),
    ),
    Activity(
        id="12",
        course_id="2",
        title="Harbour Coaching: Starting Well (badge 1 of 4)",
        description="The first badge of the Harbour Coaching microcredential.",
        points=Decimal(10),
    ),
    Activity(
        id="13",
        course_id="2",
        title="Harbour Coaching: Listening Closely (badge 2 of 4)",
        description="The second badge of the Harbour Coaching microcredential.",
        points=Decimal(10),
    ),
    Activity(
        id="14",
        course_id="2",
        title="Harbour Coaching: Plans That Hold (badge 3 of 4)",
        description="The third badge of the Harbour Coaching microcredential.",
        points=Decimal(10),
    ),
    Activity(
        id="15",
        course_id="9",
        title="Co-creating the Academic Coaching Relationship (badge 2 of 4)",
        description="The same badge in another course, to try two courses side by side.",
        points=Decimal(20),
    ),
)


def demo_settings(
    *,
    base_url: str,
    tool_url: str,
    state_path: Path | None = None,
    family: Family = Family.GENERIC,
    activities: Iterable[Activity] = ACTIVITIES,
) -> PlatformSettings:
    """Return the demo's platform for a tool that runs at `tool_url`.

    Serve the two from different hosts, such as 127.0.0.1 and localhost: to a
    browser that makes them as foreign to each other as a real LMS and tool.
    """
    return PlatformSettings(
        base_url=base_url,
        tool=Tool.at(tool_url),
        family=family,
        state_path=state_path,
        people=PEOPLE,
        courses=COURSES,
        activities=tuple(activities),
    )
