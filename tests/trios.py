"""Trios: a badge that two rate independently, the two, and whoever decides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from badges.definition import AchievementDefinition, publish
from lti_tool.values import Launch, Role
from rubrics.model import Aggregation
from tests.factories import a_definition, a_rubric
from tests.pages import Form, Page, Visitor
from tests.rows import a_launch, a_user
from tests.scenes import Scene, a_scene


def a_shared_definition(policy: Aggregation = Aggregation.ADJUDICATED) -> AchievementDefinition:
    """A published badge that two rate."""
    return publish(a_definition(rubric=replace(a_rubric(), aggregation=policy)))


@dataclass(frozen=True, kw_only=True)
class Trio:
    """Two assistants who rate, and the instructor, who alone may release."""

    scene: Scene
    first: Launch
    second: Launch
    decider: Launch


def a_trio(
    session: Session,
    definition: AchievementDefinition | None = None,
    *,
    learners: int = 1,
    release_by: str = "instructor",
) -> Trio:
    """Store a course whose badge two rate, with work to rate."""
    scene = a_scene(
        session,
        learners=learners,
        definition=definition or a_shared_definition(),
        release_by=release_by,
    )
    user = a_user(session, scene.course, Role.ASSISTANT, name="Uma Assistant")
    return Trio(
        scene=scene,
        first=scene.other,
        second=a_launch(session, scene.course, user, Role.ASSISTANT),
        decider=scene.rater,
    )


@dataclass(frozen=True)
class Seat:
    """One person at the scoring page of one attempt."""

    visitor: Visitor
    path: str

    def look(self) -> Page:
        """Open the page."""
        return self.visitor.get(self.path)

    def form(self, page: Page | None = None) -> Form:
        """The form of the ratings; its address says of which seat it is."""
        every = (page or self.look()).reader.forms
        return next(one for one in every if "?seat=" in one.action and "revision" in one.fields)

    def press(self, action: str, **fields: str) -> Page:
        """Fill fields in, press a button, and go where it leads."""
        form = self.form()
        return self.visitor.submit(form.action, **{**form.fields, **fields, "action": action})

    def send(self, fields: Mapping[str, object], *, revision: int | None = None) -> TestResponse:
        """Save as the scripts do."""
        form = self.form()
        known = int(form.fields["revision"]) if revision is None else revision
        return self.visitor.send(form.action, {"revision": known, "fields": fields})

    def hand_in(self, levels: str, **fields: str) -> Page:
        """Rate the criteria a, b, … with these points, and hand the ratings in."""
        chosen = {f"level.{id_}": f"p{one}" for id_, one in zip("abcdefgh", levels, strict=False)}
        return self.press("hand-in", **chosen, **fields)

    def reopen(self) -> Page:
        """Take handed-in ratings back."""
        every = self.look().reader.forms
        form = next(one for one in every if one.fields.get("action") == "reopen")
        return self.visitor.submit(form.action, **form.fields)

    def release(self, action: str = "release", **fields: str) -> Page:
        """Go on to the confirmation, and confirm."""
        page = self.press(action, **fields)
        form = page.form(self.visitor.url(f"{self.path}/{action}"))
        return self.visitor.submit(f"{self.path}/{action}", **{**form.fields, "then": "stay"})


def seat_of(app: Flask, launch: Launch, trio: Trio, number: int = 0) -> Seat:
    """Somebody at one of the trio's works."""
    return Seat(Visitor(app, launch), f"/attempts/{trio.scene.works[number].attempt.id}")
