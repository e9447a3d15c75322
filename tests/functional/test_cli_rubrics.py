"""Definitions as files at the command line, from a first lint to a published second version."""

import json
import re
from pathlib import Path

import pytest

from badges.definition import definition_schema, parse_definition, serialize_definition
from badges.library import load_shipped
from rubrics.documents import Notation
from tests.factories import a_definition
from tests.terminals import BADGE, Terminal

PROGRAM = "atpa-academic-coaching"
MANUAL = Path(__file__).parents[2] / "docs" / "definitions.md"
TABLE = (
    "Rubric Name,Criteria Name,Criteria Description,Criteria Enable Range,"
    "Rating Name,Rating Description,Rating Points,Rating Name,Rating Description,Rating Points\n"
    "Essay,Clarity,How clear,false,Good,All of it,5,Poor,Little,1\n"
)


@pytest.fixture
def example(terminal: Terminal) -> Path:
    """The example of the manual, in the terminal's folder."""
    found = re.search(r"```yaml\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    assert found
    path = terminal.folder / "listening.yaml"
    path.write_text(found[1], "utf-8")
    return path


def test_the_schema_is_printed(terminal: Terminal) -> None:
    """Without settings or a database."""
    assert json.loads(terminal.do("rubrics", "schema")) == definition_schema()


def test_the_example_of_the_manual_is_fine(terminal: Terminal, example: Path) -> None:
    """Linting and showing need nothing but the file."""
    terminal.do("rubrics", "lint", str(example))
    said = terminal.do("rubrics", "show", str(example))

    assert "Gives attention (attention, ordinal)" in said
    assert "Every competency is rated Developing or higher." in said


def test_lint_names_file_and_line_of_every_mistake(terminal: Terminal, example: Path) -> None:
    """Of every file, also behind one that cannot be read."""
    text = example.read_text("utf-8")
    (terminal.folder / "broken.yaml").write_text(text.replace("id: listening", "id: Listening!"))
    asks_more = text.replace('points: "6"', 'points: "60"')
    (terminal.folder / "more.yaml").write_text(asks_more)
    line = asks_more.splitlines().index('  - {kind: total_at_least, points: "60"}') + 1

    result = terminal.run("rubrics", "lint", "broken.yaml", "more.yaml", "none.yaml")

    assert result.exit_code == 1
    assert "broken.yaml: line 2, column 1: id: does not have the form asked for" in result.output
    assert f"more.yaml:{line}: error: conditions/0: " in result.output
    assert "none.yaml cannot be read" in result.output


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("bomb.yaml", "a: &a [x, x]\nb: [*a, *a]\n", "line 1, column 4: a: has an anchor"),
        ("float.json", '{"id":\n 1.5}', "line 2, column 2: id: is no whole number"),
        ("wrong.csv", "a,b\n1,2\n", "row 1, column A: the header does not begin"),
        ("points.csv", TABLE.replace(",5,", ",five,"), "row 2, column G: is no number"),
        ("rubric.txt", "x", "ends in none of .yaml, .json and .csv"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(
    terminal: Terminal, name: str, text: str, words: str
) -> None:
    """With its place; no traceback."""
    (terminal.folder / name).write_text(text)

    result = terminal.run("rubrics", "lint", name)

    assert result.exit_code == 1
    assert f"Error: {name}" in result.output
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_badge_goes_in_and_comes_out_as_a_file(installed: Terminal, example: Path) -> None:
    """Imported, published, changed, compared, imported again."""
    assert "as version 1, a draft" in installed.do(
        "rubrics", "import", str(example), "--program", PROGRAM
    )
    assert installed.do("rubrics", "show", "listening").startswith("Listening in the first")
    assert "exactly this already" in installed.fail(
        "rubrics", "import", str(example), "--program", PROGRAM
    )
    installed.do("rubrics", "publish", "listening", "--levels", "assessor")

    for notation in Notation:
        data = installed.do("rubrics", "export", "listening", "--format", notation.value)
        assert parse_definition(data.encode(), notation).is_published
        (installed.folder / f"out.{notation}").write_text(data, "utf-8")
        assert "They say the same." in installed.do(
            "rubrics", "diff", "listening", f"out.{notation}"
        )

    next_year = (installed.folder / "out.yaml").read_text("utf-8").replace("Gives", "Pays")
    (installed.folder / "next.yaml").write_text(next_year, "utf-8")
    result = installed.run("rubrics", "diff", "listening", "next.yaml")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "competency “Gives attention”, title: was “Gives attention”, is “Pays attention”.",
        "Open submissions that stay with version 1 of listening: 0",
    ]
    assert "as version 2, a draft" in installed.do(
        "rubrics", "import", "next.yaml", "--program", PROGRAM
    )
    assert installed.run("rubrics", "diff", "listening@1", "listening@2").exit_code == 1
    assert "(version 2)" in installed.do("badges", "publish", "listening", "--levels", "assessor")


def test_a_table_of_canvas_becomes_a_badge_and_a_table_again(installed: Terminal) -> None:
    """The way from an LMS into a program, and back."""
    (installed.folder / "essay.csv").write_text(TABLE, "utf-8")
    said = installed.do("rubrics", "import", "essay.csv", "--program", PROGRAM)
    assert "Imported essay as version 1" in said
    assert "It says nowhere what the badge asks for." in said
    assert "a table holds no more" in installed.fail(
        "rubrics", "import", "essay.csv", "--program", PROGRAM
    )

    again = installed.do("rubrics", "export", "essay", "--format", "canvas")
    assert again.lstrip("\ufeff").replace("\r\n", "\n") == TABLE
    moodle = installed.do("rubrics", "export", "essay", "--format", "moodle")
    assert "Clarity,Good,All of it,5" in moodle
    assert "what it means is not carried" in moodle


def test_what_a_table_loses_is_said(installed: Terminal) -> None:
    """On standard error, so that the table itself can go into a file."""
    result = installed.run("rubrics", "export", BADGE, "--format", "canvas")

    assert result.exit_code == 0
    assert "the bands of its levels are not carried" in result.stderr
    assert "What is asked for beside the rubric is not carried." in result.stderr
    assert "carried" not in result.stdout


def test_one_of_several_rubrics_is_named(installed: Terminal) -> None:
    """By its name in the table."""
    both = TABLE + TABLE.splitlines()[1].replace("Essay", "Talk") + "\n"
    (installed.folder / "both.csv").write_text(both, "utf-8")

    assert "“Essay”, “Talk”" in installed.fail(
        "rubrics", "import", "both.csv", "--program", PROGRAM
    )
    said = installed.do("rubrics", "import", "both.csv", "--program", PROGRAM, "--rubric", "Talk")
    assert "Imported talk" in said


def test_a_text_that_must_not_be_changed_is_refused(installed: Terminal) -> None:
    """What ships word for word, with another word in it, and no right to change it."""
    (definition,) = (one for one in load_shipped(PROGRAM).achievements if one.id == BADGE)
    document = json.loads(serialize_definition(definition))
    document["title"] = "Ours"
    document["rubric"]["licence"]["allows_changes"] = False
    (installed.folder / "ours.json").write_text(json.dumps(document), "utf-8")

    said = installed.fail("rubrics", "import", "ours.json", "--program", PROGRAM)

    assert "does not allow changes" in said


def test_what_must_not_be_handed_on_needs_a_word(installed: Terminal) -> None:
    """`--private`."""
    document = json.loads(serialize_definition(a_definition()))
    document["licence"] = {
        "title": "Internal",
        "url": "https://x.example",
        "allows_redistribution": False,
    }
    (installed.folder / "inside.json").write_text(json.dumps(document), "utf-8")
    installed.do("rubrics", "import", "inside.json", "--program", PROGRAM)

    assert "--private" in installed.fail("rubrics", "export", "a-badge")
    assert "Internal" in installed.do("rubrics", "export", "a-badge", "--private")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("rubrics show nothing", "no badge 'nothing'"),
        ("rubrics show nothing.yaml", "nothing.yaml cannot be read"),
        (f"rubrics show {BADGE}@7", "has no version '7'"),
        ("rubrics export nothing", "no badge 'nothing'"),
        (f"rubrics export {PROGRAM}-1 --format canvas", "placeholder"),
        ("rubrics lint x.yaml --program nothing", "no program 'nothing' is installed"),
        ("rubrics publish nothing --levels tasks", "`quatrefoil programs install`"),
        ("decisions replay 00000000-0000-0000-0000-000000000007", "no decision"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    installed: Terminal, command: str, words: str
) -> None:
    """And exit code 1."""
    assert words in installed.fail(*command.split())


@pytest.mark.parametrize(
    "command",
    [
        "rubrics",
        "rubrics lint",
        "rubrics import x.yaml",
        "rubrics export",
        f"rubrics export {BADGE} --format xml",
        "rubrics diff one",
        "decisions replay",
        "decisions replay x",
        "decisions replay 00000000-0000-0000-0000-000000000007 --all",
    ],
)
def test_a_mistyped_command_exits_2(terminal: Terminal, command: str) -> None:
    """As everywhere."""
    assert terminal.run(*command.split()).exit_code == 2


def test_replaying_nothing_is_fine(installed: Terminal) -> None:
    """An installation without decisions, and the schema of those to come."""
    assert installed.do("decisions", "replay", "--all") == "0 decisions: 0 the same, 0 different.\n"
    assert json.loads(installed.do("decisions", "schema"))["$id"] == "urn:quatrefoil:schema:trace"
