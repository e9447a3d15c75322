"""A coordinator's browser at one badge of the desk."""

from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from badges.definition import AchievementDefinition, DefinitionState, Origin
from lti_tool.store.rows import AchievementRow
from lti_tool.values import Launch
from tests.learners import Learner
from tests.pages import Page
from tests.rows import Course, a_version, an_achievement

LEVELS = ("level", "level-2", "level-3")
BLANK: dict[str, str] = {
    "description": "For those who listen.",
    "criteria_narrative": "Earned by a conversation that was rated.",
    "image_alt": "An ear",
    "levels/level/title": "Strong",
    "levels/level/points": "5",
    "levels/level-2/title": "Ready",
    "levels/level-2/points": "3",
    "levels/level-3/title": "Beginning",
    "levels/level-3/points": "1",
    "rubric/criteria/competency/title": "Gives attention",
    "rubric/level_source": "assessor",
    "licence/url": "https://creativecommons.org/licenses/by/4.0/",
    "attribution": "Written here.",
}
"""What a blank draft needs before it can be published, but for its rule; as the page has it."""


def a_slot(
    session: Session, course: Course, *, slug: str = "slot", position: int = 2
) -> AchievementRow:
    """Store a badge of the course's program that nothing is known of."""
    achievement = an_achievement(session, course.program, slug=slug, position=position)
    placeholder = AchievementDefinition(
        id=slug,
        title="Slot",
        program=course.program.slug,
        position=position,
        state=DefinitionState.PLACEHOLDER,
        origin=Origin.OWN,
        description="A place.",
    )
    version = a_version(session, achievement, placeholder)
    version.published_at, version.image = None, None
    session.flush()
    return achievement


class Editor(Learner):
    """A browser whose addresses are those of one badge's pages."""

    def __init__(self, app: Flask, launch: Launch, achievement_id: UUID) -> None:
        super().__init__(app, launch)
        self.achievement_id = achievement_id

    def url(self, path: str) -> str:
        """An address of the badge; absolute paths inside the launch stay."""
        if path.startswith("/"):
            return super().url(path)
        return super().url(f"/desk/badges/{self.achievement_id}/{path}")

    def show(self, path: str = "edit") -> Page:
        """Fetch a page of the badge."""
        return self.get(path)

    def begin(self, like: UUID | None = None) -> Page:
        """Begin to write."""
        return self.submit("begin", like=str(like or ""))

    def fields(self) -> dict[str, str]:
        """What the editor's form holds."""
        return self.show().form(self.url("edit")).fields

    def press(self, action: str, fields: dict[str, str] | None = None, **more: str) -> Page:
        """Send the form as it stands, with some changes, by one of its buttons."""
        return self.submit("edit", **{**self.fields(), **(fields or {}), **more, "action": action})

    def type(self, typed: dict[str, str], fields: dict[str, str] | None = None) -> TestResponse:
        """Save some fields as the scripts do, from the page with `fields` or the newest one."""
        known = fields or self.fields()
        return self.call(
            "POST",
            f"edit?draft={known['draft']}&outline={known['outline']}",
            json={"revision": int(known["revision"]), "fields": typed},
        )
