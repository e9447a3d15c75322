"""The pages of the practice LMS, over real HTTP."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import requests

from lti_tool.sandbox.model import Family, Person
from lti_tool.sandbox.state import insert_person
from tests.functional.sandbox_tool import (
    ACTIVITY,
    ASSISTANT,
    COURSE,
    FRAME,
    INSTRUCTOR,
    LEARNER,
    LTI,
    OTHER_LEARNER,
    Trial,
    running,
)

COURSE_PAGE = f"/courses/{COURSE}"
GRADES = f"{COURSE_PAGE}/grades"
CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


class _Outline(HTMLParser):
    """Collects what every page must have, and must not have."""

    def __init__(self) -> None:
        super().__init__()
        self.headings = 0
        self.ids: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count headings and ids, and note inline scripts and styles."""
        names = dict(attrs)
        self.headings += tag == "h1"
        if names.get("id"):
            self.ids.append(str(names["id"]))
        if tag == "style" or (tag == "script" and "src" not in names):
            self.inline.append(tag)
        self.inline += [name for name in names if name.startswith("on") or name == "style"]


@pytest.mark.parametrize(
    ("person_id", "path"),
    [
        ("", "/"),
        (INSTRUCTOR, "/"),
        (INSTRUCTOR, COURSE_PAGE),
        (LEARNER, COURSE_PAGE),
        (INSTRUCTOR, GRADES),
        (LEARNER, GRADES),
        (LEARNER, f"/activities/{ACTIVITY}"),
        (INSTRUCTOR, f"/activities/{ACTIVITY}/learners/{LEARNER}"),
        (INSTRUCTOR, f"{COURSE_PAGE}/choose"),
        (INSTRUCTOR, "/courses/none"),
    ],
)
def test_every_page_is_well_made(trial: Trial, person_id: str, path: str) -> None:
    """One h1, unique ids, nothing inline, a strict policy, and the words that say what this is."""
    page = trial.visitor(person_id).get(path)
    outline = _Outline()
    outline.feed(page.text)

    assert outline.headings == 1
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.inline == []
    assert "— for trying Quatrefoil; not a real course" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert f"frame-src 'self' {trial.settings.tool.origin};" in policy


def test_a_stranger_is_sent_to_the_start_page(trial: Trial) -> None:
    """Every page of a course asks to continue as somebody first."""
    for path in (COURSE_PAGE, GRADES, f"/activities/{ACTIVITY}", FRAME):
        page = trial.visitor().get(path)
        assert "Who would you like to be?" in page.text


def test_everybody_can_be_continued_as(trial: Trial) -> None:
    """The start page offers every person, long and right-to-left names included."""
    page = trial.visitor().get("/")

    assert len(re.findall(r"Continue as <bdi>", page.text)) == 6
    assert "<bdi>ليلى الحدّاد</bdi>" in page.text


def test_a_person_can_be_changed_in_place(trial: Trial) -> None:
    """Continuing as somebody else leads back to the page one was on."""
    visitor = trial.visitor(INSTRUCTOR)
    page = visitor.post("/sign-in", person_id=LEARNER, next=GRADES)

    assert page.url.endswith(GRADES)
    assert "My grades" in page.text


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(trial: Trial, target: str) -> None:
    """A target on another site is ignored."""
    page = trial.visitor().post("/sign-in", person_id=LEARNER, next=target)

    assert page.url == f"{trial.settings.base_url}/"


def test_signing_out_ends_the_session(trial: Trial) -> None:
    """After it the visitor is nobody."""
    visitor = trial.visitor(LEARNER)

    assert "Who would you like to be?" in visitor.post("/sign-out").text


def test_an_activity_frames_the_tool_from_another_origin(trial: Trial) -> None:
    """The frame allows full screen and media to the tool, and has no sandbox."""
    page = trial.visitor(LEARNER).get(f"/activities/{ACTIVITY}").text

    frame = re.search(r'<iframe class="tool"[^>]*>', page)
    assert frame is not None
    assert f'src="{FRAME}"' in frame[0]
    assert f"fullscreen {trial.settings.tool.origin}" in frame[0]
    assert "sandbox" not in frame[0]


def test_an_activity_opens_in_a_new_window(trial: Trial) -> None:
    """A launch in a window says so, and comes from a page that has no frame."""
    claims = trial.claims(path=f"/activities/{ACTIVITY}/launch/window")
    presentation = claims[f"{LTI}launch_presentation"]
    assert isinstance(presentation, dict)
    assert presentation["document_target"] == "window"

    teacher = trial.visitor(INSTRUCTOR)
    page = teacher.post(
        f"{COURSE_PAGE}/activities", title="In a window", points="5", in_window="on"
    )
    assert 'class="tool"' not in page.text
    assert 'rel="opener"' in page.text


