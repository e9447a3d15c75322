"""Document <-> AchievementDefinition."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges.conditions import EveryCriterionAtLeast, TotalAtLeast
from badges.definition import (
    AchievementDefinition,
    DefinitionState,
    FormOrigin,
    FrameworkItem,
    OpenQuestion,
    Origin,
    Provenance,
    definition_hash,
    parse_definition,
    serialize_definition,
    with_choice,
)
from badges.errors import InvalidDefinitionError
from rubrics.criterion import Criterion, EvidenceRule, Note, NoteKind
from rubrics.form import ArtefactKind, ArtefactRequirement, Prompt
from rubrics.model import LevelSource, Licence, Rubric, ScoredTask, Source
from rubrics.scales import Band, Level
from tests.factories import a_definition, a_placeholder, a_prompt, a_rubric, a_scored_task

LICENCE = Licence(title="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/")


def a_full_definition() -> AchievementDefinition:
    """A definition in which nothing is empty."""
    definition = a_definition(
        rubric=a_rubric(level_source=None),
        tags=("coaching",),
        licence=LICENCE,
        attribution="By others.",
        provenance=Provenance(
            source=Source(name="source.txt", sha256="0" * 64),
            changes="None.",
            open_questions=(OpenQuestion(id="level-source", text="How does a level arise?"),),
        ),
        suggested_tasks=(a_scored_task(),),
        form_origin=FormOrigin.PRODUCT,
        prompts=(a_prompt(help="As it was.", minimum_words=1, criterion_id="a"),),
        evidence_rule=EvidenceRule(
            minimum_per_criterion=1, needs_locator=True, needs_explanation=False
        ),
        alignments=(
            FrameworkItem(
                title="Listens",
                url="https://example.org/skills/1",
                framework="Skills",
                framework_version="2026",
                code="1",
                criterion_id="a",
            ),
        ),
    )
    return with_choice(definition, LevelSource.ASSESSOR)


@pytest.mark.parametrize(
    "definition",
    [a_definition(), a_placeholder(), a_full_definition()],
    ids=["plain", "placeholder", "full"],
)
def test_a_definition_comes_back_from_its_bytes(definition: AchievementDefinition) -> None:
    """Reading and writing are each other's inverse, in values and in bytes."""
    data = serialize_definition(definition)

    assert parse_definition(data) == definition
    assert serialize_definition(parse_definition(data)) == data


def test_the_hash_is_of_the_bytes() -> None:
    """What a decision refers to is the SHA-256 of the canonical bytes."""
    definition = a_definition()

    assert definition_hash(definition) == sha256(serialize_definition(definition)).hexdigest()
    assert definition_hash(definition) != definition_hash(a_definition(title="Another badge"))


def test_the_document_of_a_placeholder_in_full() -> None:
    """A placeholder's document holds its place and nothing else."""
    assert json.loads(serialize_definition(a_placeholder())) == {
        "id": "a-placeholder",
        "title": "To be supplied",
        "program": "a-program",
        "position": 2,
        "total_in_stack": 4,
        "state": "placeholder",
        "origin": "own",
        "description": "Not known here.",
    }


def test_other_spellings_of_a_document_have_one_canonical_form() -> None:
    """Order of keys and white space of what comes in leave no trace."""
    definition = a_definition()
    other = json.dumps(json.loads(serialize_definition(definition)), sort_keys=True).encode()

    assert serialize_definition(parse_definition(other)) == serialize_definition(definition)


@pytest.mark.parametrize(
    "definition",
    [
        a_definition(id="Not An Id"),
        a_definition(title="two\nlines"),
        a_definition(description=""),
        a_definition(description="half a \ud800 character"),
        a_definition(position=51, total_in_stack=51),
        replace(a_placeholder(), description="x" * 20_001),
    ],
    ids=["id", "title", "empty", "surrogate", "position", "length"],
)
def test_nothing_is_written_that_could_not_be_read(definition: AchievementDefinition) -> None:
    """A value that breaks the schema is refused before its bytes are stored."""
    with pytest.raises(InvalidDefinitionError) as caught:
        serialize_definition(definition)

    assert caught.value.place


Change = Callable[[Any], object]


def put(*path: str | int, value: object) -> Change:
    """A change that sets one place of the document."""

    def change(document: Any) -> None:  # noqa: ANN401 - a document that is made hostile
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


