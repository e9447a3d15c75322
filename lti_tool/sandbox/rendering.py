"""What the templates are given: who is here, how people and points are written."""

import re
from decimal import Decimal

from flask import Flask
from markupsafe import Markup, escape

from lti_tool.sandbox.courses import list_people
from lti_tool.sandbox.model import CourseRole, Person
from lti_tool.sandbox.platform import current_platform
from lti_tool.sandbox.sessions import find_person
from lti_tool.sandbox.switches import Storage

ROLE_WORDS = {
    CourseRole.INSTRUCTOR: "Instructor",
    CourseRole.ASSISTANT: "Assessor",
    CourseRole.LEARNER: "Learner",
}

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def add_filters(app: Flask) -> None:
    """Give the templates what they need."""
    app.context_processor(_page_context)
    app.template_filter("linked")(linked)
    app.template_filter("initials")(initials)
    app.template_filter("points")(points)


def _page_context() -> dict[str, object]:
    """Return what every page needs: who is here, and how the page serves the tool."""
    platform = current_platform()
    switches = platform.switches()
    with platform.state.transaction() as db:
        people = list_people(db)
    return {
        "me": find_person(),
        "everybody": people,
        "tool": platform.settings.tool,
        "family": platform.settings.family,
        "role_words": ROLE_WORDS,
        "has_storage": switches.storage is not Storage.OFF,
        "storage": switches.storage,
        "storage_target": switches.storage_target,
    }


def linked(text: str) -> Markup:
    """Return plain text with its web addresses as links."""
    parts: list[Markup] = []
    end = 0
    for match in _WEB_ADDRESS.finditer(text):
        url = match[0].rstrip(".,;:!?)")
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(url))
        end = match.start() + len(url)
    return Markup("").join([*parts, escape(text[end:])])


def initials(person: Person) -> str:
    """Return the first letters of a person's names, kept from joining in Arabic script."""
    return "\u200c".join(name[0] for name in (person.given_name, person.family_name) if name)


def points(value: Decimal) -> str:
    """Return points as people write them: without zeros that say nothing."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
