"""Commands about signing keys. No command prints a private half."""

import click

from lti_tool.environment import open_runtime
from lti_tool.services import rotating

ROW = "{:<16} {:<14} {:<7} {:<11} {:<16} {}"
PURPOSES = click.Choice(["data_integrity", "jwt"])
INSTANT = "%Y-%m-%d %H:%M"


@click.group()
def keys() -> None:
    """Make and look after signing keys."""


@keys.command("init")
def init() -> None:
    """Make the keys that are missing: the tool's, and each issuer's. Safe to run twice.

    Run it after a change of QUATREFOIL_JWT_ALGORITHM, too.
    """
    here = open_runtime()
    with here.writing() as session:
        made = rotating.make_missing_keys(session, here.key_parts)
    click.echo(f"Made {made} key{'' if made == 1 else 's'}." if made else "No key was missing.")


@keys.command("list")
def list_() -> None:
    """List all keys: whose, what for, and since when each is in its state."""
    here = open_runtime()
    with here.reading() as session:
        found = rotating.list_keys(session, now=here.clock())
    click.echo(ROW.format("OWNER", "PURPOSE", "SIGNS", "STATE", "SINCE (UTC)", "ID"))
    for key in found:
        since = f"{key.since:{INSTANT}}"
        click.echo(ROW.format(key.owner, key.purpose, key.algorithm, key.state, since, key.id))


@keys.command("rotate")
@click.argument("owner", metavar="ISSUER|tool")
@click.option("--purpose", type=PURPOSES, help="One of an issuer's keys; without it, both.")
def rotate(owner: str, purpose: str | None) -> None:
    """Make new keys for an issuer, or for the tool, that take over from the present ones.

    They are listed at once and sign a while later: an issuer's after an hour, the tool's
    after a day, once platforms know it. What the former keys signed goes on verifying.
    No process has to be started anew.
    """
    here = open_runtime()
    with here.writing() as session:
        done = rotating.rotate(session, here.key_parts, owner, purpose)
    for one in done:
        click.echo(
            f"{one.owner} {one.purpose}: {one.key_id} signs from {one.signs_from:{INSTANT}} UTC "
            f"in place of {one.former_id}."
        )
