"""`quatrefoil verify`: needs no database, no settings and no installation."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from badges.baking import is_picture, unbake
from badges.checks import Check, CheckName, CheckState
from badges.errors import BakingError, VerificationError
from badges.png import MAXIMUM_BYTES as PICTURE_BYTES
from badges.summary import read_summary
from badges.verification import verify as verify_credential
from lti_tool.errors import PlatformError
from lti_tool.lti.http import GuardedSession
from lti_tool.services.fetching import CREDENTIAL, FetchingResolver

WORDS = {
    CheckName.PARSE: "It can be read",
    CheckName.CONTEXT: "Every term in it has one known meaning",
    CheckName.SHAPE: "It has the shape of an Open Badge",
    CheckName.KEY: "Its issuer vouches for the key",
    CheckName.PROOF: "Nothing was changed since it was signed",
    CheckName.DATES: "It is within its dates",
    CheckName.STATUS: "It has not been revoked",
}
PICTURE_WORDS = {
    "not_a_picture": "this is no picture that can hold a badge",
    "not_png": "this PNG picture is damaged",
    "not_svg": "this is no SVG picture, or it is damaged",
    "runs_scripts": "this picture could run code, so it was not opened",
    "too_large": "this picture is too large for a badge",
    "not_baked": "there is no badge in this picture; download it where it was earned",
    "several": "there is more than one badge in this picture",
}
ALLOW = ": is it on a private address, or not https? Allow its host with --allow-host."
MARKS = {
    CheckState.PASSED: "ok   ",
    CheckState.FAILED: "FAIL ",
    CheckState.NOT_CHECKED: "-    ",
}


@click.command()
@click.argument("source")
@click.option(
    "--allow-host",
    multiple=True,
    help="Host (name or name:port) on a private address that may be asked, also by http.",
)
def verify(source: str, allow_host: tuple[str, ...]) -> None:
    """Verify the badge in SOURCE, a file or a URL, check by check. Exit 0 only if all hold."""
    http = GuardedSession(private_hosts=frozenset(allow_host))
    try:
        data = _read(source, http)
        if is_picture(data):
            data = unbake(data)
        verified = verify_credential(data, resolver=FetchingResolver(http), now=datetime.now(UTC))
    except VerificationError as error:
        _print_checks(error.checks)
        click.echo("NOT VALID")
        if _is_address(source) and error.checks[0].state is CheckState.FAILED:
            click.echo("This address shows no badge. Of a badge's page, give the JSON download.")
        sys.exit(1)
    except BakingError as error:
        raise click.ClickException(f"{source}: {PICTURE_WORDS[error.reason]}") from error
    except PlatformError as error:
        hint = ALLOW if error.code == "platform_address_refused" else ""
        raise click.ClickException(f"{source} cannot be read ({error}){hint}") from error
    except OSError as error:
        raise click.ClickException(f"{source} cannot be read ({error.strerror})") from error
    _print_checks(verified.checks)
    summary = read_summary(verified.document)
    click.echo(
        f"VALID: {summary.issuer_name or summary.issuer_id} gave "
        f"“{summary.achievement_name}” to {summary.subject_name or summary.id}."
    )
    click.echo("Not proved: that the issuer's domain is who it says, or who shows this badge.")


def _read(source: str, http: GuardedSession) -> bytes:
    if _is_address(source):
        headers = {"Accept": CREDENTIAL}
        answer = http.exchange("GET", source, headers=headers, follows_redirects=True)
        if not answer.is_success:
            raise click.ClickException(
                f"{source} cannot be read (it answered {answer.status}): is the badge still shared?"
            )
        return answer.body
    with Path(source).open("rb") as file:
        return file.read(PICTURE_BYTES + 1)


def _is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))


def _print_checks(checks: tuple[Check, ...]) -> None:
    for check in checks:
        why = f" ({check.code})" if check.state is CheckState.FAILED else ""
        click.echo(f"{MARKS[check.state]} {WORDS[check.name]}{why}")
