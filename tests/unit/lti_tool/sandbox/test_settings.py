"""What the caller decides about a practice LMS."""

import pytest

from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.errors import SettingsError
from lti_tool.sandbox.model import Activity, Course, CourseRole
from lti_tool.sandbox.settings import PlatformSettings, Tool, host_of

TOOL = Tool.at("http://localhost:8100")


@pytest.mark.parametrize(
    "url", ["", "localhost", "http://localhost/", "ftp://localhost", "http://a@localhost"]
)
def test_a_base_url_is_an_origin(url: str) -> None:
    """No path, no user, no other scheme."""
    with pytest.raises(SettingsError):
        PlatformSettings(base_url=url, tool=TOOL)


def test_nothing_hangs_in_the_air() -> None:
    """Members must be people, activities must be in a course."""
    stranger = Course(id="1", label="c", title="c", members={"9": CourseRole.LEARNER})
    lost = Activity(id="1", course_id="9", title="a")

    with pytest.raises(SettingsError):
        PlatformSettings(base_url="http://127.0.0.1:1", tool=TOOL, courses=(stranger,))
    with pytest.raises(SettingsError):
        PlatformSettings(base_url="http://127.0.0.1:1", tool=TOOL, activities=(lost,))


def test_the_demo_has_its_people_and_courses() -> None:
    """One instructor, two assessors, three learners; two courses; a name that is long."""
    settings = demo_settings(base_url="http://127.0.0.1:1", tool_url="http://localhost:2")
    roles = sorted(settings.courses[0].members.values())

    assert len(settings.courses) == 2
    assert roles == sorted(["instructor", "assistant", "assistant", *["learner"] * 3])
    assert max(len(person.name) for person in settings.people) > 60
    assert settings.tool.origin == "http://localhost:2"
    assert host_of(settings.base_url) == "127.0.0.1"


def test_the_demo_takes_other_activities() -> None:
    """The caller may bring its own."""
    own = Activity(id="1", course_id="2", title="Own")
    settings = demo_settings(
        base_url="http://127.0.0.1:1", tool_url="http://localhost:2", activities=[own]
    )

    assert settings.activities == (own,)
