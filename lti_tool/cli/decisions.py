"""Commands about decisions."""

import json
from collections import Counter
from uuid import UUID

import click

from badges.trace import outcome_lines, trace_schema
from lti_tool.environment import open_runtime
from lti_tool.services.replaying import (
    Difference,
    DifferenceKind,
    Replay,
    replay_all,
    replay_stored,
)

WORDS = {
    DifferenceKind.INPUTS_CHANGED: "The stored inputs do not have their hash: they were changed.",
    DifferenceKind.TRACE_CHANGED: "The stored trace does not have its hash: it was changed.",
    DifferenceKind.DEFINITION_MISSING: "The definition that it was decided by is not stored.",
    DifferenceKind.DEFINITION_CHANGED: "The stored definition does not have its hash.",
    DifferenceKind.OTHER_DEFINITION: "The inputs name another definition than the decision.",
    DifferenceKind.UNREADABLE: "Inputs, trace and definition cannot be read together.",
    DifferenceKind.SEATS: "{place}: the assessors' ratings amount to something else.",
    DifferenceKind.TRACE: "{place}: stored {stored}, now {replayed}.",
    DifferenceKind.VERDICT: "The verdict was {stored}, and would be {replayed}.",
}


@click.group()
def decisions() -> None:
    """Look after decisions."""


@decisions.command("replay")
@click.argument("id_", metavar="[ID]", required=False, type=click.UUID)
@click.option("--all", "is_all", is_flag=True, help="Check every stored decision.")
def replay(id_: UUID | None, *, is_all: bool) -> None:
    """Judge a decision again from what is stored, by its ID or its attempt's.

    Says why it was decided, and exits 0 only if the same comes out.
    """
    if is_all == (id_ is not None):
        raise click.UsageError("give an ID, or --all")
    here = open_runtime()
    with here.reading() as session:
        if id_ is None:
            counted = Counter(_show_differences(one) for one in replay_all(session))
            is_same = not counted[False]
            click.echo(f"{counted.total()} decisions: {counted[True]} the same, ", nl=False)
            click.echo(f"{counted[False]} different.")
        else:
            # Every one of them is shown, also behind one that differs.
            shown = [_show(one) for one in replay_stored(session, id_)]
            is_same = all(shown)
    if not is_same:
        raise click.exceptions.Exit(1)


@decisions.command("schema")
def schema() -> None:
    """Print the JSON Schema of the trace that every decision carries."""
    click.echo(json.dumps(trace_schema(), ensure_ascii=False, indent=2))


def _show(one: Replay) -> bool:
    decision = one.decision
    click.echo(f"Decision {decision.id} on attempt {decision.attempt_id}: {decision.verdict}")
    if one.judgement is not None:
        for line in outcome_lines(one.judgement.outcome, one.judgement.definition):
            click.echo(f"  {line}")
    if not one.differences:
        click.echo("  The same comes out.")
    return _show_differences(one)


def _show_differences(one: Replay) -> bool:
    """Print what differs; return whether nothing does."""
    for difference in one.differences:
        click.echo(f"{one.decision.id}  {_words(difference)}")
    return not one.differences


def _words(difference: Difference) -> str:
    return WORDS[difference.kind].format(
        place=difference.place, stored=difference.stored, replayed=difference.replayed
    )
