"""`python -m benchmarks`: run the cases and print what they amount to, and what was aimed at."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click

from benchmarks import bulk, stored
from benchmarks.measuring import Figure, figure_of, measure
from benchmarks.plan import PARTS, Wanted, make_plan
from benchmarks.targets import results_of, table_of

NOTE = """
One process of Python and one of Node.js take turns; pages are WSGI calls without sockets, on
SQLite with synchronous FULL; CPython {python}, {cores} cores. "per second" is by the wall clock,
"CPU us" of all threads of the process that does it, "x peer" compares CPU time in each round."""

_SIZES = " and ".join(f"{size:,}" for size in stored.SIZES)


@click.command()
@click.option(
    "--rounds", default=7, show_default=True, type=click.IntRange(1), help="Turns of each case."
)
@click.option("--most", type=click.IntRange(1), help="Most operations of a turn, for a quick look.")
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="Only this part; may be repeated. All if none is named.",
)
@click.option(
    "--peers/--no-peers",
    "has_peers",
    default=True,
    help="Install what others make under var/ and measure it, or leave out what is not there.",
)
@click.option(
    "--stored",
    "sizes",
    multiple=True,
    type=click.IntRange(1),
    help=f"Awards that are there before one is measured; may be repeated. [default: {_SIZES}]",
)
@click.option(
    "--in-bulk",
    default=bulk.ROWS,
    show_default=True,
    type=click.IntRange(1),
    help="Rows of the file of awards.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the figures to this file.",
)
def main(
    *,
    rounds: int,
    most: int | None,
    parts: Sequence[str],
    has_peers: bool,
    sizes: Sequence[int],
    in_bulk: int,
    json_file: Path | None,
) -> None:
    """Measure pages, awards, credentials and the command line, each beside something known."""
    wanted = Wanted(
        parts=parts or PARTS,
        rounds=rounds,
        has_peers=has_peers,
        stored=sizes or stored.SIZES,
        in_bulk=in_bulk,
    )
    with ExitStack() as stack:
        plan = make_plan(stack, wanted)
        turns = measure(plan.cases, rounds=rounds, most=most)
        last = tuple(plan.last()) if plan.last else ()
    turns = {**turns, **{name: taken for name, _, taken in last}}
    peers = [(one.name, one.peer) for one in plan.cases] + [(name, peer) for name, peer, _ in last]
    figures = [figure_of(name, peer, turns) for name, peer in peers]
    results = results_of(plan.targets, turns)
    click.echo(table(figures))
    if results:
        click.echo(f"\n{table_of(results)}")
    click.echo(NOTE.format(**machine()))
    if plan.missing:
        click.echo(f"Not installed, so left out: {', '.join(plan.missing)}.")
    if json_file is not None:
        document = {
            "machine": machine(),
            "rounds": rounds,
            "figures": [asdict(one) for one in figures],
            "targets": [{**asdict(one), "is_met": one.is_met} for one in results],
            "missing": plan.missing,
        }
        json_file.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as lines of text."""
    head = f"{'':<36}{'per second':>12}{'CPU us':>15}{'x peer':>9}"
    lines = (
        f"{one.name:<36}{_number(one.per_second):>12}{one.cpu_microseconds:>15,.1f}{one.ratio:>9.2f}"
        f"{'' if one.peer == one.name else f'  of {one.peer}'}"
        for one in figures
    )
    return "\n".join((head, *lines))


def _number(per_second: float) -> str:
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.2g}"


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
