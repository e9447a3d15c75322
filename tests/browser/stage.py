"""The running demo, brought into the states that its pages have: a college in the middle of a term.

Background work goes over plain HTTP (`client_visitors`), as it is quick; what needs a
browser (files, looking) goes through one.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

from lti_tool.cli.demo import DemoPlaces
from lti_tool.cli.walkthrough.client import client_visitors
from lti_tool.cli.walkthrough.steps import Visitor

INSTRUCTOR, ASSESSOR, OTHER_ASSESSOR = "3", "4", "5"
ROSA, LONG, ARABIC = "6", "7", "8"
WHOLE, FIRST, SECOND, THIRD, UNBOUND = "11", "12", "13", "14", "15"
DEPLOYMENT = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"

LOREM = (
    "In our first session we agreed on what coaching is and is not, how often we meet, and what "
    "stays between us. I asked what would make the hour worth coming for, and wrote the answer "
    "down in the student's own words.\n\nIn the third session we came back to it: one goal had "
    "changed, and we changed the agreement with it. What I would do differently: I spoke more "
    "than the student in the first ten minutes, and noticed it only when I read my notes. In the "
    "second session I counted to five before each answer, and the student went on by herself."
)
ARABIC_TEXT = (
    "اتفقنا في اللقاء الأول على معنى الإرشاد وحدوده، وعلى عدد اللقاءات، وعلى ما يبقى بيننا. "
    "كتبنا الأهداف معًا بكلمات الطالبة، ثم عدنا إليها في اللقاء الثالث وغيّرنا ما تغيّر. "
) * 4
PRAISE = "Clear, and shown with your own example; the agreement on page 2 says it best."
CHANGE = "The plan is there, but not yet who does what by when. One dated step would show it."

FILE = FilePayload(name="agreement.txt", mimeType="text/plain", buffer=LOREM.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One page to look at: who looks, where, and what is done first."""

    name: str
    person: str
    """A person of the practice LMS; "" for a stranger."""
    url: str
    prepare: Callable[[Page], None] | None = None


@dataclass(kw_only=True)
class Stage:
    """A running demo and the people in it, each in a browser profile of their own."""

    places: DemoPlaces
    browser: Browser
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    spots: list[Spot] = field(default_factory=list)

    def page(self, person: str) -> Page:
        """Return a tab of a person's profile, signed in at the practice LMS."""
        if person not in self.contexts:
            self.contexts[person] = self.browser.new_context(
                viewport={"width": 1280, "height": 900}
            )
            if person:
                self.contexts[person].request.post(
                    f"{self.places.lms_url}/sign-in", form={"person_id": person}
                )
        return self.contexts[person].new_page()

    def enter(self, page: Page, activity: str) -> str:
        """Open an activity in a window of its own, as the LMS's apps do; the tool's address."""
        page.goto(f"{self.places.lms_url}/activities/{activity}/launch/window")
        page.wait_for_url("**/l/**")
        return page.url.partition("?")[0]

    def show(
        self,
        name: str,
        person: str,
        activity: str,
        go: Callable[[Page], object] | None = None,
        *,
        prepare: Callable[[Page], None] | None = None,
    ) -> str:
        """Note the page of the tool to which `go` leads a person; its address."""
        page = self.page(person)
        self.enter(page, activity)
        if go:
            go(page)
        page.wait_for_load_state()
        url = page.url.partition("?notice")[0]
        page.close()
        self.look(name, person, url, prepare)
        return url

    def look(
        self, name: str, person: str, url: str, prepare: Callable[[Page], None] | None = None
    ) -> None:
        """Note a page by its address."""
        self.spots.append(Spot(name=name, person=person, url=url, prepare=prepare))

    def control(self, verb: str, path: str, body: Mapping[str, object]) -> None:
        """Turn a switch of the practice LMS."""
        request = Request(  # noqa: S310 - our own address
            f"{self.places.lms_url}/control/{path}",
            data=json.dumps(body).encode(),
            method=verb,
            headers={"Content-Type": "application/json"},
        )
        urlopen(request, timeout=30).close()  # noqa: S310 - the same

    def command(self, *arguments: str) -> None:
        """Run one of the tool's commands on the demo."""
        environment = os.environ | {"QUATREFOIL_SETTINGS": str(self.places.settings_file)}
        subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "lti_tool", *arguments],
            env=environment,
            check=True,
            capture_output=True,
        )


