"""`quatrefoil verify`: needs no database, no settings and no installation."""

import sys
from datetime import datetime
from pathlib import Path

import click

from lti_tool.cli.options import Instant
from lti_tool.cli.verifying import verify_source


@click.command()
@click.argument("source")
@click.option(
    "--allow-host",
    multiple=True,
    help="Host (name or name:port) on a private address that may be asked, also by http.",
)
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the issuer's document, keys and status lists: nothing is asked elsewhere.",
)
@click.option(
    "--at",
    type=Instant(),
    help="Verify as of this instant instead of now, such as 2026-11-21T08:30Z.",
)
@click.option(
    "--generic",
    "is_read_twice",
    is_flag=True,
    help="Read what is signed with PyLD, too, and compare; needs the extra `generic`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(
    source: str,
    allow_host: tuple[str, ...],
    documents: Path | None,
    at: datetime | None,
    *,
    is_read_twice: bool,
    as_json: bool,
) -> None:
    """Verify the credential in SOURCE, a file or a URL, check by check.

    A badge, a learner record or an endorsement, with all that it rests on, holds or is
    endorsed by. Exit 0 only if it holds.
    """
    holds = verify_source(
        source,
        private_hosts=allow_host,
        documents=documents,
        at=at,
        is_read_twice=is_read_twice,
        as_json=as_json,
    )
    if not holds:
        sys.exit(1)
