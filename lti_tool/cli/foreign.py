"""`quatrefoil awards foreign`: credentials of other issuers that stand in for badges."""

from uuid import UUID

import click

from lti_tool.environment import open_runtime
from lti_tool.services.foreign.following import look
from lti_tool.services.foreign.listing import list_all
from lti_tool.services.pages.foreign import ForeignView
from lti_tool.services.urls import PublicURLs
from lti_tool.store import foreign as rows
from lti_tool.store.rows import AchievementRow


@click.group("foreign")
def foreign() -> None:
    """Look after credentials of other issuers that earners handed in."""


@foreign.command("list")
def list_them() -> None:
    """List them, newest first: what became of each, and of its last verification."""
    here = open_runtime()
    with here.reading() as session:
        views = list_all(session, urls=PublicURLs(here.settings.base_url))
    for one in views:
        click.echo(_line(one))
    click.echo(f"{len(views)} credentials of other issuers")


@foreign.command("check")
@click.argument("credentials", nargs=-1, type=click.UUID)
def check(credentials: tuple[UUID, ...]) -> None:
    """Verify those that count now, as the worker does every day: all, or some by their ids.

    What its issuer has revoked has the effect that the pathway declares.
    """
    here = open_runtime()
    urls = PublicURLs(here.settings.base_url)
    with here.reading() as session:
        found = {one.id: one for one in list_all(session, urls=urls)}
        unknown = [str(id_) for id_ in credentials if id_ not in found]
        if unknown:
            raise click.ClickException(f"not here: {', '.join(unknown)}")
        chosen = [
            id_
            for id_ in credentials or found
            if found[id_].state == "accepted" and found[id_].revoked_at is None
        ]
        people = [
            (
                session.get_one(AchievementRow, found[id_].pathway_id).program_id,
                rows.get(session, id_).earner_id,
            )
            for id_ in chosen
        ]
    for program_id, earner_id in dict.fromkeys(people):
        look(here.foreign, program_id, earner_id)
    with here.reading() as session:
        for one in list_all(session, urls=urls):
            if one.id in chosen:
                click.echo(_line(one))
    click.echo(f"{len(chosen)} verified")


def _line(one: ForeignView) -> str:
    state = "revoked" if one.revoked_at else one.state
    checked = f"{one.check_outcome} on {one.checked_at:%Y-%m-%d %H:%M}"
    failing = f", failing since {one.failing_since:%Y-%m-%d}" if one.failing_since else ""
    return (
        f"{one.id}  {state:9}  {checked}{failing}  {one.title} of "
        f"{one.issuer_name or one.issuer_id}, as {one.component_title} of {one.pathway_title}"
    )
