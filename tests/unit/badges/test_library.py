"""What comes with the product: the transcription word for word, and the invented stack."""

import re
from decimal import Decimal
from hashlib import sha256
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from badges.conditions import EveryCriterionAtLeast, TotalAtLeast
from badges.criteria import evaluate
from badges.definition import (
    AchievementDefinition,
    DefinitionState,
    FormOrigin,
    Origin,
    parse_definition,
    publish,
    serialize_definition,
    with_choice,
)
from badges.errors import PlaceholderDefinitionError, UnknownShippedProgramError
from badges.library import list_shipped, load_shipped
from badges.pathway_definition import find_faults, parse_pathway, serialize_pathway
from rubrics.criterion import NoteKind
from rubrics.documents import points_text
from rubrics.model import LevelSource, Rubric
from rubrics.scoring import CriterionRating, score

SEEDS = Path(__file__).resolve().parents[3].parent / "shared" / "seeds"
SOURCE = SEEDS / "000_0ef923a55862021a.txt"

# SHA-256 of the source's words, white space normalised: kept here so that the
# transcription stays true where the source itself is not at hand.
WORDS_OF_THE_SOURCE = "17eb80c7b8fd1c96b975de564e02f13e659190e8783d6166b5fc412a7d943a13"

needs_sources = pytest.mark.skipif(
    not SOURCE.is_file(), reason="the source documents are not beside the repository"
)


def badge_2() -> AchievementDefinition:
    """The transcribed badge."""
    return load_shipped("atpa-academic-coaching").achievements[1]


def words(text: str) -> str:
    """The text with its white space normalised."""
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """The sentences of a text; paragraphs and table cells end one too."""
    return [words(part) for part in re.split(r"(?<=[.!?])\s+|[\t\n]+", text) if part.strip()]


def transcribed_texts(definition: AchievementDefinition) -> list[str]:
    """Every text of the definition that is the source's, in the source's order."""
    rubric = definition.get_rubric()
    texts = [rubric.title, definition.description, definition.criteria_narrative]
    for criterion in rubric.criteria:
        texts += [criterion.title, criterion.definition]
        texts += [text for level in criterion.levels for text in (level.title, level.descriptor)]
    return [*texts, rubric.attribution, definition.title, *quotes(rubric)]


def quotes(rubric: Rubric) -> list[str]:
    """Every phrase that a note quotes."""
    notes = (*rubric.notes, *(note for one in rubric.criteria for note in one.notes))
    return [note.quote for note in notes]


def rebuilt_source(definition: AchievementDefinition) -> str:
    """The source's words, put together again from the parts of the definition."""
    rubric = definition.get_rubric()
    building_on, rating = rubric.notes[0].quote, rubric.notes[3].quote
    parts = [rubric.title, definition.description, definition.criteria_narrative]
    for number, criterion in enumerate(rubric.criteria, 1):
        parts.append("Competency")
        for level in criterion.levels:
            parts.append(f"{level.title} [{points_text(level.points or Decimal(0))}]")
            parts += [building_on] if level.cumulative else []
        parts += [rating, f"{number}. {criterion.title} Definition:", criterion.definition]
        parts += [level.descriptor for level in criterion.levels]
    return words(" ".join([*parts, rubric.attribution]))


def test_the_transcription_keeps_every_word_in_its_order() -> None:
    """Put together again, the definition is the source, by the stored hash of its words."""
    assert sha256(rebuilt_source(badge_2()).encode()).hexdigest() == WORDS_OF_THE_SOURCE


@needs_sources
@pytest.mark.shared
def test_the_transcription_is_the_source() -> None:
    """The rebuilt text equals the source's, and the definition names the source's bytes."""
    source = badge_2().provenance.source

    assert rebuilt_source(badge_2()) == words(SOURCE.read_text(encoding="utf-8"))
    assert source is not None
    assert source.name == SOURCE.name
    assert source.sha256 == sha256(SOURCE.read_bytes()).hexdigest()
    assert badge_2().get_rubric().source == source


@needs_sources
@pytest.mark.shared
def test_every_transcribed_sentence_stands_in_the_source() -> None:
    """Nothing that is presented as the source's was added or changed."""
    source = words(SOURCE.read_text(encoding="utf-8"))

    for text in transcribed_texts(badge_2()):
        for sentence in sentences(text):
            assert sentence in source


@needs_sources
@pytest.mark.shared
def test_every_sentence_of_the_source_is_shipped() -> None:
    """Nothing of the preamble, of a table cell or of the footer was left out."""
    shipped = words(" ".join(transcribed_texts(badge_2())))
    marks = re.compile(r"^(\d\.|Competency|Definition:|\[[531]\])\s*|\s*\[[531]\]$")

    for sentence in sentences(SOURCE.read_text(encoding="utf-8")):
        # A number, the words "Competency" and "Definition:", and the points became structure.
        for part in re.split(r"(?<=\d\.) | Definition: | \[[531]\](?: |$)", sentence):
            assert marks.sub("", part) in shipped


