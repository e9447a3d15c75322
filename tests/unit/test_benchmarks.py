"""The benchmarks run. How fast anything is, no test says."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.measuring import Turn
from benchmarks.targets import at_least, at_most, results_of, table_of

SEEN = {
    "tool": {"bare Flask page", "login", "launch", "award", "status list", "lint"},
    "decisions": {"decision by tasks", "decision, 32 criteria"},
    "credentials": {"DI issue", "DI verify", "RS256 sign", "revoke, 1,048,576", "bake PNG"},
    "cold": {"quatrefoil verify FILE, cold", "python -c pass"},
    "stored": {"award, 3 stored", "award, 70 stored"},
    "bulk": {"bulk award, SQLite", "bulk award, one of many, SQLite", "its VC-JWT, SQLite"},
}
QUICK = ("--rounds=1", "--most=1", "--no-peers", "--stored=3", "--stored=70", "--in-bulk=2")


Run = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What a run of one part writes without installing anything, once it has printed it."""

    @cache
    def run_once(part: str) -> dict[str, Any]:
        path = tmp_path_factory.mktemp("bench") / "figures.json"
        done = CliRunner().invoke(main, [*QUICK, "--json", str(path), "--part", part])
        assert done.exit_code == 0, done.output
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        assert all(figure["name"] in done.output for figure in document["figures"])
        return document

    return run_once


@pytest.mark.slow
@pytest.mark.parametrize("part", SEEN)
def test_every_case_runs_and_is_compared(part: str, run: Run) -> None:
    """One tiny round prints and writes every figure, each beside its peer."""
    figures = {figure["name"]: figure for figure in run(part)["figures"]}
    assert SEEN[part] <= figures.keys()
    for figure in figures.values():
        assert figure["peer"] in figures
        assert figure["per_second"] > 0


@pytest.mark.slow
def test_a_target_without_its_peer_is_neither_met_nor_missed(run: Run) -> None:
    """What was not installed is no success; the others have a figure."""
    targets = run("credentials")["targets"]

    said = {one["target"]["peer"]: (one["value"], one["is_met"]) for one in targets}
    assert said["@digitalbazaar/vc issue"] == (None, None)
    assert said["openbadgeslib issue"][0] > 0


def test_a_ratio_is_taken_within_each_round() -> None:
    """A slow minute of the machine is in both figures of a round; the clock is as told."""
    turns = {
        "own": [Turn(1, 1), Turn(10, 10), Turn(1, 1)],
        "other": [Turn(6, 3), Turn(60, 30), Turn(2, 4)],
    }
    targets = (
        at_least("a", "own", 3, "other"),
        at_least("a", "own", 3.5, "other"),
        at_least("a", "own", 6, "other", by_wall=True),
        at_most("a", "other", 2.9, "own"),
        at_most("a", "own", 1),
        at_most("a", "own", 0.9),
        at_least("a", "own", 3, "nobody"),
    )

    results = results_of(targets, turns)
    assert [one.value for one in results] == [3, 3, 6, 3, 1, 1, None]
    assert [one.is_met for one in results] == [True, False, True, False, True, False, None]
    assert table_of(results).count("| no |") == 3
