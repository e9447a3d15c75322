"""Commands about signing keys. No command prints a private half."""

import click

from lti_tool.environment import open_runtime
from lti_tool.services.keyring import ensure_issuer_keys, ensure_tool_key
from lti_tool.store import keys as key_rows


@click.group()
def keys() -> None:
    """Make and look after signing keys."""


@keys.command("init")
def init() -> None:
    """Make the keys that are missing: the tool's, and each issuer's. Safe to run twice.

    Run it after a change of QUATREFOIL_JWT_ALGORITHM, too.
    """
    here = open_runtime()
    master_key = here.settings.master_key
    with here.writing() as session:
        made = int(
            ensure_tool_key(
                session, master_key=master_key, clock=here.clock, random_bytes=here.random_bytes
            )
        )
        for issuer in key_rows.list_issuers(session):
            made += ensure_issuer_keys(
                session,
                issuer.id,
                master_key=master_key,
                clock=here.clock,
                random_bytes=here.random_bytes,
                jwt_algorithm=here.settings.jwt_algorithm,
            )
    click.echo(f"Made {made} keys." if made else "No key was missing.")