def test_the_oddities_of_the_source_are_kept_and_noted() -> None:
    """The "IFC", the plan label and the missing full stop stand there, each with a note."""
    rubric = badge_2().get_rubric()
    agreements, trust, _, growth = rubric.criteria

    assert "(IFC)" in growth.definition
    assert "(ICF, MC 2020-2025 Strategic Plan: Goal 3)" in agreements.definition
    assert "academic success Scoring totals 7-8" in agreements.levels[1].descriptor
    for criterion in (agreements, trust, growth):
        text = criterion.definition + "".join(level.descriptor for level in criterion.levels)
        odd = [note.quote for note in criterion.notes if note.kind is NoteKind.SIC]
        assert odd
        assert all(quote in text for quote in odd)


def test_bullets_of_the_source_stand_on_lines_of_their_own() -> None:
    """Competency 3 has two bullets."""
    lines = badge_2().get_rubric().criterion("presence").definition.split("\n")

    assert [line[:2] for line in lines[1:]] == ["\u2022 ", "\u2022 "]


def test_the_levels_and_rules_are_those_of_the_source() -> None:
    """5/3/1 with the bands 9-10, 7-8, 0-6; 12 points, and everything at Meets."""
    definition = badge_2()

    for criterion in definition.get_rubric().criteria:
        bands = [
            level.band and (level.band.minimum, level.band.maximum) for level in criterion.levels
        ]
        assert [level.id for level in criterion.levels] == ["exceeds", "meets", "developing"]
        assert [level.points for level in criterion.levels] == [5, 3, 1]
        assert [level.cumulative for level in criterion.levels] == [True, False, False]
        assert bands == [(9, 10), (7, 8), (0, 6)]
    assert definition.conditions == (
        TotalAtLeast(points=Decimal(12)),
        EveryCriterionAtLeast(level_id="meets"),
    )


def test_the_transcription_decides_nothing_that_the_source_leaves_open() -> None:
    """No source of levels, no tasks, no alignment, and a form that is marked as ours."""
    definition = badge_2()
    questions = {question.id for question in definition.provenance.open_questions}

    assert definition.state is DefinitionState.DRAFT
    assert definition.origin is Origin.TRANSCRIBED
    assert definition.get_rubric().level_source is None
    assert definition.get_rubric().tasks == ()
    assert definition.program_choices == ()
    assert definition.alignments == ()
    assert definition.form_origin is FormOrigin.PRODUCT
    assert {"level-source", "assessments", "plan-label"} <= questions


@pytest.mark.parametrize("level_source", LevelSource)
def test_the_transcription_can_be_published_after_either_choice(level_source: LevelSource) -> None:
    """The assessor, or the suggested two tasks of 0 to 5: both make a whole definition."""
    definition = badge_2()
    tasks = definition.suggested_tasks if level_source is LevelSource.TASKS else ()

    assert publish(with_choice(definition, level_source, tasks)).state is DefinitionState.PUBLISHED
    assert [(task.minimum, task.maximum) for task in definition.suggested_tasks] == [(0, 5)] * 2


@pytest.mark.parametrize(
    ("levels", "is_met"),
    [
        (["meets"] * 4, True),
        (["exceeds", "exceeds", "developing", "developing"], False),
        (["exceeds", "meets", "meets", "developing"], False),
        (["exceeds", "exceeds", "exceeds", "developing"], False),
    ],
    ids=["3333", "5511", "5331", "5551"],
)
def test_the_transcribed_rule_decides_as_the_source_says(
    levels: list[str],
    is_met: bool,  # noqa: FBT001 - a table of expectations
) -> None:
    """T1 and T2 on the shipped badge itself, with the assessor rating."""
    definition = with_choice(badge_2(), LevelSource.ASSESSOR)
    rubric = definition.get_rubric()
    ratings = {
        criterion.id: CriterionRating(level_id=level_id)
        for criterion, level_id in zip(rubric.criteria, levels, strict=True)
    }

    assert evaluate(definition.conditions, score(rubric, ratings)).is_met is is_met


def test_the_transcribed_bands_derive_the_levels() -> None:
    """T3 on the shipped badge itself, with the suggested tasks: 6, 7, 8, 9 are 1, 3, 3, 5."""
    definition = with_choice(badge_2(), LevelSource.TASKS, badge_2().suggested_tasks)
    rubric = definition.get_rubric()
    ratings = {
        criterion.id: CriterionRating(task_points={"task-1": total - 4, "task-2": 4})
        for criterion, total in zip(rubric.criteria, (6, 7, 8, 9), strict=True)
    }

    assert [one.points for one in score(rubric, ratings).criteria] == [1, 3, 3, 5]


def test_the_transcription_credits_its_source() -> None:
    """Licence with its address, the source's own credit, and what was changed."""
    definition = badge_2()
    rubric = definition.get_rubric()

    assert definition.licence == rubric.licence
    assert definition.licence is not None
    assert definition.licence.url == "https://creativecommons.org/licenses/by/4.0/"
    assert "(ATPA)" in definition.attribution
    assert "NACE" in definition.attribution
    assert "USM Digital Badging Initiative" in rubric.attribution
    assert definition.provenance.changes


