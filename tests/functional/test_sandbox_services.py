"""Line items and memberships of the practice LMS, over real HTTP."""

from collections.abc import Iterator

import pytest

from lti_tool.sandbox.model import Activity, Family
from tests.functional.sandbox_tool import (
    ACTIVITY,
    ASSISTANT,
    COURSE,
    INSTRUCTOR,
    LEARNER,
    LINE_ITEMS_TYPE,
    MEMBERSHIPS_TYPE,
    RESULTS_TYPE,
    Trial,
    running,
)


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


@pytest.fixture
def moodle() -> Iterator[Trial]:
    """A platform that behaves as Moodle does."""
    with running(Family.MOODLE) as trial:
        yield trial


@pytest.fixture(params=list(Family))
def any_trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """A platform of each family."""
    with running(request.param) as trial:
        yield trial


def test_line_items_are_listed_and_filtered(any_trial: Trial) -> None:
    """Each graded activity has a line item; the filters of AGS choose among them."""
    url = f"{any_trial.settings.base_url}/services/{COURSE}/lineitems"
    items = any_trial.tool.get(url, LINE_ITEMS_TYPE).json()

    assert len(items) == 4
    assert items[0]["id"] == any_trial.tool.line_item_url()
    assert items[0]["scoreMaximum"] == 20
    (found,) = any_trial.tool.get(f"{url}?resource_link_id=12", LINE_ITEMS_TYPE).json()
    assert found["resourceLinkId"] == "12"
    assert any_trial.tool.get(f"{url}?tag=none", LINE_ITEMS_TYPE).json() == []


def test_one_line_item_can_be_read(any_trial: Trial) -> None:
    """The address in the launch leads to the line item itself."""
    media_type = "application/vnd.ims.lis.v2.lineitem+json"
    answer = any_trial.tool.get(any_trial.tool.line_item_url(), media_type)

    assert answer.json()["id"] == any_trial.tool.line_item_url()
    assert answer.headers["Content-Type"] == media_type


def test_an_ungraded_activity_has_no_line_item() -> None:
    """An activity without points is in no list, and its launch names no line item."""
    ungraded = Activity(id=ACTIVITY, course_id=COURSE, title="Plain", points=None)
    with running(activities=(ungraded,)) as trial:
        claims = trial.claims()
        url = f"{trial.settings.base_url}/services/{COURSE}/lineitems"
        items = trial.tool.get(url, LINE_ITEMS_TYPE).json()

    endpoint = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert isinstance(endpoint, dict)
    assert "lineitem" not in endpoint
    assert items == []


def test_a_page_of_line_items_has_a_link_to_the_next(trial: Trial) -> None:
    """With a limit the Link header leads on until everything was listed."""
    url = f"{trial.settings.base_url}/services/{COURSE}/lineitems?limit=3"
    first = trial.tool.get(url, LINE_ITEMS_TYPE)
    second = trial.tool.get(first.links["next"]["url"], LINE_ITEMS_TYPE)

    assert (len(first.json()), len(second.json())) == (3, 1)
    assert "Link" not in second.headers


def test_moodle_writes_curly_quotes(moodle: Trial) -> None:
    """Its Link header of line items has curly quotes and &amp;, and only with a limit."""
    url = f"{moodle.settings.base_url}/services/{COURSE}/lineitems?type_id=1"
    all_of_them = moodle.tool.get(url, LINE_ITEMS_TYPE)
    page = moodle.tool.get(f"{url}&limit=1", LINE_ITEMS_TYPE)

    assert "Link" not in all_of_them.headers
    link = page.headers["Link"].encode("latin-1").decode()
    assert link.endswith("; rel=“next”")
    assert "&amp;limit=1" in link


@pytest.mark.parametrize("text", ["-1", "x", "١", "1.5"])
def test_a_limit_is_a_number(trial: Trial, text: str) -> None:
    """Anything but ASCII digits is refused."""
    url = f"{trial.settings.base_url}/services/{COURSE}/lineitems?limit={text}"

    assert trial.tool.get(url, LINE_ITEMS_TYPE).status_code == 400


