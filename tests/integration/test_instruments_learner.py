"""The learner's side of shipped instruments over HTTP: what stops a hand-in, and what does not."""

from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask

from badges.definition import publish
from badges.library import load_shipped
from lti_tool.runtime import Runtime
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk
from tests.learners import Learner
from tests.pages import BASE
from tests.recordings import a_webm, an_mp4

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
        self.learner._client.post(
            self.learner.url("/work"),
            base_url=BASE,
            data=self.fields()
            | {"action": action, "csrf_token": self.learner.token(), field: (BytesIO(data), name)},
        )
        return next(UUID(one.id) for one in self.desk.page().artefacts if one.title == name)

    def point(self, criterion: str) -> str:
        """Add an evidence reference; return the beginning of the names of its fields."""
        before = {name for name in self.fields() if name.startswith("reference.")}
        self.press(f"add-reference:{criterion}")
        new = next(
            name
            for name in self.fields()
            if name.startswith("reference.") and name not in before and name.endswith(".source")
        )
        return new.removesuffix(".source")

    def missing(self) -> str:
        """Press the button that hands in; return the list of what is missing."""
        answer = self.learner.post(
            "/work", **(self.fields() | {"action": "submit", "csrf_token": self.learner.token()})
        )
        if answer.status_code == 303:
            return ""
        assert answer.status_code == 422
        return answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]


@pytest.fixture
def work(app: Flask, runtime: Runtime, clock: FakeClock, request: pytest.FixtureRequest) -> Work:
    """A learner who has begun the instrument that the test names."""
    shipped = {one.id: one for one in load_shipped("templates").achievements}[request.param]
    desk = a_desk(runtime.database, clock, runtime.settings.data_dir, definition=publish(shipped))
    return Work(app, desk)


def of(slug: str) -> pytest.MarkDecorator:
    """Run a test with one of the shipped instruments."""
    return pytest.mark.parametrize("work", [slug], indirect=True)


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
    name = ""
    for indicator in INDICATORS:
        for source in ("answer:reasons", str(artefact)):
            name = work.point("plan")
            changes |= {
                f"{name}.criterion": indicator,
                f"{name}.source": source,
                f"{name}.locator": "4",
            }
    work.send(changes | {"action": "save"})
    return name


@of(PARTS)
def test_a_portfolio_in_parts_is_handed_in(work: Work) -> None:
    """250 words are taken and 251 are not; five of six families are named as such."""
    last = fill_parts(work)

    long = work.press("save", answer__aim="word " * 251)
    assert "251 words, at most 250" in long
    assert "too long: at most 250 words" in work.missing()

    work.press("save", **{"answer__aim": "word " * 250, f"{last}.criterion": "says-back"})
    missing = work.missing()
    assert missing.count("<li>") == 1
    assert "Nothing is pointed out yet for: The whole." in missing
    page = work.learner.get("/work").text
    assert "5 of 6 families" in page
    assert "(not yet in: The plan)" in page

    work.send({f"{last}.criterion": "leaves-alone", f"{last}.locator": "", "action": "save"})
    assert "This is needed." in work.missing()

    work.send({f"{last}.locator": "5", "action": "save"})
    assert work.missing() == ""


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
    for criterion in work.desk.page().criteria:
        pointer = work.point(criterion.criterion.id)
        changes |= {
            f"{pointer}.source": str(video),
            f"{pointer}.locator": "3:12",
            f"{pointer}.explanation": "It can be heard.",
        }
    work.send(changes | {"action": "save"})
    return video


@of(VIDEO)
def test_a_portfolio_with_a_video_is_handed_in(work: Work) -> None:
    """A pool of words, a length that the file says, what is stated of it, and where to look."""
    video = fill_video(work, an_mp4(600), "talk.mp4")
    assert "It is 10:00 long." in work.learner.get("/work").text

    page = work.press("save", answer__before="word " * 249)
    assert "999</span> words together" in page
    assert "Together this is too short: at least 1000 words." in work.missing()

    heard = f"artefact.{video}.attested.both-heard"
    work.send({"answer.before": "word " * 250, "action": "save"} | {heard: ""})
    assert "This has to be true of it." in work.missing()

    pointer = f"reference.{work.desk.page().criteria[0].references[0].id}"
    work.send({heard: "yes", f"{pointer}.locator": " ", "action": "save"})
    missing = work.missing()
    assert missing.count("<li>") == 1
    assert f'href="#{pointer.replace(".", "-")}-locator"' in missing
    assert "The purpose is said aloud: This is needed." in missing

    work.send({f"{pointer}.locator": "0:10", "action": "save"})
    assert work.missing() == ""
    assert "10:00 long" in work.learner.get("/").text


@of(VIDEO)
def test_a_second_too_short_is_too_short(work: Work) -> None:
    """9:59 is refused, whoever says it; what the learner states is shown as stated."""
    video = fill_video(work, an_mp4(599), "talk.mp4")
    assert "It is too short: at least 10:00." in work.missing()
    work.press(f"remove-artefact:{video}")

    silent = work.upload(a_webm(None), "silent.webm", "video")
    length = f"artefact.{silent}.length"
    assert work.fields()[length] == ""
    assert "Say how long it is." in work.missing()
    assert "Minutes and seconds, please" in work.send({length: "about ten", "action": "save"})

    work.send({length: "9:59", "action": "save"})
    assert "It is too short: at least 10:00." in work.missing()
    work.send({length: "10:00", "action": "save"})
    assert "long" not in work.missing().partition("Say how")[0].partition("too short")[0]
    assert work.desk.page().artefacts[0].is_length_stated


@of(VIDEO)
def test_files_stand_under_what_they_are_for(work: Work) -> None:
    """Another kind of file is refused where a video is asked for, and can be moved elsewhere."""
    form = work.fields() | {"action": "upload:video", "csrf_token": work.learner.token()}
    refused = work.learner._client.post(
        work.learner.url("/work"),
        base_url=BASE,
        data=form | {"file.video": (BytesIO(b"%PDF-1.7"), "notes.pdf")},
    )
    assert refused.status_code == 415
    assert 'id="file-video-error"' in refused.text
    assert "Accepted: MP4, QuickTime, WebM." in refused.text

    notes = work.upload(b"%PDF-1.7", "notes.pdf", "other-work")
    assert f"artefact.{notes}.length" not in work.fields()
    work.send({f"artefact.{notes}.requirement": "video", "action": "save"})
    assert "another kind of file is asked for" in work.learner.get("/work").text
    work.send({f"artefact.{notes}.requirement": "other-work", "action": "save"})
    assert "another kind of file is asked for" not in work.learner.get("/work").text
