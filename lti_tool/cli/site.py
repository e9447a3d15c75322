"""`quatrefoil export-site`: the public side as files, for when the tool is switched off."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
from flask import render_template

from lti_tool.app import create_app
from lti_tool.environment import open_runtime
from lti_tool.headers import PAGE_POLICY
from lti_tool.runtime import Runtime
from lti_tool.store import organisations
from lti_tool.views.sites import Exporter, File

SITE, ELSEWHERE, MARK = "site", "other-hosts", ".quatrefoil-site"
DAYS_A_YEAR = 365.25
COUNTED = {
    "issuers": "issuer files",
    "status": "status lists",
    "achievements": "files of badges",
    "credentials": "shared badges",
    "evidence": "evidence pages",
}
"""What is counted, by the first part of its path."""
WARNING = (
    "This signs status lists that are good until {day:%Y-%m-%d}. Whoever keeps a copy of them can "
    "show a badge as not taken back until then, whatever you revoke from now on, and the "
    "signatures cannot be called back. The lists that the tool serves stay as they are.\n"
    "Shared badges are written with the names in them; serve the folder only from a host that "
    "you trust with it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """What the README and the example for nginx say."""

    base_url: str
    host: str
    written_on: str
    valid_until: str
    counts: str
    other_hosts: tuple[str, ...]
    policy: str


@click.command("export-site")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--years",
    type=click.IntRange(1, 50),
    default=10,
    show_default=True,
    help="How long the status lists are good: nothing can be taken back meanwhile.",
)
@click.option("--confirm", is_flag=True, help="Sign such lists, without being asked.")
def export_site(folder: Path, years: int, *, confirm: bool) -> None:
    """Write all that is public into FOLDER, so that badges verify when the tool is off.

    Issuers' documents and keys, status lists that are good for years, what was published
    of badges, and the badges that are shared now. Into a new or empty folder, or one that
    this command has written: then what is no longer public is removed from it.
    """
    here = open_runtime()
    now = here.clock()
    valid_for = timedelta(days=round(years * DAYS_A_YEAR))
    _check_folder(folder)
    click.echo(WARNING.format(day=now + valid_for), err=True)
    if not confirm:
        click.confirm("Sign them?", abort=True, err=True)
    try:
        counts = _export(here, folder, now, valid_for)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written ({error.strerror})") from error
    with here.writing() as session:
        organisations.note(
            session,
            id_=here.new_id(),
            at=now,
            actor_id=None,
            action="site.exported",
            subject_id=None,
            text=f"status lists are good until {now + valid_for:%Y-%m-%d}",
        )
    click.echo(f"Written: {counts}. {folder / 'README.txt'} says how to serve it.")


def _check_folder(folder: Path) -> None:
    """Refuse a folder that holds something of somebody else's."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise click.ClickException(f"{folder} is not empty, and no copy of the site: give another")


def _export(here: Runtime, folder: Path, now: datetime, valid_for: timedelta) -> str:
    """Write everything, then remove what is there from before; return what there is."""
    app = create_app(here)
    exporter = Exporter(app, here)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    begun = (folder / MARK).stat().st_mtime_ns
    writer = _Writer(folder)
    other_hosts = {path.partition("/")[0] for path in writer.write(ELSEWHERE, exporter.elsewhere())}
    counted = Counter(
        path.partition("/")[0]
        for files in (exporter.documents(valid_for), exporter.pages())
        for path in writer.write(SITE, files)
    )
    counts = ", ".join(f"{words}: {counted[part]}" for part, words in COUNTED.items())
    page = SitePage(
        base_url=here.settings.base_url,
        host=here.settings.host,
        written_on=f"{now:%Y-%m-%d}",
        valid_until=f"{now + valid_for:%Y-%m-%d}",
        counts=counts,
        other_hosts=tuple(sorted(other_hosts)),
        policy=PAGE_POLICY,
    )
    with app.test_request_context(base_url=here.settings.base_url):
        around = {
            f"{SITE}/_headers": "headers.txt",
            "nginx.conf": "nginx.txt",
            "README.txt": "README.txt",
        }
        texts = [
            (path, render_template(f"site/{name}", page=page)) for path, name in around.items()
        ]
    for _ in writer.write("", ((path, f"{text}\n".encode()) for path, text in texts)):
        pass
    _remove_older(folder, begun)
    return counts


class _Writer:
    """Writes files whole or not at all, so that a folder can be served meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, part: str, files: Iterable[File]) -> Iterable[str]:
        """Write files below a part of the folder; yield their paths as they are there."""
        for name, data in files:
            path = self._folder / part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f"{path.name}.new")
            aside.write_bytes(data)
            aside.replace(path)
            yield name


def _remove_older(folder: Path, begun: int) -> None:
    """Remove what an earlier run has written and this one has not."""
    for path, _, names in os.walk(folder, topdown=False):
        for name in names:
            file = Path(path) / name
            if name != MARK and file.stat().st_mtime_ns < begun:
                file.unlink()
        if Path(path) != folder and not any(Path(path).iterdir()):
            Path(path).rmdir()