HOSTILE: dict[str, tuple[Change, str]] = {
    "an unknown key": (put("secret", value=1), "secret"),
    "no id": (lambda document: document.pop("id"), "id"),
    "an unknown state": (put("state", value="open"), "state"),
    "an unknown origin": (put("origin", value=None), "origin"),
    "a bool for a position": (put("position", value=True), "position"),
    "text for a position": (put("position", value="1"), "position"),
    "a place outside the stack": (put("position", value=5), "position"),
    "a placeholder with a rubric": (put("state", value="placeholder"), "state"),
    "a rubric that is null": (put("rubric", value=None), "rubric"),
    "no rubric": (lambda document: document.pop("rubric"), "rubric"),
    "a bool inside the rubric": (
        put("rubric", "criteria", 0, "levels", 0, "points", value=True),
        "rubric/criteria/0/levels/0/points",
    ),
    "a repeated criterion": (put("rubric", "criteria", 1, "id", value="a"), "criteria"),
    "an unknown condition": (put("conditions", 0, "kind", value="mean"), "conditions/0/kind"),
    "a condition of no kind": (put("conditions", 0, value={}), "conditions/0/kind"),
    "a condition that is text": (put("conditions", 0, value="x"), "conditions/0"),
    "a condition on no level": (
        put("conditions", 1, "level_id", value="p9"),
        "conditions/1/level_id",
    ),
    "points of a condition as a number": (
        put("conditions", 0, "points", value=12),
        "conditions/0/points",
    ),
    "tags as text": (put("tags", value="coaching"), "tags"),
    "many tags": (put("tags", value=["a"] * 21), "tags"),
    "a prompt of no criterion": (
        put("prompts", 0, "criterion_id", value="z"),
        "prompts/story/criterion_id",
    ),
    "a prompt that wants endless words": (
        put("prompts", 0, "maximum_words", value=10**9),
        "prompts/0/maximum_words",
    ),
    "a prompt turned around": (
        lambda document: document["prompts"][0].update(minimum_words=9, maximum_words=1),
        "prompts/story",
    ),
    "an unknown kind of artefact": (
        put("artefact_requirements", 0, "kinds", value=["tape"]),
        "artefact_requirements/0/kinds/0",
    ),
    "an unknown choice": (put("program_choices", value=["everything"]), "program_choices/0"),
    "an alignment without a version": (
        put("alignments", value=[{"title": "x", "framework": "y", "url": "https://x"}]),
        "alignments/0/framework_version",
    ),
    "markup in an id": (put("id", value="<b>"), "id"),
}