def test_an_activity_is_added_and_copied(trial: Trial) -> None:
    """A copy is another link with the same custom parameters."""
    teacher = trial.visitor(INSTRUCTOR)
    added = teacher.post(f"{COURSE_PAGE}/activities", title="Reflection", points="").url
    number = added.rpartition("/")[2]
    page = teacher.post(f"/activities/{number}/copy").text

    assert "Reflection (copy)" in page
    assert "Not graded" in page
    assert trial.control("GET", "/results").json() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "", "points": "5"},
        {"title": "x", "points": "five"},
        {"title": "x", "points": "0"},
        {"title": "x", "points": "NaN"},
        {"title": "x", "points": "10001"},
    ],
)
def test_an_activity_is_not_added_from_nonsense(trial: Trial, fields: dict[str, str]) -> None:
    """A title is needed, and points are a number that makes sense."""
    page = trial.visitor(INSTRUCTOR).post(f"{COURSE_PAGE}/activities", **fields)

    assert page.status_code == 400


def test_a_course_is_copied_with_its_history(trial: Trial) -> None:
    """The copy has the same people and activities, and its launches name the course it was."""
    page = trial.visitor(INSTRUCTOR).post(f"{COURSE_PAGE}/copy")
    (path,) = set(re.findall(r'<h3><a href="(/activities/\d+)">Co-creating', page.text))
    claims = trial.claims(LEARNER, f"{path}/launch/frame")
    context, custom = claims[f"{LTI}context"], claims[f"{LTI}custom"]

    assert isinstance(context, dict)
    assert isinstance(custom, dict)
    assert context["id"] == page.url.rpartition("/")[2]
    assert custom["context_id_history"] == COURSE


@pytest.mark.parametrize("person_id", [LEARNER, ASSISTANT])
@pytest.mark.parametrize(
    "path", [f"{COURSE_PAGE}/activities", f"{COURSE_PAGE}/copy", f"/activities/{ACTIVITY}/copy"]
)
def test_only_an_instructor_changes_a_course(trial: Trial, person_id: str, path: str) -> None:
    """Learners and assistants are refused."""
    assert trial.visitor(person_id).post(path, title="x").status_code == 403


def test_the_gradebook_shows_scores_states_and_links(trial: Trial) -> None:
    """A teacher sees everybody's score, state and comment, with addresses as links."""
    trial.tool.post_score({"comment": "Earned <b>now</b>: http://localhost/c/1."})
    trial.tool.post_score(
        {"userId": OTHER_LEARNER, "gradingProgress": "PendingManual", "scoreGiven": None}
    )
    page = trial.visitor(INSTRUCTOR).get(GRADES).text

    assert "16<span" in page
    assert "Graded" in page
    assert "Needs grading" in page
    assert '<a href="http://localhost/c/1" target="_blank" rel="noopener">' in page
    assert "Earned &lt;b&gt;now&lt;/b&gt;" in page


def test_a_learner_sees_only_their_own_grades(trial: Trial) -> None:
    """Another learner's name and comment are on no page of theirs."""
    trial.tool.post_score({"comment": "For Rosa alone"})

    assert "For Rosa alone" in trial.visitor(LEARNER).get(GRADES).text
    assert "For Rosa alone" not in trial.visitor(OTHER_LEARNER).get(GRADES).text


def test_the_gradebook_opens_a_submission_review(trial: Trial) -> None:
    """From the gradebook one learner's work is opened, and the message says whose."""
    claims = trial.claims(INSTRUCTOR, f"/activities/{ACTIVITY}/learners/{LEARNER}/launch")

    assert claims[f"{LTI}message_type"] == "LtiSubmissionReviewRequest"
    assert claims[f"{LTI}for_user"] == {"user_id": LEARNER}


def test_only_moodle_signs_a_review_of_somebody_elses_work() -> None:
    """A learner can make Moodle sign a review of another learner's work, as seen in 4.5."""
    path = f"/activities/{ACTIVITY}/learners/{OTHER_LEARNER}/launch"
    with running() as trial, running(Family.MOODLE) as moodle:
        assert trial.visitor(LEARNER).get(path).status_code == 403
        forged = moodle.claims(LEARNER, path)

    assert forged["sub"] == LEARNER
    assert forged[f"{LTI}for_user"] == {"user_id": OTHER_LEARNER}


