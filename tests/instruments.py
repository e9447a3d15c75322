"""Shipped instruments as a learner works at them, over HTTP."""

from collections.abc import Iterable
from io import BytesIO
from itertools import product
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from badges.definition import AchievementDefinition, publish
from badges.library import load_shipped
from tests.desks import Desk
from tests.learners import Learner
from tests.pages import BASE

PARTS = "portfolio-in-three-parts"
VIDEO = "evidence-portfolio-with-video"
GROWTH = "growth-framework"
INDICATORS = (
    "admits-limits",
    "small-steps",
    "agrees-aim",
    "ends-well",
    "names-sources",
    "leaves-alone",
)
"""One of every family."""


def of(slug: str) -> pytest.MarkDecorator:
    """Run a test with the `work` of somebody who has begun one of the shipped instruments."""
    return pytest.mark.parametrize("work", [slug], indirect=True)


def shipped(slug: str) -> AchievementDefinition:
    """Return one of the shipped instruments, published."""
    return publish({one.id: one for one in load_shipped("templates").achievements}[slug])


class Work:
    """A learner's draft as their browser has it: fields by name, buttons by what they do."""

    def __init__(self, app: Flask, desk: Desk) -> None:
        self.desk = desk
        self.learner = Learner(app, desk.launch)
        self.learner.submit("/start")

    def press(self, action: str, **changes: str) -> str:
        """Send the form as it stands, with changes and a button; return the page that follows."""
        named = {name.replace("__", "."): text for name, text in changes.items()}
        return self.send(named | {"action": action})

    def send(self, changes: dict[str, str]) -> str:
        """Send the form as it stands, with changes by their names."""
        return self.learner.submit("/work", **(self.fields() | changes)).text

    def fields(self) -> dict[str, str]:
        """The form as it stands."""
        return self.learner.get("/work").form(self.learner.url("/work")).fields

    def upload(self, data: bytes, name: str, requirement: str = "") -> UUID:
        """Send a whole file with the form; return its id."""
        field = f"file.{requirement}" if requirement else "file"
        action = f"upload:{requirement}" if requirement else "upload"
        self.post_file(action, field, data, name)
        return next(UUID(one.id) for one in self.desk.page().artefacts if one.title == name)

    def post_file(self, action: str, field: str, data: bytes, name: str) -> TestResponse:
        """Send the form as it stands with a file."""
        form = self.fields() | {"action": action, "csrf_token": self.learner.token()}
        return self.learner._client.post(
            self.learner.url("/work"), base_url=BASE, data=form | {field: (BytesIO(data), name)}
        )

    def press_all(self, actions: Iterable[str]) -> dict[str, str]:
        """Press buttons one after the other; return the form as it stands then."""
        form = self.fields()
        for action in actions:
            page = self.learner.submit("/work", **{**form, "action": action})
            form = page.form(self.learner.url("/work")).fields
        return form

    def point(self, *criteria: str) -> list[str]:
        """Add an evidence reference to each criterion; return how the names of its fields begin."""
        before = self.fields()
        after = self.press_all(f"add-reference:{one}" for one in criteria)
        added = [name for name in after if name.startswith("reference.") and name not in before]
        return list(dict.fromkeys(name.rpartition(".")[0] for name in added))

    def missing(self) -> str:
        """Press the button that hands in; return the list of what is missing."""
        answer = self.learner.post(
            "/work", **(self.fields() | {"action": "submit", "csrf_token": self.learner.token()})
        )
        if answer.status_code == 303:
            return ""
        assert answer.status_code == 422
        return answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]


def fill_parts(work: Work) -> str:
    """Do all that the portfolio in three parts asks for; return the pointer that was added last."""
    artefact = work.upload(b"%PDF-1.7", "plan.pdf")
    changes = {
        "answer.aim": "word " * 250,
        "answer.signs": "word " * 250,
        "answer.reasons": "Because.",
        "answer.reflection": "It went well.",
        f"artefact.{artefact}.people": "nobody",
        "name_confirmed": "yes",
    }
    shown = list(product(INDICATORS, ("answer:reasons", str(artefact))))
    pointers = work.point(*["plan"] * len(shown))
    for pointer, (indicator, source) in zip(pointers, shown, strict=True):
        changes |= {
            f"{pointer}.criterion": indicator,
            f"{pointer}.source": source,
            f"{pointer}.locator": "4",
        }
    work.send(changes | {"action": "save"})
    return pointers[-1]


def fill_video(work: Work, data: bytes, name: str) -> UUID:
    """Do all that the portfolio with a video asks for; return the video."""
    video = work.upload(data, name, "video")
    changes = {f"answer.{one}": "word " * 250 for one in ("before", "asking", "giving", "after")}
    changes |= {
        "answer.reflection": "word " * 500,
        f"artefact.{video}.people": "consented",
        "name_confirmed": "yes",
    }
    for one in ("both-seen", "both-heard", "consent"):
        changes[f"artefact.{video}.attested.{one}"] = "yes"
    criteria = [one.criterion.id for one in work.desk.page().criteria]
    for pointer in work.point(*criteria):
        changes |= {
            f"{pointer}.source": str(video),
            f"{pointer}.locator": "3:12",
            f"{pointer}.explanation": "It can be heard.",
        }
    work.send(changes | {"action": "save"})
    return video
