"""`quatrefoil kit`: one badge with all that it takes to check it, in a folder."""

from pathlib import Path

import click

from lti_tool.app import create_app
from lti_tool.cli.awards import parse_credential_id
from lti_tool.environment import open_runtime
from lti_tool.services.kits import find_kit
from lti_tool.views.kits import kit_files

PRIVATE = 0o700
"""A kit holds somebody's name and results."""


@click.command()
@click.argument("credential")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder, new or empty; badge-kit-ID unless given.",
)
def kit(credential: str, out: Path | None) -> None:
    """Write the offline kit of a CREDENTIAL, given by its id or its URL, into a folder.

    The folder holds the badge, its issuer's document, its status list and a page that
    checks them without any network. Its earner need not share the badge for that: hand
    the folder to nobody but them.
    """
    here = open_runtime()
    credential_id = parse_credential_id(credential)
    folder = out or Path(f"badge-kit-{credential_id}")
    with create_app(here).test_request_context(base_url=here.settings.base_url):
        files = kit_files(find_kit(here.issuing, credential_id))
    try:
        write_folder(folder, files)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written ({error.strerror})") from error
    click.echo(f"{len(files)} files are in {folder}. Open {folder / 'verify.html'} in a browser.")


def write_folder(folder: Path, files: tuple[tuple[str, bytes], ...]) -> None:
    """Write files into a folder that is new or empty."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    if any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty: give another folder with --out")
    for name, data in files:
        (folder / name).write_bytes(data)
