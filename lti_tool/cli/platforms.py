"""Commands about platforms and their deployments."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import click

from lti_tool.environment import open_runtime
from lti_tool.services.registering import (
    PlatformFacts,
    add_platform,
    approve_deployment,
    correct_platform,
    facts_of,
    resume_platform,
    suspend_platform,
)
from lti_tool.services.urls import PublicURLs
from lti_tool.store.organisations import get_organisation
from lti_tool.store.platforms import get_registration, list_deployments, list_registrations
from lti_tool.store.rows import RegistrationRow

FAMILIES = click.Choice(["generic", "canvas", "moodle"])
STATUSES = {"active": "active", "disabled": "suspended"}
ROW = "{:<36}  {:<9}  {:<7}  {}  {}"


@click.group()
def platforms() -> None:
    """Register the LMSs that may launch the tool."""


@platforms.command("add")
@click.option("--organisation", required=True, help="Slug of the organisation it belongs to.")
@click.option("--issuer", required=True, help="The platform's issuer (`iss`).")
@click.option("--client-id", required=True, help="The client id that the platform gave us.")
@click.option("--auth-url", required=True, help="The platform's OIDC authorization URL.")
@click.option("--token-url", required=True, help="The platform's access token URL.")
@click.option("--jwks-url", required=True, help="The platform's key set URL.")
@click.option("--token-audience", help="`aud` of our assertions, if not the token URL.")
@click.option(
    "--family",
    type=FAMILIES,
    default="generic",
    show_default=True,
    help="Whose habits the platform has.",
)
@click.option("--frame-origin", multiple=True, help="Origin that frames the tool; repeatable.")
def add(
    organisation: str,
    issuer: str,
    client_id: str,
    auth_url: str,
    token_url: str,
    jwks_url: str,
    token_audience: str | None,
    family: str,
    frame_origin: tuple[str, ...],
) -> None:
    """Register a platform, and say what to enter there."""
    here = open_runtime()
    facts = PlatformFacts(
        issuer=issuer,
        client_id=client_id,
        auth_login_url=auth_url,
        auth_token_url=token_url,
        jwks_url=jwks_url,
        family=family,
        token_audience=token_audience,
        frame_origins=frame_origin,
    )
    with here.writing() as session:
        owner = get_organisation(session, organisation)
        row = add_platform(
            session,
            owner,
            facts,
            private_hosts=here.settings.private_hosts,
            clock=here.clock,
            new_id=here.new_id,
        )
        click.echo(f"Registered {row.issuer} ({row.client_id}) as {row.id}.")
    urls = PublicURLs(here.settings.base_url)
    click.echo("Enter this at the platform:")
    click.echo(f"  Login URL         {urls.login}")
    click.echo(f"  Redirect URI      {urls.launch}")
    click.echo(f"  Target link URI   {urls.launch}")
    click.echo(f"  Public key set    {urls.jwks}")
    click.echo("Then open the tool there once, and approve the deployment that appears:")
    click.echo("  quatrefoil platforms list")


@platforms.command("list")
def list_() -> None:
    """List platforms, and indented below each its deployments."""
    here = open_runtime()
    with here.reading() as session:
        deployments, registrations = list_deployments(session), list_registrations(session)
        if not registrations:
            click.echo("No platforms yet. Add one with `quatrefoil platforms add`.")
            return
        click.echo(ROW.format("ID", "STATUS", "FAMILY", "ISSUER", "CLIENT ID"))
        for row in registrations:
            status = STATUSES[row.status]
            click.echo(ROW.format(str(row.id), status, row.family, row.issuer, row.client_id))
            for one in deployments:
                if one.registration_id == row.id:
                    click.echo(f"  {one.id}  {one.status}  deployment {one.lti_deployment_id}")


@platforms.command("set")
@click.argument("platform_id", metavar="ID", type=click.UUID)
@click.option("--auth-url", help="The platform's OIDC authorization URL.")
@click.option("--token-url", help="The platform's access token URL.")
@click.option("--jwks-url", help="The platform's key set URL.")
@click.option("--token-audience", help="`aud` of our assertions; empty for the token URL.")
@click.option("--family", type=FAMILIES, help="Whose habits the platform has.")
@click.option("--frame-origin", multiple=True, help="Origin that frames the tool; repeatable.")
def set_(
    platform_id: UUID,
    auth_url: str | None,
    token_url: str | None,
    jwks_url: str | None,
    token_audience: str | None,
    family: str | None,
    frame_origin: tuple[str, ...],
) -> None:
    """Correct a platform's registration; what is not given stays as it is."""
    here = open_runtime()
    with here.writing() as session:
        known = facts_of(get_registration(session, platform_id))
        row = correct_platform(
            session,
            platform_id,
            replace(
                known,
                auth_login_url=auth_url or known.auth_login_url,
                auth_token_url=token_url or known.auth_token_url,
                jwks_url=jwks_url or known.jwks_url,
                family=family or known.family,
                token_audience=(
                    known.token_audience if token_audience is None else token_audience or None
                ),
                frame_origins=frame_origin or known.frame_origins,
            ),
            private_hosts=here.settings.private_hosts,
            clock=here.clock,
            new_id=here.new_id,
        )
        click.echo(f"{row.issuer} ({row.client_id}) is now registered so:")
        click.echo(f"  Authorization URL  {row.auth_login_url}")
        click.echo(f"  Token URL          {row.auth_token_url}")
        click.echo(f"  Token audience     {row.token_audience or row.auth_token_url}")
        click.echo(f"  Key set URL        {row.jwks_url}")
        click.echo(f"  Family             {row.family}")
        click.echo(f"  Framed by          {row.frame_origins}")


@platforms.command("suspend")
@click.argument("platform_id", metavar="ID", type=click.UUID)
def suspend(platform_id: UUID) -> None:
    """Let nobody in from a platform, and send it no scores, until it is resumed."""
    row = _switch(platform_id, suspend_platform)
    click.echo(f"{row} is suspended. Let it in again with `quatrefoil platforms resume`.")


@platforms.command("resume")
@click.argument("platform_id", metavar="ID", type=click.UUID)
def resume(platform_id: UUID) -> None:
    """Let a suspended platform in again; scores that waited are sent."""
    click.echo(f"{_switch(platform_id, resume_platform)} is active.")


def _switch(platform_id: UUID, switch: Callable[..., RegistrationRow]) -> str:
    """Suspend or resume a platform; return its name."""
    here = open_runtime()
    with here.writing() as session:
        row = switch(session, platform_id, clock=here.clock, new_id=here.new_id)
        return f"{row.issuer} ({row.client_id})"


@platforms.command("approve")
@click.argument("deployment_id", type=click.UUID)
def approve(deployment_id: UUID) -> None:
    """Let the courses of a deployment in."""
    here = open_runtime()
    with here.writing() as session:
        row = approve_deployment(session, deployment_id, clock=here.clock, new_id=here.new_id)
        click.echo(f"Deployment {row.lti_deployment_id} is approved.")
