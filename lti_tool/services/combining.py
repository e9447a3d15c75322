"""Several assessors' ratings -> the one set that a decision rests on. Pure.

A decision keeps every assessor's own ratings, so what they amounted to can be worked out
again years later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lti_tool.services.decision_inputs import CriterionInput, SeatInput, ratings_of
from rubrics.aggregation import aggregate, is_same
from rubrics.model import Aggregation, Rubric
from rubrics.scoring import NOTHING, CriterionRating

DECIDING = 0
"""The seat of whoever decides where assessors differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """What several assessments amount to under the rubric's policy.

    `differing` are the criteria that the assessors rated differently, decided or not;
    `to_decide` those of them that somebody decides.
    """

    criteria: tuple[CriterionInput, ...]
    comment: str
    differing: frozenset[str]
    to_decide: frozenset[str]


def combine(rubric: Rubric, seats: Sequence[SeatInput]) -> Combined:
    """Return what `seats`, in the order in which they were handed in, amount to.

    Words to the learner are those of whoever decides; without any, what stands is all that
    the assessors wrote, or the latest one's where the latest one's ratings stand.
    """
    raters = [one for one in seats if one.seat != DECIDING]
    deciding = [one for one in seats if one.seat == DECIDING]
    given = [ratings_of(one.criteria) for one in raters]
    found = aggregate(
        rubric,
        given,
        needed=rubric.assessors_needed,
        adjudication=ratings_of(deciding[0].criteria) if deciding else None,
    )
    differing = frozenset(
        one.id
        for one in rubric.rated_criteria
        if not is_same([ratings.get(one.id, NOTHING) for ratings in given])
    )
    every = [_by_id(one.criteria) for one in (*raters, *deciding)]
    ids = sorted(one.id for one in rubric.rated_criteria)
    criteria = (
        _standing(
            id_,
            [inputs.get(id_, CriterionInput(criterion_id=id_)) for inputs in every],
            found.ratings.get(id_, NOTHING),
        )
        for id_ in ids
    )
    return Combined(
        criteria=tuple(
            one
            for found_ in criteria
            for one in (replace(found_, comment=_comment(rubric, found_.criterion_id, seats)),)
            if one != CriterionInput(criterion_id=one.criterion_id)
        ),
        comment=_words(rubric, [one.comment for one in deciding], [one.comment for one in raters]),
        differing=differing,
        to_decide=differing if rubric.aggregation is Aggregation.ADJUDICATED else frozenset(),
    )


def _standing(
    id_: str, inputs: Sequence[CriterionInput], rating: CriterionRating
) -> CriterionInput:
    """Return a rating as the input that it came from, with the source of every score; or new."""
    for one in inputs:
        if ratings_of([one])[id_] == rating:
            return one
    return CriterionInput(criterion_id=id_, number=rating.number, is_signed=rating.is_signed)


def _comment(rubric: Rubric, id_: str, seats: Sequence[SeatInput]) -> str:
    found = [(one.seat, _by_id(one.criteria).get(id_)) for one in seats]
    return _words(
        rubric,
        [one.comment for seat, one in found if one and seat == DECIDING],
        [one.comment for seat, one in found if one and seat != DECIDING],
    )


def _words(rubric: Rubric, deciding: Sequence[str], raters: Sequence[str]) -> str:
    if any(text.strip() for text in deciding):
        return deciding[0]
    if rubric.aggregation is Aggregation.LATEST:
        return raters[-1] if raters else ""
    return "\n\n".join(dict.fromkeys(text for text in raters if text.strip()))


def _by_id(criteria: Sequence[CriterionInput]) -> Mapping[str, CriterionInput]:
    return {one.criterion_id: one for one in criteria}