@pytest.mark.parametrize("position", [1, 3, 4])
def test_what_is_not_known_is_a_placeholder(position: int) -> None:
    """Badges 1, 3 and 4 have their place and no content, and cannot be published."""
    definition = load_shipped("atpa-academic-coaching").achievements[position - 1]

    assert definition.position == position
    assert definition.is_placeholder
    assert definition.image_alt == ""
    with pytest.raises(PlaceholderDefinitionError):
        publish(definition)


def test_the_stack_rule_of_the_transcribed_program_is_an_open_question() -> None:
    """The source says "consists of four Badges" and nothing more."""
    questions = load_shipped("atpa-academic-coaching").open_questions

    assert [question.id for question in questions] == ["definitions", "stack-rule"]


def test_the_invented_program_is_whole() -> None:
    """Four badges in our own words, each ready to be published as it is."""
    program = load_shipped("harbour-coaching")

    assert [definition.position for definition in program.achievements] == [1, 2, 3, 4]
    for definition in program.achievements:
        assert definition.origin is Origin.OWN
        assert definition.form_origin is FormOrigin.DEFINITION
        assert definition.licence is not None
        assert definition.prompts
        assert definition.artefact_requirements
        assert len(definition.get_rubric().criteria) in (3, 4)
        assert publish(definition).state is DefinitionState.PUBLISHED


def test_the_invented_program_shows_both_ways_to_a_level() -> None:
    """One badge is derived from tasks, the others are rated by the assessor."""
    sources = [d.get_rubric().level_source for d in load_shipped("harbour-coaching").achievements]

    assert sources == [LevelSource.ASSESSOR] * 2 + [LevelSource.TASKS] + [LevelSource.ASSESSOR]


def test_alignments_of_the_invented_program_lead_to_nobody() -> None:
    """They stand under example.org, which is reserved, and carry their framework's version."""
    for definition in load_shipped("harbour-coaching").achievements:
        assert definition.alignments
        for item in definition.alignments:
            assert urlsplit(item.url).hostname == "example.org"
            assert item.framework_version


@needs_sources
@pytest.mark.shared
def test_our_own_words_are_our_own() -> None:
    """No six words in a row of any source document stand in what we wrote ourselves."""
    sources = words(" ".join(path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt")))
    known = runs(sources)

    for name in ("harbour-coaching", "templates"):
        for definition in load_shipped(name).achievements:
            assert not runs(serialize_definition(definition).decode()) & known


def runs(text: str) -> set[tuple[str, ...]]:
    """Every six words in a row."""
    plain = re.findall(r"[a-z']+", text.lower())
    return {tuple(plain[start : start + 6]) for start in range(len(plain) - 5)}


def test_every_shipped_definition_is_stored_in_its_canonical_bytes() -> None:
    """A file is what the product would write, and belongs to exactly one program."""
    files = {
        entry.name: entry.read_bytes()
        for entry in resources.files("badges.library").iterdir()
        if entry.name.endswith(".json") and not entry.name.endswith(".program.json")
    }
    pathways = {name: files.pop(name) for name in list(files) if name.endswith(".pathway.json")}
    programs = [load_shipped(name) for name in list_shipped()]

    assert sorted(files) == sorted(f"{d.id}.json" for p in programs for d in p.achievements)
    for data in files.values():
        assert serialize_definition(parse_definition(data)) == data
    assert sorted(pathways) == sorted(f"{d.id}.pathway.json" for p in programs for d in p.pathways)
    for data in pathways.values():
        assert serialize_pathway(parse_pathway(data)) == data


@pytest.mark.parametrize("name", list_shipped())
def test_every_shipped_pathway_could_be_published(name: str) -> None:
    """It names badges of its own program, and lacks nothing."""
    program = load_shipped(name)
    for pathway in program.pathways:
        assert pathway.program == program.id
        assert find_faults(pathway, [one.id for one in program.achievements]) == ()


@pytest.mark.parametrize("name", list_shipped())
def test_every_shipped_program_agrees_with_its_definitions(name: str) -> None:
    """Places run from 1; every definition names the program, and the size of its stack if any."""
    program = load_shipped(name)
    count = len(program.achievements)
    stack = None if name == "templates" else count

    assert program.id == name
    assert [d.position for d in program.achievements] == list(range(1, count + 1))
    assert {(d.program, d.total_in_stack) for d in program.achievements} == {(name, stack)}


def test_the_shipped_programs_are_three() -> None:
    """The one this product was made for, the invented one, and what programs may start from."""
    assert list_shipped() == ("atpa-academic-coaching", "harbour-coaching", "templates")


@pytest.mark.parametrize("name", ["", "unknown", "../schemas/definition", "harbour-starting-well"])
def test_an_unknown_program_is_an_error(name: str) -> None:
    """Names are looked up among the shipped ones and are no paths."""
    with pytest.raises(UnknownShippedProgramError):
        load_shipped(name)
