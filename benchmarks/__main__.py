"""`python -m benchmarks`: run all cases and print what they amount to."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from benchmarks import awards, linting, rules, web
from benchmarks.installation import an_installation
from benchmarks.measuring import Figure, measure

NOTE = """
In this process, as WSGI calls without sockets, on SQLite with synchronous FULL; CPython {python},
{cores} cores. "per second" is by the wall clock. "x peer" compares CPU time: pages, launch,
award and linter with a bare Flask page, signatures with the raw ones of the same key, and
decisions of many criteria with the smallest."""


@click.command()
@click.option(
    "--rounds", default=7, show_default=True, type=click.IntRange(1), help="Turns of each case."
)
@click.option("--most", type=click.IntRange(1), help="Most operations of a turn, for a quick look.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the figures to this file.",
)
def main(*, rounds: int, most: int | None, json_file: Path | None) -> None:
    """Measure launch, award, pages, signatures and the linter, each beside something known."""
    needed = awards.AWARDS * (rounds + 1) + len(("the first badge", "the scoring page"))
    with an_installation(learners=needed) as here:
        served = (*web.make_cases(here), *awards.make_cases(here))
        cases = [*served, *rules.make_cases(), *linting.make_cases()]
        figures = measure(cases, rounds=rounds, most=most)
    click.echo(table(figures))
    click.echo(NOTE.format(**machine()))
    if json_file is not None:
        document = {
            "machine": machine(),
            "rounds": rounds,
            "figures": [asdict(figure) for figure in figures],
        }
        json_file.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as lines of text."""
    head = f"{'':<24}{'per second':>12}{'CPU us':>10}{'x peer':>9}"
    lines = (
        f"{one.name:<24}{one.per_second:>12,.0f}{one.cpu_microseconds:>10,.0f}{one.ratio:>9.1f}"
        for one in figures
    )
    return "\n".join((head, *lines))


def machine() -> dict[str, object]:
    """Return what the figures were taken on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
    }


if __name__ == "__main__":
    main()
