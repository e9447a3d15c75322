"""The benchmarks run. How fast anything is, no test says."""

import json
from pathlib import Path

from click.testing import CliRunner

from benchmarks.__main__ import main


def test_every_case_runs_and_is_compared(tmp_path: Path) -> None:
    """One tiny round prints and writes every figure, each beside its peer."""
    path = tmp_path / "figures.json"
    done = CliRunner().invoke(main, ["--rounds", "1", "--most", "1", "--json", str(path)])

    assert done.exit_code == 0, done.output
    document = json.loads(path.read_text("utf-8"))
    figures = {figure["name"]: figure for figure in document["figures"]}
    assert {"bare Flask page", "login", "launch", "award", "status list", "lint"} <= figures.keys()
    for name, figure in figures.items():
        assert name in done.output
        assert figure["peer"] in figures
        assert figure["per_second"] > 0
