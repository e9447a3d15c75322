"""Commands about signing keys. No command prints a private half."""

import csv
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from lti_tool.cli.options import Instant
from lti_tool.environment import open_runtime
from lti_tool.runtime import Runtime
from lti_tool.services import compromising, key_backup, reissuing, resealing, rotating
from lti_tool.services.urls import PublicURLs
from lti_tool.store.reissues import Affected

ROW = "{:<16} {:<14} {:<7} {:<11} {:<16} {}"
PURPOSES = click.Choice(["data_integrity", "jwt"])
KEY_IDS = {"ignore_unknown_options": True}
"""Some ids begin with a dash."""
BACKUP_BYTES = 100_000_000
OUTCOMES = {
    "restored": "restored",
    "restored_as_retired": "restored as retired, as another key signs by now",
    "there": "is there already",
}
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


@keys.command("compromise", context_settings=KEY_IDS)
@click.argument("key_id", metavar="KEY")
@click.option(
    "--at",
    "since",
    required=True,
    type=Instant(),
    help="Since when somebody else may hold it, such as 2026-11-21T08:30Z.",
)
def compromise(key_id: str, since: datetime) -> None:
    """Believe nothing any more that a key signed, or will have signed, for good.

    Another key signs at once, and status lists are signed anew. Prints as CSV the
    credentials that are affected; `quatrefoil keys reissue` issues them anew.
    """
    here = open_runtime()
    done = compromising.compromise(here.issuing, here.key_parts, key_id, since=since)
    said = "is compromised" if done.is_new else "was marked as compromised before,"
    click.echo(f"{key_id} {said} since {done.since:{INSTANT}} UTC.", err=True)
    if done.successor_id:
        click.echo(f"{done.successor_id} signs in its place.", err=True)
    affected = reissuing.list_affected(here.database, key_id)
    _print_affected(here, affected)
    if any(not one.is_revoked for one in affected):
        click.echo(f"Issue them anew: quatrefoil keys reissue {key_id}", err=True)


@keys.command("reissue", context_settings=KEY_IDS)
@click.argument("key_id", metavar="KEY")
@click.option("--dry-run", is_flag=True, help="Say what would be issued anew, change nothing.")
def reissue(key_id: str, *, dry_run: bool) -> None:
    """Issue anew what a compromised key signed, under the same ids, and what rests on it.

    Prints CSV. Run it again after a stop: what is done is left alone. Exit 1 if anything
    is left to do. The earners' links go on working and show the new ones.
    """
    here = open_runtime()
    if dry_run:
        _print_affected(here, reissuing.list_affected(here.database, key_id))
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("credential", "outcome", "detail"))
    counts: Counter[str] = Counter()
    for one in reissuing.reissue(here.issuing, key_id):
        counts[one.outcome] += 1
        writer.writerow((one.credential_id, one.outcome, one.detail))
    click.echo(f"{counts.pop('reissued', 0)} credentials are issued anew.", err=True)
    if counts:
        raise click.ClickException(
            f"{counts.total()} are not: run it again for those that changed meanwhile"
        )


def _print_affected(here: Runtime, affected: Sequence[Affected]) -> None:
    """Print credentials as CSV to standard output, and how many they are to the other."""
    urls = PublicURLs(here.settings.base_url)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("credential", "url", "state", "why"))
    for one in affected:
        state = "revoked" if one.is_revoked else "live"
        why = "signed" if one.is_signed_with_it else "rests_on_signed"
        url = urls.endorsement if one.is_endorsement else urls.credential
        writer.writerow((one.credential_id, url(one.credential_id), state, why))
    live = sum(not one.is_revoked for one in affected)
    click.echo(f"{live} credentials have to be issued anew.", err=True)


@keys.command("reseal")
def reseal() -> None:
    """Seal everything with QUATREFOIL_MASTER_KEY that QUATREFOIL_MASTER_KEY_OLD has sealed.

    All or nothing. Stop the tool and its workers first, start them afterwards, and take
    QUATREFOIL_MASTER_KEY_OLD out of the settings.
    """
    here = open_runtime(opens_keys=False)
    old = here.settings.old_master_key
    if old is None or old.id == here.settings.master_key.id:
        raise click.ClickException(
            "QUATREFOIL_MASTER_KEY has to be the new master key and QUATREFOIL_MASTER_KEY_OLD "
            "the one before: make a new one with `quatrefoil secrets`"
        )
    with here.writing() as session:
        done = resealing.reseal(session, here.key_parts, old=old)
    click.echo(f"{done} keys and tokens are sealed with QUATREFOIL_MASTER_KEY.")
    click.echo("Take QUATREFOIL_MASTER_KEY_OLD out of the settings, then start the tool again.")


@keys.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write all keys to FILE, sealed as they are stored; the master key is not in it.

    Nobody but you may read the file. Make another one after each change of keys.
    """
    here = open_runtime()
    with here.writing() as session:
        data = key_backup.back_up(session, here.key_parts)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(data)
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written ({error.strerror})") from error
    click.echo(f"Wrote {file}. Keep it apart from the master key, without which it is useless.")


@keys.command("restore")
@click.argument("file", type=click.File("rb"))
def restore(file: BinaryIO) -> None:
    """Store the keys of a backup that are not there. What is there stays as it is.

    Their issuers have to be there, and the master key has to be the one of the backup.
    """
    here = open_runtime()
    with here.writing() as session:
        done = key_backup.restore(session, here.key_parts, file.read(BACKUP_BYTES))
    for one in done:
        click.echo(f"{one.owner} {one.purpose} {one.key_id}: {OUTCOMES[one.outcome]}")
