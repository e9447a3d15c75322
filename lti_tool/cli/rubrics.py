"""Commands about definitions of badges as files: YAML, JSON, and tables of other systems.

They exit 0 when all is well, 1 when something is found or refused, 2 when mistyped.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from badges.definition import (
    AchievementDefinition,
    check_publishable,
    definition_schema,
    parse_definition,
    serialize_definition,
)
from badges.description import describe
from badges.difference import change_text, compare
from badges.errors import BadgesError, NotPublishableError
from badges.findings import finding_text
from badges.linter import lint as find
from lti_tool.cli.programs import publish
from lti_tool.environment import open_runtime
from lti_tool.services import importing
from rubrics.documents import MAXIMUM_BYTES, Notation, find_mark
from rubrics.errors import RubricsError
from rubrics.exchange import (
    CANVAS,
    ReadTable,
    WrittenTable,
    read_canvas,
    read_moodle,
    write_canvas,
    write_moodle,
)
from rubrics.findings import Finding
from rubrics.losses import Loss, loss_text
from rubrics.model import Rubric, Source


class Format(StrEnum):
    """What a definition, or its rubric, is written in."""

    YAML = "yaml"
    JSON = "json"
    CANVAS = "canvas"
    MOODLE = "moodle"


NOTATIONS = {Format.YAML: Notation.YAML, Format.JSON: Notation.JSON}
WRITERS: dict[Format, Callable[[Rubric], WrittenTable]] = {
    Format.CANVAS: write_canvas,
    Format.MOODLE: write_moodle,
}
SUFFIXES = {".yaml": Format.YAML, ".yml": Format.YAML, ".json": Format.JSON}
FORMATS = click.Choice([one.value for one in Format])
Command = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Text:
    """A file that holds a definition, and what it holds."""

    path: str
    data: bytes
    notation: Notation | None
    """Nothing for a table."""
    definition: AchievementDefinition

    def line(self, place: str) -> str:
        """Return where a place of the definition stands, as editors and terminals link it."""
        if self.notation is None:
            return self.path
        return f"{self.path}:{find_mark(self.data, self.notation, place).line}"


@click.group()
def rubrics() -> None:
    """Keep definitions of badges as files."""


rubrics.add_command(publish)


@rubrics.command("schema")
def schema() -> None:
    """Print the JSON Schema of a definition, one file, for editors."""
    click.echo(json.dumps(definition_schema(), ensure_ascii=False, indent=2))


@rubrics.command("lint")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--program", help="Slug of the installed program that they are meant for.")
@click.option("--organisation", help="Slug of the organisation, where several have the program.")
def lint(files: tuple[str, ...], program: str | None, organisation: str | None) -> None:
    """Find what would go wrong before anyone is assessed by the definitions in FILE.

    Several files are taken for one program, which says whether their prerequisites are there.
    Exits 1 if one of them could not be published.
    """
    installed = _load_program(program, organisation) if program else ()
    texts, is_fine = [], True
    for file in files:
        try:
            texts.append(_read_text(file))
        except click.ClickException as error:
            error.show()
            is_fine = False
    known = {one.id: one for one in installed}
    if program or len(texts) > 1:
        known |= {text.definition.id: text.definition for text in texts}
    for text in texts:
        is_fine = _print_findings(text, tuple(known.values())) and is_fine
    if not is_fine:
        raise click.exceptions.Exit(1)


@rubrics.command("show")
@click.argument("name", metavar="FILE|SLUG")
@click.option("--organisation", help="Slug of the organisation, where several have the badge.")
def show(name: str, organisation: str | None) -> None:
    """Say in words what a definition asks for; SLUG@2 is an installed badge's version 2."""
    for line in describe(_load(name, organisation).definition):
        click.echo(line)


@rubrics.command("import")
@click.argument("file", metavar="FILE")
@click.option("--program", required=True, help="Slug of the installed program to put it into.")
@click.option("--organisation", help="Slug of the organisation, where several have the program.")
@click.option("--format", "format_", type=FORMATS, help="What it is written in; else its ending.")
@click.option("--rubric", help="Name of the rubric, where a table holds several.")
def import_(
    file: str, program: str, organisation: str | None, format_: str | None, rubric: str | None
) -> None:
    """Put the definition in FILE into an installed program, as a draft version.

    A table holds a rubric only, so it can only become a new badge.
    """
    chosen = Format(format_) if format_ else None
    text = _read_text(file, chosen, rubric=rubric, shows_losses=True)
    here = open_runtime()
    with _refusals(), here.writing() as session:
        row = importing.import_definition(
            session,
            text.definition,
            program=program,
            organisation=organisation,
            is_new=text.notation is None,
            clock=here.clock,
            new_id=here.new_id,
        )
        click.echo(f"Imported {text.definition.id} as version {row.number}, a {row.state}.")
        _print_findings(text, importing.list_program(session, program, organisation=organisation))


