"""The words of a learning management system, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Family(StrEnum):
    """Which product's behaviour is reproduced."""

    GENERIC = "generic"
    """Follows the specifications, and refuses older scores as Open edX does."""
    CANVAS = "canvas"
    MOODLE = "moodle"


class CourseRole(StrEnum):
    """What a person is in one course."""

    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"
    LEARNER = "learner"


class Placement(StrEnum):
    """Where an activity opens the tool."""

    FRAME = "frame"
    WINDOW = "window"


class MessageKind(StrEnum):
    """Which LTI message a launch carries."""

    RESOURCE = "resource"
    REVIEW = "review"
    """One learner's work, opened from the gradebook by LtiSubmissionReviewRequest."""
    SUBMISSION = "submission"
    """One learner's work, opened by the URL that came with the score, as Canvas does."""
    DEEP_LINKING = "deep_linking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account; `id` is the `sub` of their launches."""

    id: str
    given_name: str
    family_name: str
    email: str = ""
    sourced_id: str = ""

    @property
    def name(self) -> str:
        """The full name, as the LMS shows it."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course; `id` is the `context.id` of its launches."""

    id: str
    label: str
    title: str
    members: Mapping[str, CourseRole] = field(default_factory=dict)
    """Person id -> role. Only read when the state is first filled."""
    history: tuple[str, ...] = ()
    """Ids of the courses that this one was copied from, nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A placement of the tool in a course; `id` is the `resource_link.id`."""

    id: str
    course_id: str
    title: str
    description: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)
    placement: Placement = Placement.FRAME
    points: Decimal | None = Decimal(100)
    """The maximum of its gradebook column; None for no column."""
    url: str = ""
    """The target link URI that a content item asked for; empty for the tool's own."""
    resource_id: str = ""
    tag: str = ""

    @property
    def line_item_id(self) -> str:
        """The id of its gradebook column, which is not that of the link."""
        return f"{self.id}0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the gradebook holds for one learner in one activity."""

    activity_id: str
    person_id: str
    score: Decimal | None = None
    """On the scale of the column's maximum."""
    activity_progress: str = ""
    grading_progress: str = ""
    timestamp: datetime | None = None
    """The timestamp of the last score that was taken, as the tool sent it."""
    comments: tuple[str, ...] = ()
    submitted_at: str = ""
    submission_url: str = ""
    attempts: int = 0
    is_overridden: bool = False
    """The teacher typed this grade over the tool's."""

    @property
    def status(self) -> str:
        """The word that the gradebook page shows."""
        if self.grading_progress in {"Pending", "PendingManual"}:
            return "Needs grading"
        if self.score is not None:
            return "Graded"
        if self.activity_progress in {"Submitted", "Completed"}:
            return "Submitted"
        if self.activity_progress in {"Started", "InProgress"}:
            return "In progress"
        return "No grade yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One launch that was begun; `id` travels in the message hint and works once."""

    id: str
    person_id: str
    course_id: str
    activity_id: str = ""
    kind: MessageKind = MessageKind.RESOURCE
    placement: Placement = Placement.FRAME
    target_link_uri: str
    for_person_id: str = ""
    """Whose work a REVIEW or SUBMISSION opens."""
    created_at: datetime
