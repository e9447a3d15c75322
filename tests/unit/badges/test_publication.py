"""A published definition becomes an achievement that explains itself."""

from dataclasses import replace
from decimal import Decimal

import pytest

from badges.achievement import Achievement
from badges.credential import build_credential, check_before_signing
from badges.definition import (
    AchievementDefinition,
    ProgramChoice,
    parse_definition,
    publish,
    serialize_definition,
)
from badges.errors import PlaceholderDefinitionError, UnpublishedDefinitionError
from badges.publication import achievement_of, criteria_narrative, results_of
from rubrics.criterion import Criterion
from rubrics.model import LevelSource, Licence
from rubrics.scoring import score
from tests.credentials import ACHIEVEMENT, an_issuer, some_facts
from tests.factories import (
    a_criterion,
    a_definition,
    a_framework_item,
    a_placeholder,
    a_rating,
    a_result,
    a_rubric,
    a_task_rubric,
    some_conditions,
)


def published(**changes: object) -> AchievementDefinition:
    """A published definition."""
    return publish(a_definition(**changes))


def achievement(definition: AchievementDefinition) -> Achievement:
    """Its achievement."""
    return achievement_of(
        definition,
        id_=ACHIEVEMENT,
        version="1",
        creator=an_issuer(),
        criteria_url=f"{ACHIEVEMENT}/criteria",
        image_url=f"{ACHIEVEMENT}/image.svg",
    )


def test_the_achievement_of_a_definition() -> None:
    """Texts, ids, levels from low to high, and the level that the award rule asks for."""
    definition = published(tags=("a", "b", "a"), alignments=(a_framework_item(),))
    made = achievement(definition)

    assert (made.name, made.description, made.version) == ("A badge", "What it is.", "1")
    assert made.tags == ("a", "b")
    assert made.image.caption == "A badge"
    assert [item.name for item in made.result_descriptions] == ["A", "B", "C", "D"]
    first = made.result_descriptions[0]
    assert first.id == f"{ACHIEVEMENT}#criterion/a"
    assert [level.points for level in first.levels] == [Decimal(1), Decimal(3), Decimal(5)]
    assert first.required_level == first.levels[1].id == f"{ACHIEVEMENT}#criterion/a/p3"
    (alignment,) = made.alignments
    assert alignment.target_framework == "Skills, 2026"
    assert alignment.target_code is None


def test_an_alignment_of_a_criterion_stands_with_it() -> None:
    """Only what belongs to the badge as a whole stands with the badge."""
    definition = published(alignments=(a_framework_item("b"), a_framework_item("b")))
    made = achievement(definition)

    assert made.alignments == ()
    ids = [[item.id for item in each.alignments] for each in made.result_descriptions]
    base = f"{ACHIEVEMENT}#criterion/b/alignment"
    assert ids == [[], [f"{base}/1", f"{base}/2"], [], []]


def test_without_a_rule_for_levels_none_is_required() -> None:
    """A rule of points alone names no level."""
    definition = published(conditions=a_definition().conditions[:1])

    assert all(item.required_level is None for item in achievement(definition).result_descriptions)


def test_credit_hours_stand_in_the_criteria_and_survive_the_document() -> None:
    """What an award counts for elsewhere is said where strangers look."""
    definition = publish(a_definition(credit_hours=Decimal("7.5")))

    assert "7.5 credit hours" in criteria_narrative(definition)
    assert parse_definition(serialize_definition(definition)) == definition


def test_ids_with_hyphens_stay_apart() -> None:
    """Criterion a-b with level c is not criterion a with level b-c."""
    rubric = a_rubric(_with_levels("a-b", "c", "x", "y"), _with_levels("a", "b-c", "x", "y"))
    made = achievement(published(rubric=rubric, conditions=some_conditions(6)[:1]))
    ids = [level.id for item in made.result_descriptions for level in item.levels]

    assert len(set(ids)) == len(ids)


def _with_levels(id_: str, *level_ids: str) -> Criterion:
    criterion = a_criterion(id_)
    levels = zip(criterion.levels, level_ids, strict=True)
    return replace(criterion, levels=tuple(replace(level, id=id_) for level, id_ in levels))