@pytest.mark.parametrize(("change", "place"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_documents_end_in_our_error(change: Change, place: str) -> None:
    """Each hostile shape is refused, and the error names the place and repeats no value."""
    document = json.loads(serialize_definition(a_definition()))
    change(document)

    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(json.dumps(document).encode())

    assert caught.value.place == place
    assert len(str(caught.value)) < 300


HOSTILE_BYTES = {
    "empty": b"",
    "no JSON": b"quatrefoil",
    "an array": b"[]",
    "a float": b'{"position": 1.0}',
    "a repeated key": b'{"id": "a", "id": "b"}',
    "deep": b'{"rubric":' * 50_000 + b"1" + b"}" * 50_000,
    "nearly too deep": b'{"id": ' + b"[" * 900 + b"]" * 900 + b"}",
    "huge": b" " * 2_000_000,
    "not UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("data", HOSTILE_BYTES.values(), ids=HOSTILE_BYTES.keys())
def test_hostile_bytes_end_in_our_error(data: bytes) -> None:
    """Bytes that are no definition never end in anybody else's exception."""
    with pytest.raises(InvalidDefinitionError):
        parse_definition(data)


ids = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6})?", fullmatch=True)
lines = (
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
texts = st.lists(lines, min_size=1, max_size=3).map("\n\u2022 ".join)
points = st.decimals(min_value=0, max_value=9999, places=2, allow_nan=False)
licences = st.builds(Licence, title=lines, url=st.just("https://example.org/licence"))
notes = st.lists(
    st.builds(Note, kind=st.sampled_from(NoteKind), quote=texts, text=texts), max_size=2
).map(tuple)


@st.composite
def criteria(draw: st.DrawFn, id_: str) -> Criterion:
    """A criterion with the levels low and high, with or without bands."""
    low, high = draw(st.lists(points, min_size=2, max_size=2, unique=True).map(sorted))
    split = draw(st.integers(0, 9))
    bands = draw(
        st.sampled_from(
            [(None, None), (Band(minimum=0, maximum=split), Band(minimum=split + 1, maximum=10))]
        )
    )
    cumulative = draw(st.booleans())
    levels = (
        Level(id="high", title=draw(lines), points=high, descriptor=draw(texts), band=bands[1],
              cumulative=cumulative),
        Level(id="low", title=draw(lines), points=low, descriptor=draw(texts), band=bands[0]),
    )  # fmt: skip
    return Criterion(
        id=id_, title=draw(lines), definition=draw(texts), levels=levels, notes=draw(notes)
    )


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    """A rubric of one to three criteria."""
    source = draw(st.sampled_from([None, *LevelSource]))
    names = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    task = ScoredTask(id=draw(ids), title=draw(lines), minimum=0, maximum=10)
    return Rubric(
        id=draw(ids),
        title=draw(lines),
        criteria=tuple(draw(criteria(name)) for name in names),
        level_source=source,
        tasks=(task,) if source is LevelSource.TASKS else (),
        licence=draw(st.none() | licences),
        attribution=draw(st.just("") | texts),
        notes=draw(notes),
    )


@st.composite
def definitions(draw: st.DrawFn) -> AchievementDefinition:
    """A definition that can be written, not necessarily one that can be published."""
    rubric = draw(rubrics())
    criterion_ids = st.none() | st.sampled_from([criterion.id for criterion in rubric.criteria])
    prompt = st.builds(
        Prompt, id=ids, title=lines, help=st.just("") | texts, required=st.booleans(),
        maximum_words=st.none() | st.integers(1, 100), criterion_id=criterion_ids,
    )  # fmt: skip
    items = st.builds(
        FrameworkItem, title=lines, url=st.just("http://example.org/x"), framework=lines,
        framework_version=lines, code=st.just("") | lines, criterion_id=criterion_ids,
    )  # fmt: skip
    conditions = st.builds(TotalAtLeast, points=points) | st.just(
        EveryCriterionAtLeast(level_id="high")
    )
    return AchievementDefinition(
        id=draw(ids),
        title=draw(lines),
        program=draw(ids),
        position=draw(st.integers(1, 4)),
        total_in_stack=4,
        state=draw(st.sampled_from([s for s in DefinitionState if s != "placeholder"])),
        origin=draw(st.sampled_from(Origin)),
        description=draw(texts),
        criteria_narrative=draw(st.just("") | texts),
        tags=tuple(draw(st.lists(lines, max_size=2))),
        licence=draw(st.none() | licences),
        conditions=tuple(draw(st.lists(conditions, max_size=3))),
        rubric=rubric,
        form_origin=draw(st.sampled_from(FormOrigin)),
        prompts=tuple(draw(st.lists(prompt, max_size=2, unique_by=lambda one: one.id))),
        artefact_requirements=(
            ArtefactRequirement(
                id=draw(ids), title=draw(lines), kinds=(ArtefactKind.FILE,), minimum_count=0
            ),
        ),
        evidence_rule=draw(
            st.builds(
                EvidenceRule, minimum_per_criterion=st.integers(0, 20),
                needs_locator=st.booleans(), needs_explanation=st.booleans(),
            )
        ),
        alignments=tuple(draw(st.lists(items, max_size=2))),
    )  # fmt: skip


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(definition=definitions())
def test_any_definition_round_trips_byte_for_byte(definition: AchievementDefinition) -> None:
    """Whatever can be written is read back equal, and written again as the same bytes."""
    data = serialize_definition(definition)

    again = parse_definition(data)

    assert again == definition
    assert serialize_definition(again) == data


@settings(deadline=None)
@given(points=points)
def test_points_of_equal_value_have_equal_bytes(points: Decimal) -> None:
    """5, 5.0 and 5.00 are one number of points and one sequence of bytes."""
    spelled = [
        serialize_definition(a_definition(conditions=(TotalAtLeast(points=p),)))
        for p in (points, points.normalize(), points * Decimal("1.0"))
    ]

    assert len(set(spelled)) == 1
