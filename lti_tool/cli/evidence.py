"""Commands about the evidence behind badges, for when somebody asks an operator."""

import csv
import sys
from uuid import UUID

import click

from lti_tool.cli.awards import parse_credential_id
from lti_tool.environment import open_runtime
from lti_tool.services.evidence import artefact_kind
from lti_tool.services.evidence_removal import erase, find_behind, get_piece
from lti_tool.services.evidence_removal import withhold as withhold_piece


@click.group()
def evidence() -> None:
    """Look after what learners handed in for badges that they hold."""


@evidence.command("list")
@click.argument("credential")
def list_pieces(credential: str) -> None:
    """Print as CSV the files and links behind a CREDENTIAL, given by its id or its URL."""
    here = open_runtime()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("piece", "kind", "state", "people", "shown", "title"))
    with here.reading() as session:
        behind = find_behind(session, parse_credential_id(credential))
        shown = behind.shown if behind.is_open else frozenset()
        for row in behind.artefacts:
            is_shown = "yes" if str(row.id) in shown else "no"
            kind = artefact_kind(row)
            writer.writerow((row.id, kind, row.state, row.people, is_shown, row.title))


@evidence.command("withhold")
@click.argument("credential")
@click.argument("piece", type=click.UUID)
def withhold(credential: str, piece: UUID) -> None:
    """Take a PIECE off the evidence page for good: somebody in it no longer agrees."""
    here = open_runtime()
    with here.writing() as session:
        behind = find_behind(session, parse_credential_id(credential))
        withhold_piece(
            session,
            behind,
            get_piece(behind, piece),
            action="evidence.withheld",
            clock=here.clock,
            new_id=here.new_id,
        )
    click.echo(f"{piece} is shown to nobody but assessors any more.")


@evidence.command("remove")
@click.argument("credential")
@click.argument("piece", type=click.UUID)
@click.confirmation_option(prompt="Delete it for good?", help="Do not ask.")
def remove(credential: str, piece: UUID) -> None:
    """Delete a PIECE for good, whatever the program keeps. The badge stands.

    Its page says what kind of thing was removed and when. The worker deletes the bytes.
    """
    here = open_runtime()
    with here.writing() as session:
        behind = find_behind(session, parse_credential_id(credential))
        erase(
            session,
            behind,
            get_piece(behind, piece),
            action="evidence.removed",
            clock=here.clock,
            new_id=here.new_id,
        )
    click.echo(f"{piece} is removed; the worker deletes its bytes within a minute.")
