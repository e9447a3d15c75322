"""Document <-> Rubric."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rubrics.criterion import Note, NoteKind
from rubrics.definition import parse_rubric, rubric_document
from rubrics.errors import InvalidRubricError
from rubrics.model import Licence, Rubric, Source
from rubrics.scales import Level
from tests.factories import a_rubric, a_task_rubric


def a_full_rubric() -> Rubric:
    """A rubric in which nothing is empty."""
    rubric = a_task_rubric()
    note = Note(kind=NoteKind.SIC, quote="IFC", text="Read ICF.")
    first = rubric.criteria[0]
    cumulative = replace(first.levels[0], cumulative=True)
    criterion = replace(first, levels=(cumulative, *first.levels[1:]), notes=(note,))
    return replace(
        rubric,
        criteria=(criterion, *rubric.criteria[1:]),
        licence=Licence(title="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        attribution="Written by us.\n\u2022 And by others.",
        source=Source(name="source.txt", sha256="0" * 64),
        notes=(note,),
    )


@pytest.mark.parametrize(
    "rubric",
    [a_rubric(), a_rubric(level_source=None), a_task_rubric(), a_full_rubric()],
    ids=["assessor", "undecided", "tasks", "full"],
)
def test_a_rubric_comes_back_from_its_document(rubric: Rubric) -> None:
    """Writing and reading are each other's inverse."""
    assert parse_rubric(rubric_document(rubric)) == rubric


def test_the_document_of_a_level_in_full() -> None:
    """Points are text, bands are integers, and empty parts are left out."""
    document: Any = rubric_document(a_task_rubric())

    assert document["criteria"][0]["levels"][0] == {
        "id": "p5",
        "title": "5 points",
        "points": "5",
        "cumulative": False,
        "band": {"minimum": 9, "maximum": 10},
        "descriptor": "Work that is worth 5.",
    }
    assert list(document) == ["id", "title", "level_source", "tasks", "criteria"]


def _set(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:  # noqa: ANN401 - a document that is made hostile
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


LEVEL = ("criteria", 0, "levels", 0)
AT = "criteria/0/levels/0"
A_CRITERION = rubric_document(a_rubric())["criteria"][0]  # type: ignore[index]  # a list
SCRIPT = {"title": "x", "url": "javascript:x"}
QUOTE = {"title": "x", "url": 'https://x/"'}

HOSTILE: dict[str, tuple[Callable[[Any], None], str]] = {
    "an unknown key": (_set("secret", value=1), "secret"),
    "an unknown key inside": (_set(*LEVEL, "weight", value=1), f"{AT}/weight"),
    "a number for an id": (_set("id", value=7), "id"),
    "an id with a line break": (_set("id", value="a\n"), "id"),
    "an id with a path": (_set("id", value="../../x"), "id"),
    "an id in capitals": (_set("id", value="A"), "id"),
    "an endless id": (_set("id", value="a" * 65), "id"),
    "an empty title": (_set("title", value=""), "title"),
    "a blank title": (_set("title", value=" "), "title"),
    "a title of two lines": (_set("title", value="a\nb"), "title"),
    "a null byte": (_set("title", value="a\x00b"), "title"),
    "half a character": (_set("title", value="a\ud800b"), "title"),
    "a huge text": (_set(*LEVEL, "descriptor", value="a" * 20_001), f"{AT}/descriptor"),
    "a carriage return": (_set(*LEVEL, "descriptor", value="a\r\nb"), f"{AT}/descriptor"),
    "points as a number": (_set(*LEVEL, "points", value=5), f"{AT}/points"),
    "points as a float": (_set(*LEVEL, "points", value=5.0), f"{AT}/points"),
    "points as a bool": (_set(*LEVEL, "points", value=True), f"{AT}/points"),
    "negative points": (_set(*LEVEL, "points", value="-1"), f"{AT}/points"),
    "points with an exponent": (_set(*LEVEL, "points", value="1e3"), f"{AT}/points"),
    "points with trailing zeros": (_set(*LEVEL, "points", value="5.0"), f"{AT}/points"),
    "points in other digits": (_set(*LEVEL, "points", value="\u0663"), f"{AT}/points"),
    "points with a line break": (_set(*LEVEL, "points", value="5\n"), f"{AT}/points"),
    "NaN": (_set(*LEVEL, "points", value="NaN"), f"{AT}/points"),
    "a bool that is an integer": (_set(*LEVEL, "cumulative", value=1), f"{AT}/cumulative"),
    "a bool for an integer": (_set("tasks", 0, "minimum", value=False), "tasks/0/minimum"),
    "a float for an integer": (_set("tasks", 0, "maximum", value=5.0), "tasks/0/maximum"),
    "text for an integer": (_set("tasks", 0, "maximum", value="5"), "tasks/0/maximum"),
    "a huge task": (_set("tasks", 0, "maximum", value=10**9), "tasks/0/maximum"),
    "a task turned around": (_set("tasks", 0, "minimum", value=5), "tasks/task-1"),
    "a huge band": (_set(*LEVEL, "band", "maximum", value=10**9), f"{AT}/band/maximum"),
    "a band turned around": (_set(*LEVEL, "band", "maximum", value=3), "criteria/a/levels/p5/band"),
    "a repeated level": (_set(*LEVEL, "id", value="p3"), "criteria/a/levels"),
    "a repeated criterion": (_set("criteria", 0, "id", value="b"), "criteria"),
    "a repeated task": (_set("tasks", 0, "id", value="task-2"), "tasks"),
    "an unknown source of levels": (_set("level_source", value="magic"), "level_source"),
    "no source of levels, but tasks": (lambda document: document.pop("level_source"), "tasks"),
    "no criteria": (_set("criteria", value=[]), "criteria"),
    "criteria as an object": (_set("criteria", value={}), "criteria"),
    "many criteria": (lambda document: document["criteria"].extend([A_CRITERION] * 50), "criteria"),
    "no title": (lambda document: document.pop("title"), "title"),
    "a link that runs a script": (_set("licence", value=SCRIPT), "licence/url"),
    "a link with a quote": (_set("licence", value=QUOTE), "licence/url"),
    "a hash that is none": (_set("source", value={"name": "x", "sha256": "0"}), "source/sha256"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "place"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_documents_end_in_our_error(change: Callable[[Any], None], place: str) -> None:
    """Each hostile shape is refused, and the error names the place and repeats no value."""
    document = rubric_document(a_task_rubric())
    change(document)

    with pytest.raises(InvalidRubricError) as caught:
        parse_rubric(document)

    assert caught.value.place == place
    assert len(str(caught.value)) < 300


def test_levels_keep_the_order_of_their_source() -> None:
    """A source may list levels from high to low or from low to high."""
    rubric = a_rubric()
    levels: tuple[Level, ...] = tuple(reversed(rubric.criteria[0].levels))
    turned = replace(rubric, criteria=(replace(rubric.criteria[0], levels=levels),))

    assert parse_rubric(rubric_document(turned)).criteria[0].levels == levels
