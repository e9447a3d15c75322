import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti.roles import is_test_user, parse_roles
from lti_tool.values import Role
from tests.unit.lti_tool.lti.factories import MEMBERSHIP

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"


@pytest.mark.parametrize(
    ("uri", "role"),
    [
        (f"{MEMBERSHIP}#Learner", Role.LEARNER),
        (f"{MEMBERSHIP}/Learner#NonCreditLearner", Role.LEARNER),
        (f"{MEMBERSHIP}/Learner#Instructor", Role.LEARNER),
        ("Learner", Role.LEARNER),
        (f"{MEMBERSHIP}#Instructor", Role.INSTRUCTOR),
        (f"{MEMBERSHIP}/Instructor#TeachingAssistant", Role.INSTRUCTOR),
        (f"{MEMBERSHIP}/Instructor#Grader", Role.INSTRUCTOR),
        (f"{MEMBERSHIP}/Instructor#GuestInstructor", Role.INSTRUCTOR),
        (f"{MEMBERSHIP}#TeachingAssistant", Role.INSTRUCTOR),
        ("Instructor", Role.INSTRUCTOR),
        (f"{MEMBERSHIP}#Administrator", Role.ADMINISTRATOR),
        (f"{MEMBERSHIP}/Administrator#Support", Role.ADMINISTRATOR),
        (f"{MEMBERSHIP}#ContentDeveloper", Role.ADMINISTRATOR),
        (f"{MEMBERSHIP}#Mentor", Role.OTHER),
        (f"{MEMBERSHIP}#Member", Role.OTHER),
    ],
)
def test_a_membership_role_is_read_by_its_principal(uri: str, role: Role) -> None:
    """What counts is the principal, whatever the sub-role is called."""
    assert parse_roles([uri]) == {role}


@pytest.mark.parametrize(
    "uri",
    [
        "",
        f"{LIS}institution/person#Instructor",
        f"{LIS}institution/person#Administrator",
        f"{LIS}system/person#Administrator",
        f"{LIS}system/person#SysAdmin",
        f"{LIS}person#Administrator",
        "urn:lti:role:ims/lis/Instructor",
        f"{MEMBERSHIP}",
        f"{MEMBERSHIP}#",
        f"{MEMBERSHIP}/",
        f"{MEMBERSHIP}Instructor",
        f"{MEMBERSHIP}s#Instructor",
        f"{MEMBERSHIP}#instructor",
        f"{MEMBERSHIP}//Instructor#x",
        f"{MEMBERSHIP}/Instructor/Learner#x",
        f"x{MEMBERSHIP}#Instructor",
        f"{MEMBERSHIP}#Instructor ",
        "https://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        "Administrator#Instructor",
    ],
)
def test_no_other_role_authorises(uri: str) -> None:
    """Institution, system, old, unknown and nearly right roles open nothing."""
    assert parse_roles([uri]) == {Role.OTHER}


def test_no_role_is_other() -> None:
    """An empty array is legal, and means nothing."""
    assert parse_roles([]) == {Role.OTHER}


def test_a_moodle_administrator_is_what_the_course_says() -> None:
    """Beside membership roles, the others are as if they were not there."""
    roles = [f"{LIS}institution/person#Administrator", f"{MEMBERSHIP}#Instructor"]

    assert parse_roles(roles) == {Role.INSTRUCTOR}


def test_several_membership_roles_all_count() -> None:
    """Somebody may be learner and teaching assistant of one course."""
    roles = [f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}/Instructor#TeachingAssistant"]

    assert parse_roles(roles) == {Role.LEARNER, Role.INSTRUCTOR}


def test_a_test_user_is_marked_and_stays_a_learner() -> None:
    """Canvas's Student View is a learner for whom nothing may be issued."""
    roles = [f"{MEMBERSHIP}#Learner", TEST_USER]

    assert is_test_user(roles)
    assert parse_roles(roles) == {Role.LEARNER}
    assert not is_test_user(roles[:1])


@given(st.lists(st.text()))
def test_arbitrary_text_never_authorises(uris: list[str]) -> None:
    """Only the few known names and URIs amount to anything."""
    known = {"Learner", "Instructor", "TeachingAssistant", "Administrator", "ContentDeveloper"}

    if known.isdisjoint(uris):
        assert parse_roles(uris) == {Role.OTHER}


@given(st.permutations([f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}#Mentor", "x", "Instructor"]))
def test_the_order_of_roles_is_irrelevant(uris: list[str]) -> None:
    """Roles are a set."""
    assert parse_roles(uris) == {Role.LEARNER, Role.INSTRUCTOR}
