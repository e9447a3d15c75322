"""What the documentation says is there, and what is there is documented."""

import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click
import pytest

from badges.library import load_shipped
from lti_tool.cli import cli
from lti_tool.config import settings_from
from lti_tool.environment import SETTINGS_FILE
from lti_tool.errors import SettingsError
from tests.unit.lti_tool.test_config import a_good_environment

ROOT = Path(__file__).parents[2]
DEPLOYING = ROOT / "docs" / "deploying.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
WITHOUT_PLACE = {"--help", "--version"}
"""Options that click gives every command."""


def rows_below(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading of docs/deploying.md."""
    section = DEPLOYING.read_text("utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


class Recording(dict[str, str]):
    """An environment that remembers which variables were asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]  # as it is used
        """Return a variable, and remember it."""
        self.asked.add(key)
        return super().get(key, default)


def test_every_setting_is_documented() -> None:
    """The table has each variable that is read, and no other."""
    environment = Recording(a_good_environment())
    settings_from(environment)
    documented = [re.fullmatch(r"`(\w+)`", row[0]) for row in rows_below("Settings")]
    names = [found[1] for found in documented if found]

    assert sorted(names) == sorted(environment.asked)
    assert SETTINGS_FILE in DEPLOYING.read_text("utf-8")


def test_the_table_says_which_settings_are_needed() -> None:
    """Those whose absence stops the start, and no other."""
    with pytest.raises(SettingsError) as caught:
        settings_from({})
    missing = {re.findall(r"QUATREFOIL_\w+", fault)[0] for fault in caught.value.faults}

    assert {row[0].strip("`") for row in rows_below("Settings") if row[1] == "yes"} == missing
    assert {row[1] for row in rows_below("Settings")} == {"yes", "no"}


def test_defaults_are_those_of_the_product() -> None:
    """Where the table ends in a value, that is what is taken."""
    settings = settings_from(a_good_environment())
    stated = {
        row[0].strip("`").removeprefix("QUATREFOIL_"): found[1]
        for row in rows_below("Settings")
        if (found := re.search(r" `([^`]+)`\.$", row[2]))
    }

    assert stated["DATA_DIR"] == settings.data_dir.name
    assert stated["TRUSTED_PROXIES"] == str(settings.trusted_proxies)
    assert stated["MAX_FILE_MEBIBYTES"] == str(settings.max_file_bytes // 1024**2)
    assert stated["TIMEZONE"] == settings.timezone


@cache
def commands() -> dict[str, click.Command]:
    """Return every command by its full name."""

    def below(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            assert command is not None
            if isinstance(command, click.Group):
                yield from below(command, *path, name)
            else:
                yield " ".join((*path, name)), command

    return dict(below(cli))


def options_of(command: click.Command) -> set[str]:
    """Return the long names of a command's options."""
    found = {name for option in command.params for name in option.opts if name.startswith("--")}
    return found - WITHOUT_PLACE


def arguments_of(command: click.Command) -> list[str]:
    """Return the names of a command's arguments as its usage writes them."""
    return [
        one.make_metavar(click.Context(command))
        for one in command.params
        if isinstance(one, click.Argument)
    ]


@cache
def documented_commands() -> dict[str, str]:
    """Return what the table writes behind `quatrefoil`, by the command's full name."""
    written = [
        one
        for first, *_ in rows_below("Commands")
        for one in re.findall(r"`quatrefoil ([^`]+)`", first)
    ]
    names = [
        [word for word in one.split() if re.fullmatch("[a-z]+(-[a-z]+)*", word)] for one in written
    ]
    return {" ".join(name): one for name, one in zip(names, written, strict=True)}


def test_every_command_is_documented() -> None:
    """The table has each command, and no other."""
    assert set(documented_commands()) == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_documented(name: str) -> None:
    """With its command; and what the table has, the command takes."""
    first = next(row[0] for row in rows_below("Commands") if f"`quatrefoil {name}" in row[0])
    listed = re.findall(r"--[a-z-]+", first)
    together = [one for one in documented_commands() if f"`quatrefoil {one}" in first]
    known = set().union(*(options_of(commands()[one]) for one in together))

    assert set(listed) == known
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_argument_is_documented(name: str) -> None:
    """In capitals behind the command."""
    shown = re.findall(r"\b[A-Z]+\b", documented_commands()[name])

    assert len(shown) == len(arguments_of(commands()[name]))


def shell_lines() -> Iterator[tuple[str, str]]:
    """Return each call of our command in the shell blocks of all pages."""
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                found = re.search(r"(?:^|[ /(;])quatrefoil ((?:[a-z]+ ?)[^#>)]*)", line)
                if found:
                    yield page.name, found[1].strip()


@pytest.mark.parametrize(("page", "line"), list(dict.fromkeys(shell_lines())))
def test_what_the_pages_say_to_type_can_be_typed(page: str, line: str) -> None:
    """Each command with its arguments is taken as it stands there."""
    command: click.Command = cli
    words = shlex.split(line)
    while isinstance(command, click.Group):
        name = words.pop(0)
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"{page}: {name}"
        command = found

    command.make_context(command.name, words)


def test_some_commands_were_found() -> None:
    """The search above looks at the right blocks."""
    found = [line for _, line in shell_lines()]

    assert len(found) >= 10
    assert any(line.startswith("platforms add") for line in found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """To a file that is there, and to a heading that its anchor names."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        assert found.is_relative_to(ROOT), target
        assert found.exists(), target
        assert not anchor or anchor in slugs_of(found), target


def slugs_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as the forges make them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}


def test_make_targets_are_there() -> None:
    """Every `make x` of the pages is a target, and `make help` explains every target."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?m)^([a-z]+):.*##", makefile))
    phony = re.findall(r"(?m)^\.PHONY: (.+)$", makefile)[0].split()
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }

    assert named <= targets
    assert targets == set(phony)


def test_the_page_on_instruments_names_what_is_there() -> None:
    """Each construct once, in order; every name of code is one of the pure packages."""
    page = (ROOT / "docs" / "instruments.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| (C\d+) \|[^|]*\| (.*?) \|", page)
    sources = "".join(
        path.read_text("utf-8")
        for name in ("rubrics", "badges")
        for path in (ROOT / name).glob("*.py")
    )

    assert [number for number, _ in rows] == [f"C{number}" for number in range(1, 28)]
    for name in re.findall(r"`(\w+)`", " ".join(carried for _, carried in rows)):
        assert re.search(rf"(?m)^(class|def) {name}\b|^(    )?{name}: ", sources), name


def test_the_page_on_instruments_names_every_template() -> None:
    """And no other."""
    page = (ROOT / "docs" / "instruments.md").read_text("utf-8")
    named = re.findall(r"(?m)^\| `([\w-]+)` \|", page)

    assert named == [one.id for one in load_shipped("templates").achievements]
