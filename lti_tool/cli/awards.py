"""Commands about awards."""

from uuid import UUID

import click

from lti_tool.environment import open_runtime
from lti_tool.services.revoking import revoke_credential


@click.group()
def awards() -> None:
    """Look after awards."""


@awards.command("revoke")
@click.argument("credential")
@click.option("--reason", required=True, help="Why; its earner reads it.")
def revoke(credential: str, reason: str) -> None:
    """Revoke a CREDENTIAL, given by its id or its URL, for good. Grades stay as they are."""
    here = open_runtime()
    try:
        credential_id = UUID(credential.rstrip("/").rpartition("/")[2])
    except ValueError as exc:
        raise click.BadParameter(
            "not a credential's id or URL, which ends in /credentials/ and 36 characters"
        ) from exc
    revoke_credential(here.issuing, credential_id, reason=reason)
    click.echo(f"Credential {credential_id} is revoked; its status list is signed.")