@pytest.mark.parametrize(
    ("family", "for_accept", "for_content"),
    [(Family.GENERIC, 406, 415), (Family.CANVAS, 406, 415), (Family.MOODLE, 400, 400)],
)
def test_media_types_are_taken_exactly(family: Family, for_accept: int, for_content: int) -> None:
    """application/json is refused in both directions; Moodle always says 400."""
    with running(family) as trial:
        read = trial.tool.get(trial.tool.line_item_url(), "application/json")
        written = trial.tool.post_score(content_type="application/json")

    assert read.status_code == for_accept
    assert written.status_code == for_content


def test_only_moodle_refuses_a_wildcard() -> None:
    """Accept */* is enough for the others."""
    with running() as trial, running(Family.MOODLE) as moodle:
        url, other = trial.tool.line_item_url(), moodle.tool.line_item_url()

        assert trial.tool.get(url, "*/*").status_code == 200
        assert moodle.tool.get(other, "*/*").status_code == 400


def test_a_line_item_of_another_course_is_not_there(trial: Trial) -> None:
    """The course in the address must be the line item's own."""
    url = trial.tool.line_item_url("/results").replace(f"/services/{COURSE}/", "/services/9/")

    assert trial.tool.get(url, RESULTS_TYPE).status_code == 404


def members_of(trial: Trial, query: str = "") -> list[dict[str, object]]:
    """Return the members of the demo's course."""
    url = f"{trial.settings.base_url}/services/{COURSE}/memberships{query}"
    answer = trial.tool.get(url, MEMBERSHIPS_TYPE)
    members: list[dict[str, object]] = answer.json()["members"]
    return members


def test_memberships_list_everybody(trial: Trial) -> None:
    """Six members with their roles, names and addresses."""
    members = {str(member["user_id"]): member for member in members_of(trial)}

    assert set(members) == {"3", "4", "5", "6", "7", "8"}
    assert members[LEARNER]["status"] == "Active"
    assert members[LEARNER]["name"] == "Rosa Delgado"
    assert members["8"]["name"] == "ليلى الحدّاد"
    assert members[LEARNER]["roles"] == [
        "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
    ]


def test_moodles_assistants_are_learners_in_the_list(moodle: Trial) -> None:
    """Roles are short there, and the non-editing teacher is a Learner."""
    roles = {member["user_id"]: member["roles"] for member in members_of(moodle)}

    assert roles[INSTRUCTOR] == ["Instructor"]
    assert roles[ASSISTANT] == ["Learner"]


def test_memberships_by_role_link_and_page(trial: Trial) -> None:
    """A role filters, rlid adds the message of the link, limit makes pages."""
    learner_role = "http://purl.imsglobal.org/vocab/lis/v2/membership%23Learner"
    url = f"{trial.settings.base_url}/services/{COURSE}/memberships?limit=4"
    page = trial.tool.get(url, MEMBERSHIPS_TYPE)

    assert len(members_of(trial, f"?role={learner_role}")) == 3
    assert "message" in members_of(trial, f"?rlid={ACTIVITY}")[0]
    assert len(page.json()["members"]) == 4
    rest = trial.tool.get(page.links["next"]["url"], MEMBERSHIPS_TYPE)
    assert len(rest.json()["members"]) == 2


def test_a_link_of_another_course_is_not_there(trial: Trial) -> None:
    """The rlid must be a link of the course."""
    url = f"{trial.settings.base_url}/services/{COURSE}/memberships?rlid=15"

    assert trial.tool.get(url, MEMBERSHIPS_TYPE).status_code == 404


def test_memberships_respect_privacy(trial: Trial) -> None:
    """An anonymous platform lists ids and roles only."""
    trial.switch(privacy="anonymous")

    assert "name" not in members_of(trial)[0]
    assert "email" not in members_of(trial)[0]
