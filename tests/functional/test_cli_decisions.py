"""`quatrefoil decisions replay`: what was decided, judged again."""

import json
from dataclasses import dataclass

import pytest

from lti_tool.store.rows import DecisionRow
from tests.scenes import a_decision, a_scene, some_levels
from tests.terminals import Terminal


@dataclass(frozen=True)
class Decided:
    """A terminal whose installation has decided on two attempts."""

    terminal: Terminal
    first: DecisionRow
    second: DecisionRow


@pytest.fixture
def decided(installed: Terminal) -> Decided:
    """One awarded, one not."""
    with installed.database().writing() as session:
        scene = a_scene(session, slug="scene", learners=2)
        first = a_decision(session, scene, scene.works[0], *some_levels(3, 3, 3, 3))
        second = a_decision(
            session, scene, scene.works[1], *some_levels(5, 5, 5, 1), verdict="not_awarded"
        )
    return Decided(installed, first, second)


def test_a_decision_is_told_and_the_same(decided: Decided) -> None:
    """By its own id and by the attempt's."""
    said = decided.terminal.do("decisions", "replay", str(decided.second.id))

    assert said.splitlines() == [
        f"Decision {decided.second.id} on attempt {decided.second.attempt_id}: not_awarded",
        "  holds: All competencies together reach 12 points or more.",
        "    asked for 12, found 16",
        "  does not hold: Every competency is rated 3 points or higher.",
        "    asked for 4, found 3",
        "    too low: D",
        "  The same comes out.",
    ]
    assert said == decided.terminal.do("decisions", "replay", str(decided.second.attempt_id))


def test_all_decisions_are_counted(decided: Decided) -> None:
    """Without a word on those that are the same."""
    said = decided.terminal.do("decisions", "replay", "--all")

    assert said == "2 decisions: 2 the same, 0 different.\n"


def test_every_difference_is_printed(decided: Decided) -> None:
    """With exit code 1, for one and for all; the others are still checked."""
    trace = json.loads(decided.first.trace)
    trace["outcome"]["conditions"][0]["found"] = "13"
    with decided.terminal.database().writing() as session:
        row = session.get_one(DecisionRow, decided.first.id)
        row.verdict, row.trace = "not_awarded", json.dumps(trace).encode()
    id_ = decided.first.id
    words = [
        f"{id_}  The stored trace does not have its hash: it was changed.",
        f'{id_}  outcome/conditions/0/found: stored "13", now "12".',
        f"{id_}  The verdict was not_awarded, and would be awarded.",
    ]

    one = decided.terminal.run("decisions", "replay", str(id_))
    every = decided.terminal.run("decisions", "replay", "--all")

    assert (one.exit_code, one.output.splitlines()[-3:]) == (1, words)
    assert every.exit_code == 1
    assert every.output.splitlines() == [*words, "2 decisions: 1 the same, 1 different."]