def test_canvas_opens_the_address_that_came_with_the_score() -> None:
    """It is launched as a plain resource link, with the id of another link."""
    path = f"/activities/{ACTIVITY}/learners/{LEARNER}/launch"
    with running(Family.CANVAS) as canvas:
        assert canvas.visitor(INSTRUCTOR).get(path).status_code == 404
        url = f"{canvas.settings.tool.launch_url}?r=7c1b"
        submission = {"submission_type": "basic_lti_launch", "submission_data": url}
        canvas.tool.post_score({CANVAS_SUBMISSION: submission})
        wrong = canvas.claims(INSTRUCTOR, path)
        canvas.switch(has_wrong_resource_link=False)
        right = canvas.claims(INSTRUCTOR, path)

    assert wrong[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    assert wrong[f"{LTI}target_link_uri"] == url
    links = [claims[f"{LTI}resource_link"] for claims in (wrong, right)]
    assert [link["id"] for link in links if isinstance(link, dict)] == [COURSE, ACTIVITY]


def test_coming_back_shows_what_the_tool_says(trial: Trial) -> None:
    """The messages of the return address stand on the page, as text."""
    page = trial.visitor(LEARNER).get(f"{COURSE_PAGE}/return?lti_errormsg=<i>No</i>&lti_msg=Yes")

    assert "&lt;i&gt;No&lt;/i&gt;" in page.text
    assert "Yes" in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/sign-in", 405), ("/courses/9x", 404), ("/activities/99", 404)],
)
def test_what_is_not_there_is_said_calmly(trial: Trial, path: str, status: int) -> None:
    """A wrong address is a page of the LMS, with the way back."""
    page = trial.visitor(LEARNER).get(path)

    assert page.status_code == status
    assert "Go to the start page" in page.text


@pytest.mark.parametrize(("path", "status"), [("/services/2/none", 404), ("/lti/token", 405)])
def test_programs_are_answered_in_json(trial: Trial, path: str, status: int) -> None:
    """A wrong address of a service is JSON."""
    answer = trial.visitor().get(path)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_who_is_in_no_course_opens_none(trial: Trial) -> None:
    """A person without courses has an empty home, and no activity is theirs."""
    with trial.server.app.extensions["practice_lms"].state.transaction() as db:
        insert_person(db, Person(id="42", given_name="Ada", family_name="Newcomer"))
    visitor = trial.visitor("42")

    assert "You are in no course." in visitor.get("/").text
    for path in (COURSE_PAGE, GRADES, f"/activities/{ACTIVITY}", FRAME):
        assert visitor.get(path).status_code == 403


def test_nobody_can_be_invented(trial: Trial) -> None:
    """Continuing as a person who is not there is refused."""
    assert trial.visitor().post("/sign-in", person_id="99").status_code == 404


def test_another_host_name_is_refused(trial: Trial) -> None:
    """A name that is made to lead to loopback opens neither pages nor the switchboard."""
    for path in ("/", "/control"):
        url = f"{trial.settings.base_url}{path}"
        answer = requests.get(url, headers={"Host": "rebound.example"}, timeout=30)
        assert answer.status_code == 400


def test_the_switchboard_wants_json(trial: Trial) -> None:
    """A form of another site's page changes nothing."""
    url = f"{trial.settings.base_url}/control/failures"
    answer = requests.post(url, data='{"kind": "drop"}', timeout=30)

    assert answer.status_code == 400
    assert trial.control("GET", "").json()["failures"] == []


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/switches", {"unknown": 1}),
        ("/switches", {"login_method": "PUT"}),
        ("/switches", {"storage": "sometimes"}),
        ("/switches", {"id_token_seconds": "60"}),
        ("/switches", {"has_short_roles": 1}),
        ("/switches", [1]),
        ("/flaws", [1]),
        ("/failures", {"service": "pages"}),
        ("/failures", {"status": 999}),
        ("/failures", {"seconds": 99_999}),
        ("/failures", {"for_seconds": -1}),
        ("/failures", {"until": "soon"}),
        ("/failures", {"until": "2026-11-21T09:00:00"}),
        ("/failures", ["drop"]),
        ("/flaws", {"claims": []}),
        ("/flaws", {"is_tampered": "yes"}),
        ("/flaws", "x"),
        (f"/results/{ACTIVITY}/{LEARNER}", {"score": "3"}),
        (f"/results/{ACTIVITY}/{LEARNER}", {"score": True}),
    ],
)
def test_the_switchboard_refuses_nonsense(trial: Trial, path: str, document: object) -> None:
    """What is unknown or of another kind is named, and nothing changes."""
    method = {"/switches": "PATCH", "/failures": "POST"}.get(path, "PUT")
    before = trial.control("GET", "").json()
    answer = trial.control(method, path, document)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert trial.control("GET", "").json() == before
