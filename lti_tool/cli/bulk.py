"""Awards from a file, on the command line."""

import sys
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session

from lti_tool.environment import open_runtime
from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.columns import titles_of
from lti_tool.services.bulk.ground import Wish, load_targets
from lti_tool.services.bulk.planning import Outcome, RowResult
from lti_tool.services.bulk.reading import FIXED, MOST_BYTES, AwardFile, read_awards
from lti_tool.services.bulk.words import OUTCOMES, fault_words, report
from lti_tool.store import bulk, organisations
from lti_tool.store.rows import AchievementRow, ProgramRow
from rubrics.errors import InvalidTableError
from rubrics.tables import write_table

SHOWN = 50
"""How many refused rows a terminal shows; a report has all."""


@click.command("bulk")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--achievement", required=True, help="The badge's slug, where a row has none.")
@click.option("--organisation", help="Whose badge, where several have one of this slug.")
@click.option("--by", "by", required=True, help="Who answers for it: their platform's id.")
@click.option("--course", default="", help="Of which course, where a row does not say.")
@click.option("--source", default="", help="Where it is known from, where a row does not say.")
@click.option("--again", is_flag=True, help="Award again what was revoked.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option(
    "--report", "report_path", type=click.Path(path_type=Path), help="For what is refused."
)
def award_from_file(
    file: Path,
    achievement: str,
    organisation: str | None,
    by: str,
    course: str,
    source: str,
    report_path: Path | None,
    *,
    again: bool,
    dry_run: bool,
) -> None:
    """Award a badge to everybody in FILE: by ratings, or because they earned it before.

    FILE is CSV with the columns `user` (the account's id on its platform) or `name`, a column
    for each competency or else `held_since` (a day), and if wished `source`, `course`, `badge`;
    `quatrefoil awards columns SLUG` prints an empty one. It is done in batches; the same file
    may be given again after a stop: what is there already is left alone. Exit 1 if any row is
    refused.
    """
    data = _read(file)
    here = open_runtime()
    with here.reading() as session:
        badge = _badge(session, achievement, organisation)
        actor_id = _account(session, session.get_one(ProgramRow, badge.program_id), by)
    wish = Wish(
        program_id=badge.program_id,
        actor_id=actor_id,
        file=_parse(data),
        file_sha256=sha256(data).hexdigest(),
        badge=achievement,
        course=course,
        source=source,
        awards_again=again,
    )
    results = list(awarding.check(here.issuing, wish) if dry_run else _award(here, wish))
    if report_path is not None:
        report_path.write_bytes(report(wish.file, results))
    _say(results, is_dry_run=dry_run)
    sys.exit(1 if any(one.faults for one in results) else 0)


@click.command("columns")
@click.argument("achievement")
@click.option("--organisation", help="Whose badge, where several have one of this slug.")
def show_columns(achievement: str, organisation: str | None) -> None:
    """Print the first row of a file of ratings for ACHIEVEMENT, which `awards bulk` takes."""
    here = open_runtime()
    with here.reading() as session:
        badge = _badge(session, achievement, organisation)
        target = load_targets(session, badge.program_id).get(achievement)
    if target is None:
        raise NotFoundError(f"{achievement} is not open: `quatrefoil badges publish` opens it")
    header = (*FIXED[:3], "source", *titles_of(target.definition.get_rubric()))
    click.echo(write_table([header]).decode("utf-8-sig"), nl=False)


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _parse(data: bytes) -> AwardFile:
    try:
        return read_awards(data)
    except InvalidTableError as error:
        raise click.ClickException(f"nothing was done: {error}") from error


def _badge(session: Session, slug: str, organisation: str | None) -> AchievementRow:
    found = organisations.list_achievements_called(session, slug, organisation=organisation)
    if not found:
        raise NotFoundError(f"no badge {slug!r}: `quatrefoil programs list` shows what there is")
    if len(found) > 1:
        raise ConflictError(
            f"several organisations have {slug}: name one with --organisation", code="ambiguous"
        )
    return found[0]


def _account(session: Session, program: ProgramRow, text: str) -> UUID:
    found = bulk.find_account(session, program.organisation_id, text)
    if not found:
        raise NotFoundError(
            "--by: nobody like that has opened the tool: give the id that their platform knows "
            "them by"
        )
    if len(found) > 1:
        ids = ", ".join(str(one.id) for one in found)
        raise ConflictError(f"--by: several platforms have this id: give one of {ids}")
    return found[0].id


def _award(here: Runtime, wish: Wish) -> Iterator[RowResult]:
    for progress in awarding.award(here.issuing, wish, is_alone=True):
        click.echo(f"{progress.done} of {len(wish.file.rows)} rows", err=True)
        here.wake()
        yield from progress.results


def _say(results: list[RowResult], *, is_dry_run: bool) -> None:
    refused = sorted((one for one in results if one.faults), key=lambda one: one.number)
    for one in refused[:SHOWN]:
        click.echo(f"row {one.number}: {'; '.join(map(fault_words, one.faults))}")
    if len(refused) > SHOWN:
        click.echo(f"… and {len(refused) - SHOWN} more: --report FILE has all of them")
    counts = Counter(one.outcome for one in results)
    words = ", ".join(f"{counts[one]} {OUTCOMES[one]}" for one in Outcome if counts[one])
    click.echo(f"would be: {words}" if is_dry_run else words)
