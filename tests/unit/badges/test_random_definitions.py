"""What holds for every definition: trees, scales and conditions of all kinds."""

from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from badges.asking import asked_of
from badges.criteria import (
    ConditionState,
    evaluate,
    outcome_document,
    parse_outcome,
)
from badges.definition import AchievementDefinition, parse_definition, serialize_definition
from badges.linter import lint
from rubrics.criterion import Criterion
from rubrics.documents import read_json, write_json
from rubrics.model import Rubric
from rubrics.requirements import preflight
from rubrics.scoring import score
from rubrics.submission import SubmissionFacts
from tests import strategies

# A definition takes many choices: what it costs to make one says nothing about our code.
MANY = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
DECIDED = {ConditionState.MET, ConditionState.UNMET}


@MANY
@given(definition=strategies.definitions())
def test_what_is_written_is_read_again(definition: AchievementDefinition) -> None:
    """JSON out and in are inverse, in values and in bytes."""
    data = serialize_definition(definition)

    assert parse_definition(data) == definition
    assert serialize_definition(parse_definition(data)) == data


@MANY
@given(data=st.data(), definition=strategies.definitions())
def test_a_trace_is_read_again(data: st.DataObject, definition: AchievementDefinition) -> None:
    """Whatever conditions and ratings, what was decided and why comes back from its document."""
    rubric = definition.get_rubric()
    result = score(rubric, data.draw(strategies.ratings(rubric)))
    outcome = evaluate(definition.conditions, result)
    written = read_json(write_json(outcome_document(outcome)))

    assert isinstance(written, dict)
    assert parse_outcome(written) == outcome


@MANY
@given(definition=strategies.definitions())
def test_nothing_is_too_strange_to_be_looked_through(definition: AchievementDefinition) -> None:
    """The linter and the check before handing in say what they find, and never fail."""
    asked = asked_of(definition)
    missing = preflight(SubmissionFacts(), asked)

    assert {one.place for one in lint(definition)} >= {"image_alt"}
    assert {one.id for one in asked.prompts if one.required} <= {one.subject_id for one in missing}
    assert asked_of(definition, frozenset()) == asked


def lowest_points(criterion: Criterion) -> Decimal:
    """The fewest points that a rating can give; 0 where ratings give none."""
    if criterion.numbers:
        return criterion.numbers.minimum
    return min((level.points or Decimal(0) for level in criterion.levels), default=Decimal(0))


@MANY
@given(data=st.data(), rubric=strategies.rubrics())
def test_points_keep_to_their_bounds(data: st.DataObject, rubric: Rubric) -> None:
    """No ratings give more than the rubric's maximum, or less than its lowest levels."""
    result = score(rubric, data.draw(strategies.ratings(rubric, whole=True)))
    lowest = {one.id: lowest_points(one) for one in rubric.rated_criteria}

    assert result.is_complete
    for one in result.criteria:
        criterion = rubric.criterion(one.criterion_id)
        if one.points is not None:
            assert lowest[criterion.id] <= one.points <= criterion.highest_points
    if result.points is not None:
        assert sum(lowest.values()) <= result.points <= rubric.maximum_points


@MANY
@given(data=st.data(), definition=strategies.definitions())
def test_the_order_of_ratings_is_irrelevant(
    data: st.DataObject, definition: AchievementDefinition
) -> None:
    """Result and outcome are the same, whichever criterion was rated first."""
    rubric = definition.get_rubric()
    ratings = data.draw(strategies.ratings(rubric))
    shuffled = dict(data.draw(st.permutations(list(ratings.items()))))
    result = score(rubric, ratings)

    assert score(rubric, shuffled) == result
    assert evaluate(definition.conditions, score(rubric, shuffled)) == evaluate(
        definition.conditions, result
    )


@MANY
@given(data=st.data(), definition=strategies.definitions())
def test_what_is_decided_stays_so_while_the_rest_is_rated(
    data: st.DataObject, definition: AchievementDefinition
) -> None:
    """Rating what nobody had rated changes no condition that was met or could not be."""
    rubric = definition.get_rubric()
    some = data.draw(strategies.ratings(rubric))
    every = data.draw(strategies.ratings(rubric, whole=True)) | some
    before = evaluate(definition.conditions, score(rubric, some)).conditions
    after = evaluate(definition.conditions, score(rubric, every)).conditions

    assert [one.state for one in before if one.state in DECIDED] == [
        later.state for one, later in zip(before, after, strict=True) if one.state in DECIDED
    ]


@MANY
@given(data=st.data(), rubric=strategies.rubrics())
def test_more_points_never_undo_a_sum(data: st.DataObject, rubric: Rubric) -> None:
    """With one criterion rated higher, what sums and their combinations met stays met."""
    assume(any(one.has_points for one in rubric.rated_criteria))
    sums = data.draw(strategies.sums(rubric))
    before = data.draw(strategies.ratings(rubric, whole=True))
    other = data.draw(strategies.ratings(rubric, whole=True))
    first, second = score(rubric, before), score(rubric, other)
    higher = {
        id_: rating
        for id_, rating in other.items()
        if (old := first.find(id_)) and (new := second.find(id_))
        if old.points is None or new.points is None or new.points >= old.points
    }

    was = evaluate(sums, first).conditions
    now = evaluate(sums, score(rubric, before | higher)).conditions
    for one, later in zip(was, now, strict=True):
        if one.state is ConditionState.MET:
            assert later.state is ConditionState.MET
