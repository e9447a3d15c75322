"""Commands about endorsements: who vouches for our badges and issuers."""

import sys
from pathlib import Path
from uuid import UUID

import click

from badges.checks import CheckState
from lti_tool.environment import open_runtime
from lti_tool.runtime import Runtime
from lti_tool.services import endorsing, taking_in
from lti_tool.services.examining import examine
from lti_tool.services.fetching import FetchingResolver
from lti_tool.services.resolving import ChainedResolver, OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store import endorsements as rows
from lti_tool.store.rows import EndorsementRow

MAXIMUM_BYTES = 1_000_000


@click.group()
def endorsements() -> None:
    """Vouch for badges and issuers, or take in the word of others."""


@endorsements.command("add")
@click.argument("endorser")
@click.argument("subject")
@click.option("--comment", default="", help="What is endorsed, in a sentence; Markdown.")
def add(endorser: str, subject: str, comment: str) -> None:
    """Let the issuer ENDORSER (its slug) endorse SUBJECT.

    SUBJECT is a badge, by the address of its page, or an issuer, by its slug or DID. Badges
    that are issued from now on carry the endorsement.
    """
    here = open_runtime()
    row = endorsing.endorse(here.issuing, endorser=endorser, subject=subject, comment=comment)
    click.echo(f"{row.endorser_name} endorses {subject}: {row.url}")


@endorsements.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def take_in(file: Path) -> None:
    """Take in an endorsement that another organisation signed: JSON with its proof.

    It is verified first, with the endorser's key and status list as they are now.
    """
    here = open_runtime()
    with file.open("rb") as opened:
        data = opened.read(MAXIMUM_BYTES + 1)
    row = taking_in.take_in(here.issuing, data, resolver=_resolver(here))
    click.echo(f"{row.endorser_name} ({row.endorser_did}) endorses: {row.url}")


@endorsements.command("list")
@click.option("--check", "is_checked", is_flag=True, help="Verify each one now.")
def show(*, is_checked: bool) -> None:
    """List endorsements with their ids. With --check, exit 1 if one holds no longer."""
    here = open_runtime()
    with here.reading() as session:
        found = rows.list_all(session)
    bad = 0
    for row in found:
        state = f"withdrawn {row.withdrawn_at:%Y-%m-%d}" if row.withdrawn_at else "stands"
        if is_checked and row.withdrawn_at is None:
            state = _checked(here, row)
            bad += state != "holds"
        about = "issuer" if row.issuer_id else "badge"
        click.echo(f"{row.id}  {state}  {row.endorser_name}, of a {about}: {row.url}")
    sys.exit(1 if bad else 0)


@endorsements.command("withdraw")
@click.argument("endorsement", type=click.UUID)
def withdraw(endorsement: UUID) -> None:
    """Withdraw an ENDORSEMENT, given by its id, for good.

    No badge that is issued from now on carries it. One of an issuer of ours is revoked, and
    badges that carry it show that; they stay valid.
    """
    here = open_runtime()
    row = endorsing.withdraw(here.issuing, endorsement)
    what = "is revoked" if row.endorser_id else "is no longer carried"
    click.echo(f"The endorsement by {row.endorser_name} {what}.")


def _checked(here: Runtime, row: EndorsementRow) -> str:
    report = examine(row.document, resolver=_resolver(here), now=here.clock())
    if report.status == "valid":
        return "holds"
    failed = [one.code for one in report.checks if one.state is CheckState.FAILED]
    return f"DOES NOT HOLD ({', '.join(failed)})"


def _resolver(here: Runtime) -> ChainedResolver:
    own = OwnResolver(here.database, PublicURLs(here.settings.base_url))
    return ChainedResolver(own, FetchingResolver(here.strangers_http))
