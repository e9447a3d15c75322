"""Definitions as people write them: YAML and JSON files, the schema for editors, the manual."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from badges.definition import (
    AchievementDefinition,
    definition_schema,
    parse_definition,
    publish,
    serialize_definition,
)
from badges.errors import InvalidDefinitionError
from badges.library import list_shipped, load_shipped
from rubrics.documents import Notation, read_document, write_document
from tests.factories import a_definition, a_placeholder

MANUAL = Path(__file__).parents[3] / "docs" / "definitions.md"
DEFINITIONS = [
    definition for name in list_shipped() for definition in load_shipped(name).achievements
] + [a_definition(), a_placeholder()]


def the_example() -> str:
    """The YAML of the manual."""
    found = re.search(r"```yaml\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def as_others_read(text: str) -> dict[str, Any]:
    """The document as another reader of YAML has it; blocks keep their last line break there."""
    document: dict[str, Any] = yaml.safe_load(text)
    document["criteria_narrative"] = document["criteria_narrative"].strip()
    return document


def as_yaml(definition: AchievementDefinition) -> bytes:
    """The definition as another writer of YAML puts it."""
    document = json.loads(serialize_definition(definition))
    data: bytes = yaml.safe_dump(document, encoding="utf-8", allow_unicode=True, sort_keys=False)
    return data


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.id)
def test_a_definition_means_the_same_in_both_notations(definition: AchievementDefinition) -> None:
    """One value, and so one hash, whichever way it was written."""
    assert parse_definition(as_yaml(definition), Notation.YAML) == definition


def test_the_example_of_the_manual_can_be_published() -> None:
    """Who begins with a copy of it begins with something that works."""
    definition = publish(parse_definition(the_example().encode(), Notation.YAML))

    assert [one.id for one in definition.get_rubric().criteria] == ["attention", "questions"]
    assert definition.criteria_narrative.endswith("two competencies.")
    assert len(definition.conditions) == 2


def changed(old: str, new: str) -> str:
    """The example with a mistake in it."""
    text = the_example()
    assert old in text
    return text.replace(old, new, 1)


STRONG = '{id: strong, title: Strong, points: "5", descriptor: "Throughout, also under pressure."}'
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    # name: what stands there, what stands there instead, the place, the reason
    "points as a number": (
        'points: "6"',
        "points: 6",
        "conditions/0/points",
        "put it in quotes",
    ),
    "points with a comma": ('points: "6"', 'points: "6,5"', "conditions/0/points", "the one way"),
    "points that are none": ('points: "6"', "points: NaN", "conditions/0/points", "the one way"),
    "points as a fraction": ('points: "6"', "points: 6.5", "conditions/0/points", "quotes"),
    "an unknown key": (
        "minimum_words: 50",
        "minimal_words: 50",
        "prompts/0/minimal_words",
        "nobody reads",
    ),
    "a missing title": (
        "      title: Asks open questions\n",
        "",
        "rubric/criteria/1/title",
        "is missing",
    ),
    "an id that comes twice": ("id: questions", "id: attention", "criteria", "comes twice"),
    "a level of no criterion": (
        "level_id: developing",
        "level_id: superb",
        "conditions/1/level_id",
        "names no level",
    ),
    "a prompt of no criterion": (
        "criterion_id: attention",
        "criterion_id: tension",
        "prompts/reflection/criterion_id",
        "names no criterion",
    ),
    "a band turned around": (
        STRONG,
        STRONG.replace("}", ", band: {minimum: 9, maximum: 3}}"),
        "criteria/attention/levels/strong/band",
        "ends below its beginning",
    ),
    "a title that is yes": ("title: Listening\n", "title: yes\n", "rubric/title", "yes and no"),
    "a date": ("image_alt: A badge with one ear", "image_alt: 2026-11-21", "image_alt", "a date"),
    "a title of two lines": (
        "title: Listening\n",
        'title: "Two\\nlines"\n',
        "rubric/title",
        "One line",
    ),
    "a key that comes twice": (
        "origin: own",
        "origin: own\norigin: adapted",
        "origin",
        "comes twice",
    ),
    "an anchor": ("origin: own", "origin: &o own", "origin", "anchor"),
    "a list for a text": ("origin: own", "origin: [own]", "origin", "enum"),
}


@pytest.mark.parametrize(("old", "new", "place", "reason"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_line(old: str, new: str, place: str, reason: str) -> None:
    """The place as everywhere, and the line where an editor finds it."""
    text = changed(old, new)

    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(text.encode(), Notation.YAML)

    error = caught.value
    assert (error.place, reason in error.reason) == (place, True), error
    assert error.mark is not None
    assert str(error).startswith(f"line {error.mark.line}, column ")
    if new:
        last_key = place.rpartition("/")[2]
        line = text.splitlines()[error.mark.line - 1]
        assert last_key in line or new.splitlines()[-1] in line


@pytest.mark.parametrize(
    "name", ["points as a number", "an unknown key", "a prompt of no criterion"]
)
def test_json_names_the_line_too(name: str) -> None:
    """The same mistake in the other notation, on the line where it stands there."""
    old, new, place, _ = MISTAKES[name]
    document = as_others_read(changed(old, new))
    text = json.dumps(document, indent=2, ensure_ascii=False)

    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(text.encode())

    assert caught.value.place == place
    assert caught.value.mark is not None
    assert place.rpartition("/")[2] in text.splitlines()[caught.value.mark.line - 1]


def test_ten_thousand_criteria_are_refused_unread() -> None:
    """The length of a list is looked at before its items."""
    document = json.loads(serialize_definition(a_definition()))
    document["rubric"]["criteria"] = [{"id": f"c{number}"} for number in range(10_000)]

    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(json.dumps(document).encode())

    assert (caught.value.place, caught.value.reason) == (
        "rubric/criteria",
        "breaks the rule maxItems: 60",
    )


def test_a_deep_tree_is_refused() -> None:
    """In both notations, by whichever limit comes first."""
    document = json.loads(serialize_definition(a_definition()))
    criterion: dict[str, Any] = {"id": "bottom", "title": "Bottom", "scale": "none"}
    for number in range(6):
        criterion = {"id": f"c{number}", "title": "C", "scale": "none", "criteria": [criterion]}
    document["rubric"]["criteria"].append(criterion)
    for notation, data in (
        (Notation.JSON, json.dumps(document, indent=1)),
        (Notation.YAML, yaml.safe_dump(document, sort_keys=False)),
    ):
        with pytest.raises(InvalidDefinitionError) as caught:
            parse_definition(data.encode(), notation)

        assert caught.value.reason == "stands too deep in the tree"
        assert caught.value.place == "criteria/c0"
        assert caught.value.mark is not None
        around = data.splitlines()[caught.value.mark.line - 1 :][:2]
        assert any("c0" in line for line in around)


def test_the_schema_is_one_piece() -> None:
    """It is a schema, refers to nothing outside, and takes what we take."""
    schema = definition_schema()
    Draft202012Validator.check_schema(schema)
    references = re.findall(r'"\$ref": "([^"]*)"', json.dumps(schema))

    assert all(one.startswith("#/$defs/") for one in references)
    validator = Draft202012Validator(schema)
    for definition in DEFINITIONS:
        validator.validate(json.loads(serialize_definition(definition)))
    validator.validate(as_others_read(the_example()))


@pytest.mark.parametrize("name", ["an unknown key", "a missing title", "a list for a text"])
def test_the_schema_for_editors_refuses_what_we_refuse(name: str) -> None:
    """An editor that knows the schema marks the mistake."""
    old, new, _, _ = MISTAKES[name]

    validator = Draft202012Validator(definition_schema())

    assert not validator.is_valid(as_others_read(changed(old, new)))


@settings(max_examples=200)
@given(
    st.text(max_size=60)
    | st.sampled_from(["{", "- ", "a: ", "&a ", "*a", "|", "\n"]).flatmap(
        lambda start: st.text("ab:-{}[]&*!|>'\"#%@,? \n\t", max_size=40).map(
            lambda rest: start + rest
        )
    )
)
def test_whatever_is_read_ends_in_our_error(text: str) -> None:
    """No text makes the reader fall over."""
    with pytest.raises(InvalidDefinitionError):
        parse_definition(text.encode("utf-8", "surrogatepass"), Notation.YAML)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.id)
def test_what_is_written_as_yaml_comes_back(definition: AchievementDefinition) -> None:
    """Here, and by any other reader of YAML; the order of keys stays."""
    data = serialize_definition(definition, Notation.YAML)

    assert parse_definition(data, Notation.YAML) == definition
    document = json.loads(serialize_definition(definition))
    assert list(document) == [
        line.partition(":")[0]
        for line in data.decode().splitlines()
        if re.match("[a-z_]+:", line) and not line.startswith(" ")
    ]
    assert read_document(data, Notation.YAML) == document


shown = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map(str.strip)
texts = st.lists(shown, min_size=1, max_size=4).map("\n".join).map(str.strip).filter(bool) | (
    st.sampled_from(
        ["yes", "No", "y", "1e3", "0o17", "017", "-5", "true", "~", "12:30", "#", "- a"]
    )
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.from_regex("[a-z_]{1,9}", fullmatch=True), texts, max_size=4))
def test_any_text_comes_back_from_yaml(document: dict[str, str]) -> None:
    """Whatever its script, and whatever another reader might take it for."""
    data = write_document({"texts": [document]}, Notation.YAML)

    assert read_document(data, Notation.YAML) == {"texts": [document]}
    found = yaml.safe_load(data)["texts"][0]
    assert {key: text.rstrip("\n") for key, text in found.items()} == document
