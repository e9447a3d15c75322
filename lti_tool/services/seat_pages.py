"""What pages show where several assessors rate: whose turn it is, and later how they differ."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from lti_tool.services.assessing import Rated
from lti_tool.services.binding import get_opened
from lti_tool.services.claims import OPEN_STATES
from lti_tool.services.combining import DECIDING, combine
from lti_tool.services.decision_inputs import SeatInput, ratings_of, read_seat
from lti_tool.services.decisions import Judgement
from lti_tool.services.names import display_name
from lti_tool.services.pages.assessor import (
    AgreementCount,
    AgreementPage,
    DifferenceView,
    SeatRating,
    SeatsView,
)
from lti_tool.services.presenting import achievement_summary
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store import assessments
from lti_tool.store.rows import UserRow
from lti_tool.values import Launch
from rubrics.comparison import Agreement, Difference, agreement, compare
from rubrics.model import Rubric
from rubrics.scoring import CriterionResult, score


def seats_view(
    session: Session, launch: Launch, rated: Rated, seats: Sequence[SeatInput]
) -> SeatsView | None:
    """Return how far the assessors of an attempt are; `seats` are those that may be seen."""
    seating, rubric = rated.seating, rated.rubric
    if not seating.is_shared:
        return None
    now, first = None, None
    if seats:
        now = _count(_differences(rubric, seats))
        kept = assessments.list_hand_ins(session, rated.attempt.id)
        unseen = [read_seat(row.document) for row in kept if row.number == 1]
        first = _count(_differences(rubric, unseen))
    return SeatsView(
        seat=seating.seat,
        needed=seating.needed,
        finished=len(seating.finished),
        policy=str(rubric.aggregation),
        may_change=seating.may_change,
        may_reopen=rated.attempt.state in OPEN_STATES and _has_handed_in(session, launch, rated),
        comments=tuple(
            (_name(session, one.rater_id), one.comment) for one in _raters(seats) if one.comment
        ),
        agreement=now,
        unseen=first if first != now else None,
    )


def difference_views(
    session: Session, judgement: Judgement, seats: Sequence[SeatInput]
) -> Mapping[str, DifferenceView]:
    """Return every criterion as the assessors rated it, by its id; nothing without `seats`."""
    if not seats:
        return {}
    rubric = judgement.result.rubric
    combined = combine(rubric, seats)
    raters = _raters(seats)
    names = [_name(session, one.rater_id) for one in raters]
    views = {}
    for one in _differences(rubric, seats):
        stands = judgement.result.find(one.criterion_id)
        views[one.criterion_id] = DifferenceView(
            ratings=tuple(
                _rating(rubric, name, rater, result)
                for name, rater, result in zip(names, raters, (one.first, one.second), strict=True)
                if result is not None
            ),
            kind=_kind(one, is_same=one.criterion_id not in combined.differing),
            change=None if one.change is None else abs(one.change),
            is_to_decide=one.criterion_id in combined.to_decide,
            stands_level=stands.level.title if stands and stands.level else None,
            stands_number=stands.number if stands else None,
        )
    return views


def agreement_page(session: Session, launch: Launch, *, public_urls: PublicURLs) -> AgreementPage:
    """Return how often assessors who rated unseen of each other agreed, in this course.

    Raises:
        ConflictError: the link opens nothing (`not_bound`, `no_resource_link`).
    """
    opens = get_opened(session, launch)
    found = assessments.list_unseen(session, launch.scope, opens.binding.achievement_id)
    titles: dict[str, str] = {}
    differences: list[Difference] = []
    attempts = 0
    for _, pair in groupby(found, key=lambda parts: parts[0].attempt_id):
        rows = list(pair)
        rubric = parse_definition(rows[0][1].document).get_rubric()
        differences += _differences(rubric, [read_seat(row.document) for row, _ in rows])
        titles |= {one.id: one.title for one in rubric.rated_criteria}
        attempts += 1
    return AgreementPage(
        achievement=achievement_summary(opens.version, opens.definition, public_urls),
        attempts=attempts,
        rows=tuple(_agreement_count(titles, one) for one in agreement(differences)),
        queue_url=CourseURLs(launch.ref).queue(),
    )


def _agreement_count(titles: Mapping[str, str], one: Agreement) -> AgreementCount:
    return AgreementCount(
        title=titles[one.criterion_id], pairs=one.pairs, exact=one.exact, adjacent=one.adjacent
    )


def _differences(rubric: Rubric, seats: Sequence[SeatInput]) -> tuple[Difference, ...]:
    first, second = (score(rubric, ratings_of(one.criteria)) for one in _raters(seats))
    return compare(first, second)


def _raters(seats: Iterable[SeatInput]) -> list[SeatInput]:
    """Return those who rated, by seat: the order in which they finished says nothing here."""
    return sorted((one for one in seats if one.seat != DECIDING), key=lambda one: one.seat)


def _count(differences: Sequence[Difference]) -> AgreementCount:
    """Return the agreement over all criteria of one attempt."""
    levels = [one for one in differences if one.steps is not None]
    has_levels_only = len(levels) == len(differences)
    return AgreementCount(
        title="",
        pairs=sum(one.is_comparable for one in differences),
        exact=sum(one.is_equal for one in differences),
        adjacent=sum(one.is_adjacent for one in levels) if has_levels_only else None,
    )


def _kind(one: Difference, *, is_same: bool) -> str:
    if is_same:
        return "equal"
    if one.change is not None:
        return "numbers"
    if one.steps == 0:
        return "same_level"
    return "adjacent" if one.is_adjacent else "apart"


def _rating(rubric: Rubric, name: str, rater: SeatInput, result: CriterionResult) -> SeatRating:
    given = next((one for one in rater.criteria if one.criterion_id == result.criterion_id), None)
    return SeatRating(
        name=name,
        level_title=result.level.title if result.level else None,
        number=result.number,
        tasks=tuple((rubric.task(one.task_id).title, one.points) for one in given.tasks)
        if given
        else (),
        reason=result.override.reason if result.override else "",
        comment=given.comment if given else "",
    )


def _has_handed_in(session: Session, launch: Launch, rated: Rated) -> bool:
    own = rated.seating.own
    if own is None or own not in rated.seating.finished:
        return False
    found = assessments.find_assessment(session, rated.attempt.id, seat=own)
    return found is not None and found.rater_id == launch.user_id


def _name(session: Session, user_id: UUID) -> str:
    return display_name(session.get_one(UserRow, user_id))
