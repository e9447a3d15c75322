"""`quatrefoil awards foreign`: what an operator sees of credentials of other issuers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from lti_tool.environment import open_runtime
from tests.conftest import FakeClock
from tests.foreign import College, a_college
from tests.terminals import Terminal
from tests.towns import Town, a_town


@pytest.fixture
def college() -> Iterator[College]:
    """An issuer elsewhere."""
    with a_college(FakeClock(datetime.now(UTC) - timedelta(hours=2))) as made:
        yield made


@pytest.fixture
def town(terminal: Terminal, college: College) -> Town:
    """An installation where its badge counts as one of two."""
    terminal.write_settings()
    terminal.do("migrate")
    runtime = replace(open_runtime(), clock=college.clock, wake=lambda: None)
    return a_town(runtime, college)


def test_they_are_listed_and_verified(town: Town, terminal: Terminal) -> None:
    """With what came of it; a host that nothing lets through is not asked, and takes nothing."""
    assert "0 credentials" in terminal.do("awards", "foreign", "list")
    found = town.hand_in()
    waiting = replace(town, ladder=town.ladder.for_another()).hand_in(
        town.college.signed(number=2, address="")
    )

    listed = terminal.do("awards", "foreign", "list")
    assert f"{found.id}  accepted   valid on" in listed
    assert f"{waiting.id}  waiting    valid on" in listed
    assert "Listening of The College, as Two of The Stack" in listed
    asked = len(town.college.asked)
    checked = terminal.do("awards", "foreign", "check")
    assert "1 verified" in checked
    assert f"{found.id}  accepted   unreachable on" in checked
    assert "failing since" in checked
    assert len(town.college.asked) == asked
    assert "0 verified" in terminal.do("awards", "foreign", "check", str(waiting.id))
    assert "not here" in terminal.fail("awards", "foreign", "check", str(uuid4()))