@rubrics.command("export")
@click.argument("slug")
@click.option(
    "--format", "format_", type=FORMATS, default="yaml", show_default=True, help="What to write."
)
@click.option("--private", is_flag=True, help="For your own use, whatever its licence says.")
@click.option("--organisation", help="Slug of the organisation, where several have the badge.")
def export(slug: str, format_: str, organisation: str | None, *, private: bool) -> None:
    """Print an installed badge's newest definition, or SLUG@2 its second.

    What a table does not carry is said on standard error.
    """
    definition = _load_installed(slug, organisation).definition
    importing.check_may_leave(definition, is_private=private)
    chosen = Format(format_)
    with _refusals():
        if chosen in NOTATIONS:
            click.echo(serialize_definition(definition, NOTATIONS[chosen]), nl=False)
            return
        table = WRITERS[chosen](definition.get_rubric())
    _print_losses(table.losses)
    if definition.conditions or definition.prompts or definition.artefact_requirements:
        click.echo("What is asked for beside the rubric is not carried.", err=True)
    click.echo(table.data, nl=False)


@rubrics.command("diff")
@click.argument("before", metavar="FILE|SLUG")
@click.argument("after", metavar="FILE|SLUG")
@click.option("--organisation", help="Slug of the organisation, where several have the badge.")
def diff(before: str, after: str, organisation: str | None) -> None:
    """Say what differs from the first to the second, and whose work stays with the first.

    SLUG@2 is an installed badge's version 2. Exits 1 if something differs.
    """
    first, second = _load(before, organisation), _load(after, organisation)
    with _refusals():
        changes = compare(first.definition, second.definition)
    for change in changes:
        click.echo(change_text(change))
    if isinstance(first, importing.InstalledDefinition):
        click.echo(
            f"Open submissions that stay with version {first.number} of "
            f"{first.definition.id}: {first.open_submissions}"
        )
    if changes:
        raise click.exceptions.Exit(1)
    click.echo("They say the same.")


@contextmanager
def _refusals() -> Iterator[None]:
    """Make one sentence of what the pure packages refuse."""
    try:
        yield
    except (BadgesError, RubricsError) as error:
        raise click.ClickException(str(error)) from error


def _load(name: str, organisation: str | None) -> Text | importing.InstalledDefinition:
    path = Path(name)
    if path.is_file() or path.suffix.lower() in {*SUFFIXES, ".csv"}:
        return _read_text(name)
    return _load_installed(name, organisation)


def _load_installed(slug: str, organisation: str | None) -> importing.InstalledDefinition:
    here = open_runtime()
    with _refusals(), here.reading() as session:
        return importing.find_installed(session, slug, organisation=organisation)


def _load_program(slug: str, organisation: str | None) -> tuple[AchievementDefinition, ...]:
    here = open_runtime()
    with _refusals(), here.reading() as session:
        return importing.list_program(session, slug, organisation=organisation)


def _read_text(
    file: str,
    format_: Format | None = None,
    *,
    rubric: str | None = None,
    shows_losses: bool = False,
) -> Text:
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read ({error.strerror})") from error
    format_ = format_ or _guess_format(file, data)
    notation = NOTATIONS.get(format_)
    try:
        if notation is None:
            definition = _read_table(file, data, format_, rubric, shows_losses=shows_losses)
        else:
            definition = parse_definition(data, notation)
    except (BadgesError, RubricsError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    return Text(path=file, data=data, notation=notation, definition=definition)


def _guess_format(file: str, data: bytes) -> Format:
    suffix = Path(file).suffix.lower()
    if suffix == ".csv":
        is_canvas = CANVAS[0].lower().encode() in data[:100].lower()
        return Format.CANVAS if is_canvas else Format.MOODLE
    if suffix not in SUFFIXES:
        raise click.ClickException(f"{file} ends in none of .yaml, .json and .csv")
    return SUFFIXES[suffix]


def _read_table(
    file: str, data: bytes, format_: Format, name: str | None, *, shows_losses: bool
) -> AchievementDefinition:
    path = Path(file)
    table: ReadTable
    if format_ is Format.CANVAS:
        table = read_canvas(data)
    else:
        table = read_moodle(data, title=name or path.stem)
    found = [one for one in table.rubrics if name in {None, one.title}]
    if len(found) != 1:
        titles = ", ".join(f"“{one.title}”" for one in table.rubrics)
        raise click.ClickException(f"{file} holds {titles}: name one of them with --rubric")
    if shows_losses:
        _print_losses(table.losses)
    return importing.definition_of_rubric(
        found[0],
        program="table",
        source=Source(name=path.name, sha256=sha256(data).hexdigest()),
    )


def _print_losses(losses: tuple[Loss, ...]) -> None:
    for loss in losses:
        click.echo(loss_text(loss), err=True)


def _print_findings(text: Text, program: tuple[AchievementDefinition, ...]) -> bool:
    """Print what the linter finds; return whether nothing of it stops publishing."""
    stopping: tuple[Finding, ...] = ()
    if not text.definition.is_placeholder:
        try:
            check_publishable(text.definition, program)
        except NotPublishableError as error:
            stopping = error.findings
    for finding in find(text.definition, program):
        accepted = "" if finding in stopping or finding.severity == "notice" else " (accepted)"
        place = text.line(finding.place)
        words = f"{finding.severity}{accepted}: {finding.place}: {finding_text(finding)}"
        click.echo(f"{place}: {words}")
    return not stopping
