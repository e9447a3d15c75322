"""People, courses and activities: what the pages and the launches ask the state."""

import json
import sqlite3
from dataclasses import replace
from decimal import Decimal

from lti_tool.sandbox.errors import NotAllowedError, NotFoundError
from lti_tool.sandbox.model import Activity, Course, CourseRole, Person, Placement
from lti_tool.sandbox.state import insert_activity, insert_course, next_id

Member = tuple[Person, CourseRole]

ROLE_ORDER = tuple(CourseRole)


def list_people(db: sqlite3.Connection) -> tuple[Person, ...]:
    """Return everybody, in the order they were entered."""
    return tuple(_person(row) for row in db.execute("SELECT * FROM person ORDER BY rowid"))


def get_person(db: sqlite3.Connection, person_id: str) -> Person:
    """Return one person, or raise `NotFoundError`."""
    row = db.execute("SELECT * FROM person WHERE id = ?", (person_id,)).fetchone()
    if row is None:
        raise NotFoundError("There is no such person.")
    return _person(row)


def list_courses(db: sqlite3.Connection, person_id: str) -> tuple[tuple[Course, CourseRole], ...]:
    """Return the courses of a person with their role in each."""
    rows = db.execute(
        "SELECT course.*, role FROM course JOIN membership ON course_id = course.id"
        " WHERE person_id = ? ORDER BY course.rowid",
        (person_id,),
    )
    return tuple((_course(row), CourseRole(row["role"])) for row in rows)


def get_course(db: sqlite3.Connection, course_id: str) -> Course:
    """Return one course with its members, or raise `NotFoundError`."""
    row = db.execute("SELECT * FROM course WHERE id = ?", (course_id,)).fetchone()
    if row is None:
        raise NotFoundError("There is no such course.")
    members = {person.id: role for person, role in list_members(db, course_id)}
    return replace(_course(row), members=members)


def list_members(db: sqlite3.Connection, course_id: str) -> tuple[Member, ...]:
    """Return the members of a course: instructors first, learners last."""
    rows = db.execute(
        "SELECT person.*, role FROM person JOIN membership ON person_id = person.id"
        " WHERE course_id = ? ORDER BY person.rowid",
        (course_id,),
    )
    members = [(_person(row), CourseRole(row["role"])) for row in rows]
    return tuple(sorted(members, key=lambda member: ROLE_ORDER.index(member[1])))


def get_role(course: Course, person_id: str) -> CourseRole:
    """Return what a person is in a course; raise `NotAllowedError` if nothing."""
    role = course.members.get(person_id)
    if role is None:
        raise NotAllowedError("You are not a member of this course.")
    return role


def list_activities(db: sqlite3.Connection, course_id: str) -> tuple[Activity, ...]:
    """Return the activities of a course, oldest first."""
    rows = db.execute("SELECT * FROM activity WHERE course_id = ? ORDER BY rowid", (course_id,))
    return tuple(_activity(row) for row in rows)


def get_activity(db: sqlite3.Connection, activity_id: str) -> Activity:
    """Return one activity, or raise `NotFoundError`."""
    row = db.execute("SELECT * FROM activity WHERE id = ?", (activity_id,)).fetchone()
    if row is None:
        raise NotFoundError("There is no such activity.")
    return _activity(row)


def get_line_item(db: sqlite3.Connection, course_id: str, line_item_id: str) -> Activity:
    """Return the activity of a gradebook column, or raise `NotFoundError`."""
    for activity in list_line_items(db, course_id):
        if activity.line_item_id == line_item_id:
            return activity
    raise NotFoundError("There is no such line item.")


def list_line_items(db: sqlite3.Connection, course_id: str) -> tuple[Activity, ...]:
    """Return the activities of a course that have a gradebook column."""
    activities = list_activities(db, course_id)
    return tuple(activity for activity in activities if activity.points is not None)


def add_activity(db: sqlite3.Connection, activity: Activity) -> Activity:
    """Store `activity` under a new id, whatever id it carries."""
    added = replace(activity, id=next_id(db))
    insert_activity(db, added)
    return added


def copy_activity(db: sqlite3.Connection, activity: Activity) -> Activity:
    """Copy an activity within its course: a new link with the same custom parameters."""
    return add_activity(db, replace(activity, title=f"{activity.title} (copy)"))


def copy_course(db: sqlite3.Connection, course: Course) -> Course:
    """Copy a course with its members and activities, without results, as for a new term."""
    copy = replace(
        course,
        id=next_id(db),
        label=f"{course.label}-2",
        title=f"{course.title} (copy)",
        history=(course.id, *course.history),
    )
    insert_course(db, copy)
    for activity in list_activities(db, course.id):
        add_activity(db, replace(activity, course_id=copy.id))
    return copy


def _person(row: sqlite3.Row) -> Person:
    """Return the person of a row."""
    return Person(
        id=row["id"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        email=row["email"],
        sourced_id=row["sourced_id"],
    )


def _course(row: sqlite3.Row) -> Course:
    """Return the course of a row, without its members."""
    return Course(
        id=row["id"],
        label=row["label"],
        title=row["title"],
        history=tuple(json.loads(row["history"])),
    )


def _activity(row: sqlite3.Row) -> Activity:
    """Return the activity of a row."""
    return Activity(
        id=row["id"],
        course_id=row["course_id"],
        title=row["title"],
        description=row["description"],
        custom=json.loads(row["custom"]),
        placement=Placement(row["placement"]),
        points=None if row["points"] is None else Decimal(row["points"]),
        url=row["url"],
        resource_id=row["resource_id"],
        tag=row["tag"],
    )
