"""Launches that were begun, and the hints they travel in."""

from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.sandbox.errors import TokenInvalidError
from lti_tool.sandbox.launches import begin_launch, get_launch, message_hint, take_launch
from lti_tool.sandbox.model import Family, Launch
from lti_tool.sandbox.state import State

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LAUNCH = Launch(
    id="abc", person_id="6", course_id="2", activity_id="11", target_link_uri="u", created_at=NOW
)


@pytest.fixture
def state() -> State:
    """A state that knows one launch."""
    state = State(None)
    with state.transaction() as db:
        begin_launch(db, LAUNCH)
    return state


@pytest.mark.parametrize("family", list(Family))
def test_a_launch_comes_back_as_it_was_and_once(state: State, family: Family) -> None:
    """The hint leads to the very launch, the first time only."""
    hint = message_hint(family, LAUNCH)
    with state.transaction() as db:
        assert take_launch(db, family, hint, NOW) == LAUNCH
        with pytest.raises(TokenInvalidError):
            take_launch(db, family, hint, NOW)
    state.close()


@pytest.mark.parametrize(
    ("family", "hint"),
    [
        (Family.GENERIC, ""),
        (Family.GENERIC, "ABC"),
        (Family.MOODLE, "abc"),
        (Family.MOODLE, "[]"),
        (Family.MOODLE, "[" * 9999),
        (Family.MOODLE, '{"launchid": null}'),
        (Family.MOODLE, '{"launchid": "abc", "cmid": "11"}'),
        (Family.MOODLE, '{"cmid":"11","launchid":"abc"}'),
    ],
)
def test_a_hint_comes_back_letter_by_letter(state: State, family: Family, hint: str) -> None:
    """A hint that was changed, even in its spaces, is refused."""
    with state.transaction() as db, pytest.raises(TokenInvalidError):
        take_launch(db, family, hint, NOW)
    state.close()


def test_a_launch_lives_for_ten_minutes(state: State) -> None:
    """Just before the end it is there, then it is not."""
    with state.transaction() as db:
        assert get_launch(db, "abc", NOW + timedelta(seconds=599)) == LAUNCH
        with pytest.raises(TokenInvalidError):
            get_launch(db, "abc", NOW + timedelta(seconds=600))
    state.close()
