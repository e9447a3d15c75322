"""The page of a definition: its words, where they come from, what is open, what was found."""

from dataclasses import replace
from importlib import resources

import pytest
from flask import Flask

from badges.definition import (
    AchievementDefinition,
    parse_definition,
    publish,
    with_choice,
)
from lti_tool.runtime import Runtime
from rubrics.model import LevelSource, Licence
from tests.factories import a_definition
from tests.rows import a_course

CLOSED = Licence(
    title="All rights reserved, used with permission",
    url="https://example.org/terms",
    allows_changes=False,
    allows_redistribution=False,
)


def the_shipped_badge() -> AchievementDefinition:
    """The transcribed badge, its levels rated by the assessor."""
    name = "atpa-academic-coaching-2.json"
    document = resources.files("badges.library").joinpath(name).read_bytes()
    return publish(with_choice(parse_definition(document), LevelSource.ASSESSOR))


def page_of(app: Flask, runtime: Runtime, definition: AchievementDefinition, end: str = "") -> str:
    """Return a public page of a published definition."""
    with runtime.writing() as session:
        course = a_course(session, definition=definition)
    answer = app.test_client().get(f"/achievements/{course.version.id}{end}")
    assert answer.status_code == 200
    return answer.text


def test_a_stranger_reads_where_the_words_come_from_and_what_is_open(
    app: Flask, runtime: Runtime
) -> None:
    """Source with its hash, changes, open questions, and what the linter found."""
    definition = the_shipped_badge()

    page = page_of(app, runtime, definition, "/rubric")

    source = definition.provenance.source
    assert source
    assert source.sha256 in page
    assert "Transcribed word for word" in page
    assert "Which strategic plan is meant" in page
    assert "This holds whenever these do" in page
    assert "would look like a fail" in page


@pytest.mark.parametrize("end", ["", "/rubric", ".json"])
def test_words_that_may_not_be_handed_on_stay_in_the_course(
    app: Flask, runtime: Runtime, end: str
) -> None:
    """Names are there, definitions and descriptors are not, on the page and in the data."""
    rubric = replace(a_definition().get_rubric(), licence=CLOSED)
    definition = publish(a_definition(rubric=rubric, licence=CLOSED, attribution="A publisher."))

    page = page_of(app, runtime, definition, end)

    assert rubric.criteria[0].title in page
    assert rubric.criteria[0].definition not in page
    assert rubric.criteria[0].levels[0].descriptor not in page
