"""Commands about awards."""

import csv
import sys
from collections.abc import Iterator
from typing import TextIO
from uuid import UUID

import click

from lti_tool.cli.bulk import award_from_file, show_columns
from lti_tool.cli.foreign import foreign
from lti_tool.environment import open_runtime
from lti_tool.services.revoking import (
    RevocationWish,
    find_following,
    revoke_credential,
    revoke_many,
)

OUTCOMES = {
    "revoked": "revoked",
    "would_revoke": "would be revoked",
    "already": "is revoked already",
    "unknown": "is not here: take its id from its page or its JSON",
}
REASON_CHARACTERS = 1000


@click.group()
def awards() -> None:
    """Look after awards."""


awards.add_command(award_from_file)
awards.add_command(show_columns)
awards.add_command(foreign)


@awards.command("revoke")
@click.argument("credential")
@click.option("--reason", required=True, help="Why; its earner reads it.")
def revoke(credential: str, reason: str) -> None:
    """Revoke a CREDENTIAL, given by its id or its URL, for good. Grades stay as they are."""
    here = open_runtime()
    credential_id = parse_credential_id(credential)
    revoke_credential(here.issuing, credential_id, reason=reason)
    click.echo(f"Credential {credential_id} is revoked; its status list is signed.")


@awards.command("revoke-many")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--reason", default="", help="Why, where a row does not say; earners read it.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
def revoke_from_file(file: TextIO, reason: str, *, dry_run: bool) -> None:
    """Revoke every credential of FILE, for good.

    FILE is CSV with the columns `credential` (id or URL) and, if wished, `reason`. A file
    with a faulty row changes nothing. The same file may be given again after a stop:
    what is revoked already is left alone. Exit 1 if any credential is not here.
    """
    wishes = tuple(_read_wishes(file, reason))
    here = open_runtime()
    counts = dict.fromkeys(OUTCOMES, 0)
    for done in revoke_many(here.issuing, wishes, is_dry_run=dry_run):
        counts[done.outcome] += 1
        click.echo(f"{done.wish.credential_id} {OUTCOMES[done.outcome]}")
    if dry_run:
        for lost in find_following(here.issuing, [one.credential_id for one in wishes]):
            click.echo(f"{lost.credential_id} would go with them: {lost.title}")
    click.echo(", ".join(f"{count} {name}" for name, count in counts.items() if count))
    sys.exit(1 if counts["unknown"] else 0)


def parse_credential_id(text: str) -> UUID:
    """Return the id that somebody typed, by itself or at the end of a URL, or refuse it."""
    credential_id = _credential_id(text)
    if credential_id is None:
        raise click.BadParameter(
            "not a credential's id or URL, which ends in /credentials/ and 36 characters"
        )
    return credential_id


def _read_wishes(file: TextIO, reason: str) -> Iterator[RevocationWish]:
    """Yield what a file asks for, or say all that is wrong with it."""
    rows = csv.DictReader(file)
    if "credential" not in (rows.fieldnames or ()):
        raise click.ClickException("the file's first row does not name a column `credential`")
    faults, wishes = [], []
    try:
        for number, row in enumerate(rows, start=2):
            credential_id = _credential_id(row["credential"] or "")
            why = (row.get("reason") or reason).strip()
            if credential_id is None:
                faults.append(f"row {number}: {row['credential']!r} is no credential's id or URL")
            elif not 0 < len(why) <= REASON_CHARACTERS:
                faults.append(f"row {number}: there is no reason, or it is too long; see --reason")
            else:
                wishes.append(RevocationWish(credential_id=credential_id, reason=why))
    except (csv.Error, UnicodeDecodeError) as error:
        raise click.ClickException(f"the file cannot be read as CSV in UTF-8 ({error})") from error
    if faults:
        raise click.ClickException("nothing was done:\n" + "\n".join(faults))
    yield from wishes


def _credential_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip().rstrip("/").rpartition("/")[2])
    except ValueError:
        return None