@contextmanager
def client(stage: Stage, person: str, activity: str) -> Iterator[Visitor]:
    """One person at an activity over plain HTTP."""
    with client_visitors() as visitors, visitors(stage.places.lms_url, person) as visitor:
        visitor.open_activity(activity)
        yield visitor


def bind_all(stage: Stage) -> None:
    """Give the first four activities their badges."""
    for number, activity in enumerate((WHOLE, FIRST, SECOND, THIRD)):
        with client(stage, INSTRUCTOR, activity) as visitor:
            if "achievement" in visitor.fields():
                visitor.fill("achievement", visitor.options("achievement")[number])
                visitor.post_to("/bind")


def begin(stage: Stage, person: str, activity: str) -> None:
    """Open a draft and leave it."""
    with client(stage, person, activity) as visitor:
        visitor.post_to("/start")


def hand_in(
    stage: Stage,
    person: str,
    activity: str,
    words: str = LOREM,
    files: Sequence[FilePayload] = (FILE,),
) -> None:
    """Hand in a work with files, one link and a pointer for each competency."""
    with client(stage, person, activity) as visitor:
        if not any(name.startswith("answer.") for name in visitor.fields()):
            visitor.post_to("/start")
    upload(stage, person, activity, files)
    with client(stage, person, activity) as visitor:
        visitor.fill("link.url", "https://example.org/coaching-agreement")
        visitor.fill("link.title", "Our coaching agreement")
        visitor.press("action", "add-link")
        for name in visitor.fields():
            if name.startswith("answer."):
                visitor.fill(name, words)
            if name.startswith("artefact.") and name.endswith(".people"):
                visitor.fill(name, "consented")
            if name.startswith("artefact.") and name.endswith(".visibility"):
                visitor.fill(name, "public")
        fill_pointers(visitor, words.partition("\n")[0])
        visitor.fill("name_confirmed", "yes")
        visitor.press("action", "submit")


def upload(stage: Stage, person: str, activity: str, files: Sequence[FilePayload]) -> None:
    """Add files to a draft in a browser, and wait until they are in."""
    page = stage.page(person)
    stage.enter(page, activity)
    there = page.locator("[data-region=artefacts] .qf-item").count()
    for number, file in enumerate(files, 1):
        page.set_input_files("#file", file)
        page.locator("[data-region=artefacts] [id^=artefact-].qf-item").nth(
            there + number - 1
        ).wait_for()
    page.close()


def fill_pointers(visitor: Visitor, words: str) -> None:
    """Give each competency one pointer."""
    done: set[str] = set()
    while True:
        for name in visitor.fields():
            if name.startswith("reference.") and name.endswith(".source") and name not in done:
                done.add(name)
                visitor.fill(name, visitor.options(name)[1 + len(done) % 2])
                visitor.fill(name.replace(".source", ".locator"), "Second paragraph")
                visitor.fill(name.replace(".source", ".explanation"), words)
        try:
            visitor.press(f"action#{len(done)}", "add-reference:")
        except LookupError:
            return


def rate(stage: Stage, activity: str, *, weak: int = 0, action: str = "release") -> None:
    """Rate the first open attempt, the first `weak` competencies low, and decide."""
    with client(stage, ASSESSOR, activity) as visitor:
        visitor.press("link", "/attempts/")
        names = list(dict.fromkeys(visitor.fields()))
        rated = [name for name in names if name.startswith(("level.", "task."))]
        criteria = list(dict.fromkeys(name.split(".")[1] for name in rated))
        for name in rated:
            is_weak = criteria.index(name.split(".")[1]) < weak
            level = name.startswith("level.")
            visitor.fill(
                name,
                visitor.options(name)[-1 if is_weak else 0] if level else "2" if is_weak else "5",
            )
        for number, criterion in enumerate(criteria):
            visitor.fill(f"comment.{criterion}", CHANGE if number < weak else PRAISE)
        visitor.fill("comment", "Thank you for showing your work so openly.")
        visitor.press("action", action)
        visitor.press("then", "stay")
