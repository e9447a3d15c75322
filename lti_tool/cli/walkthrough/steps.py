"""The steps of the loop, in the order in which people take them."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

INSTRUCTOR, ASSESSOR, LEARNER = "3", "4", "6"
ACTIVITY = "11"
COURSE = "2"
GRADED_WITHIN_SECONDS = 90

ANSWER = (
    "In our first session I agreed with the student what coaching is and is not, how often we "
    "meet, and what stays between us; we wrote the goals down together and came back to them."
)
EXPLANATION = "The agreement that we wrote in the first session, in the student's own words."


class Visitor(Protocol):
    """One person at the practice LMS, with the tool in a frame of the activity's page."""

    def open_activity(self, activity_id: str) -> None:
        """Open an activity; the tool is launched in it."""

    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields of the tool's page, in order."""

    def options(self, name: str) -> tuple[str, ...]:
        """Return the values that a select or a group of radio buttons offers."""

    def fill(self, name: str, value: str) -> None:
        """Give a field of the tool's page a value: text, option, radio button, check box."""

    def press(self, name: str, value: str) -> None:
        """Press the button of that name and value; what begins with it, when it ends in a colon."""

    def post_to(self, suffix: str) -> None:
        """Press the button of the form that posts to an address with this end."""

    def text(self) -> str:
        """Return the tool's page as text."""

    def field_value(self, element_id: str) -> str:
        """Return the value of the field with this id."""

    def lms_text(self, path: str) -> str:
        """Open a page of the practice LMS, and return it as text."""


Visitors = Callable[[str, str], AbstractContextManager[Visitor]]
"""Signs a person in at a practice LMS: (LMS address, person's id)."""


def walk_the_loop(
    visitors: Visitors, *, lms_url: str, tool_url: str, say: Callable[[str], None]
) -> str:
    """Walk from an unbound activity to a shared badge; return the share link."""
    with visitors(lms_url, INSTRUCTOR) as instructor:
        bind(instructor)
        say("The instructor chose the badge for the activity.")
    with visitors(lms_url, LEARNER) as learner:
        hand_in(learner)
        say("The learner handed in evidence.")
        with visitors(lms_url, ASSESSOR) as assessor:
            score_and_release(assessor)
            say("The assessor scored it and released the decision: the badge is issued.")
        share_link = share(learner)
        say(f"The learner shared the badge: {share_link}")
    with visitors(lms_url, INSTRUCTOR) as instructor:
        wait_for_the_grade(instructor)
        say("The gradebook of the practice LMS has full points.")
    if not share_link.startswith(tool_url):
        raise RuntimeError(f"the share link {share_link} is not the tool's")
    return share_link


def bind(instructor: Visitor) -> None:
    """Choose the badge of the activity, unless an earlier walk did."""
    instructor.open_activity(ACTIVITY)
    if "achievement" not in instructor.fields():
        return
    instructor.fill("achievement", instructor.options("achievement")[0])
    instructor.post_to("/bind")


def hand_in(learner: Visitor, activity: str = ACTIVITY) -> None:
    """Write, point to the evidence, confirm the name, hand in."""
    learner.open_activity(activity)
    if "answer." not in " ".join(learner.fields()):
        learner.post_to("/start")
    learner.fill("link.url", "https://example.org/coaching-agreement")
    learner.fill("link.title", "Our coaching agreement")
    learner.press("action", "add-link")
    for name in learner.fields():
        if name.startswith("answer."):
            learner.fill(name, ANSWER)
        if name.startswith("artefact.") and name.endswith(".people"):
            learner.fill(name, "nobody")
    _point_to_evidence(learner)
    learner.fill("name_confirmed", "yes")
    learner.press("action", "submit")


def _point_to_evidence(learner: Visitor) -> None:
    done: set[str] = set()
    while True:
        found = [name for name in learner.fields() if name.startswith("reference.")]
        for name in found:
            if name.endswith(".source") and name not in done:
                done.add(name)
                learner.fill(name, learner.options(name)[1])
                learner.fill(name.replace(".source", ".locator"), "First page")
                learner.fill(name.replace(".source", ".explanation"), EXPLANATION)
        try:
            learner.press(f"action#{len(done)}", "add-reference:")
        except LookupError:
            return


def score_and_release(assessor: Visitor, activity: str = ACTIVITY) -> None:
    """Open the first attempt of the queue, give every criterion what earns the badge, release."""
    assessor.open_activity(activity)
    assessor.press("link", "/attempts/")
    for name in dict.fromkeys(assessor.fields()):
        if name.startswith("task."):
            assessor.fill(name, "4")
        if name.startswith("level."):
            assessor.fill(name, assessor.options(name)[0])
        if name.startswith("comment."):
            assessor.fill(name, "Clear, and shown with your own example.")
    assessor.press("action", "release")
    assessor.press("then", "stay")


def share(learner: Visitor) -> str:
    """Make the share link of the badge."""
    learner.open_activity(ACTIVITY)
    learner.post_to("/share")
    return learner.field_value("share-link")


def wait_for_the_grade(instructor: Visitor) -> None:
    """Return when the gradebook shows full points."""
    ends_at = time.monotonic() + GRADED_WITHIN_SECONDS
    while time.monotonic() < ends_at:
        if "badge earned" in instructor.lms_text(f"/courses/{COURSE}/grades"):
            return
        time.sleep(1)
    raise RuntimeError("the gradebook did not get the result")