def test_results_name_the_levels_of_the_achievement() -> None:
    """A complete assessment gives one result for each criterion, in the rubric's order."""
    facts = some_facts()
    made = achievement(published())
    results = results_of(a_result(5, 3, 3, 3), achievement_id=made.id, credential_id=facts.id)

    assert [(item.achieved_level, item.value) for item in results] == [
        (f"{ACHIEVEMENT}#criterion/a/p5", Decimal(5)),
        *((f"{ACHIEVEMENT}#criterion/{id_}/p3", Decimal(3)) for id_ in "bcd"),
    ]
    assert results[0].id == f"{facts.id}#result/a"
    check_before_signing(build_credential(some_facts(achievement=made, results=results)))


def test_an_incomplete_assessment_has_no_results() -> None:
    """Missing is not zero: there is no credential to build."""
    with pytest.raises(ValueError, match="criterion b"):
        results_of(a_result(5, None), achievement_id=ACHIEVEMENT, credential_id="urn:x")


def test_only_what_was_published_is_issued() -> None:
    """Placeholders and drafts make no achievement."""
    with pytest.raises(PlaceholderDefinitionError):
        achievement(a_placeholder())
    with pytest.raises(UnpublishedDefinitionError):
        achievement(a_definition())


def test_the_narrative_of_a_badge_that_an_assessor_rates() -> None:
    """What to do, the rule, how levels arise, the competencies: the whole text, once."""
    rubric = a_rubric(a_criterion("clarity"), a_criterion("depth"))
    definition = a_definition(rubric=rubric, attribution="By us.", licence=a_licence())

    assert criteria_narrative(definition) == (
        "How it is earned.\n\n"
        "**Award rule.** The badge is awarded when all of this holds:\n\n"
        "- All competencies together reach 12 points or more.\n"
        "- Every competency is rated 3 points or higher.\n\n"
        "**How levels arise.** An assessor rates each competency by choosing the level that"
        " describes the work.\n\n"
        "**Clarity.** What clarity means.\n\n"
        "**Depth.** What depth means.\n\n"
        "**Credit.** By us.\n\n"
        "**Licence of these texts.** [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)"
    )


def a_licence() -> Licence:
    """A free licence."""
    return Licence(title="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/")


def test_the_narrative_of_a_badge_whose_levels_arise_from_tasks() -> None:
    """Tasks with their points, bands once for all, and that it was the program's choice."""
    definition = a_definition(rubric=a_task_rubric(), program_choices=(ProgramChoice.LEVEL_SOURCE,))
    narrative = criteria_narrative(definition)

    assert (
        "Each competency gets whole points in these tasks: Task-1 (0 to 5), Task-2 (0 to 5). "
        "Their total gives its level; an assessor may set another one and states the reason.\n\n"
        "- 9 to 10 is 5 points, 7 to 8 is 3 points, 0 to 6 is 1 points\n\n"
        "The source leaves open how levels arise; this is the program's choice." in narrative
    )


def test_bands_that_differ_are_told_for_each_competency() -> None:
    """Two competencies with bands of their own, two with the same."""
    rubric = a_task_rubric()
    own = a_criterion("own", bands={5: (10, 10), 3: (7, 9), 1: (0, 6)})
    narrative = criteria_narrative(
        a_definition(rubric=replace(rubric, criteria=(*rubric.criteria[:2], own)))
    )

    assert "- A, B: 9 to 10 is 5 points, 7 to 8 is 3 points, 0 to 6 is 1 points\n" in narrative
    assert "- Own: 10 to 10 is 5 points, 7 to 9 is 3 points, 0 to 6 is 1 points\n" in narrative


def test_titles_do_not_become_markdown() -> None:
    """A title is shown as it is, also with marks of Markdown and HTML in it."""
    rubric = a_rubric(replace(a_criterion("a"), title="*a* [b](x) <c>"))

    assert r"**\*a\* \[b\](x) \<c\>.**" in criteria_narrative(a_definition(rubric=rubric))


@pytest.mark.parametrize("source", LevelSource)
def test_a_credential_of_any_definition_may_be_signed(source: LevelSource) -> None:
    """Both ways in which levels arise give a document that passes every check."""
    is_tasks = source is LevelSource.TASKS
    definition = published(rubric=a_task_rubric() if is_tasks else a_rubric())
    made = achievement(definition)
    result = score(a_rubric(), {id_: a_rating(3) for id_ in "abcd"})
    results = results_of(result, achievement_id=made.id, credential_id=some_facts().id)

    check_before_signing(build_credential(some_facts(achievement=made, results=results)))
