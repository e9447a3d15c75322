"""Stored decisions, judged again."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from badges.definition import definition_hash, publish, serialize_definition
from badges.trace import check_trace
from lti_tool.errors import NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services.decision_inputs import (
    CriterionInput,
    DecisionInputs,
    SeatInput,
    canonical,
    decision_inputs,
    inputs_hash,
)
from lti_tool.services.decisions import Verdict, judge_inputs, trace_bytes
from lti_tool.services.replaying import (
    Difference,
    DifferenceKind,
    StoredDecision,
    replay,
    replay_all,
    replay_stored,
)
from lti_tool.store.database import Database
from lti_tool.store.rows import AchievementVersionRow, DecisionRow
from tests.factories import a_definition, a_task_rubric, some_conditions
from tests.scenes import a_decision, a_scene, a_task_definition, some_levels, some_task_points
from tests.stages import FAIL, PASS, a_stage
from tests.trios import a_shared_definition

DEFINITION = publish(a_definition())
DOCUMENT = serialize_definition(DEFINITION)


def a_stored_decision(
    *criteria: CriterionInput, verdict: Verdict = Verdict.AWARDED
) -> StoredDecision:
    """What a release stores of these inputs."""
    inputs = DecisionInputs(
        attempt_id=uuid4(),
        definition_sha256=definition_hash(DEFINITION),
        rater_id=uuid4(),
        criteria=criteria or some_levels(3, 3, 3, 3),
        comment="",
    )
    judgement = judge_inputs(DEFINITION, inputs)
    document = decision_inputs(inputs)
    trace = trace_bytes(judgement.outcome, judgement.result)
    return StoredDecision(
        id=uuid4(),
        attempt_id=inputs.attempt_id,
        verdict=verdict,
        inputs=document,
        inputs_sha256=inputs_hash(document),
        trace=trace,
        trace_sha256=inputs_hash(trace),
        definition_sha256=inputs.definition_sha256,
    )


@pytest.mark.parametrize(
    ("points", "verdict"),
    [
        ((3, 3, 3, 3), Verdict.AWARDED),
        ((5, 5, 5, 1), Verdict.NOT_AWARDED),
        ((5, 1), Verdict.RETURNED),
    ],
)
def test_the_same_comes_out(points: tuple[int, ...], verdict: Verdict) -> None:
    """Whatever was decided; what was returned may be half rated."""
    decision = a_stored_decision(*some_levels(*points), verdict=verdict)

    again = replay(decision, DOCUMENT)

    assert again.differences == ()
    assert again.judgement is not None


def with_trace(decision: StoredDecision, trace: object) -> StoredDecision:
    """The decision with another trace, and the hash of that."""
    document = canonical(trace) if isinstance(trace, dict) else str(trace).encode()
    return replace(decision, trace=document, trace_sha256=sha256(document).hexdigest())


def with_inputs(decision: StoredDecision, document: bytes) -> StoredDecision:
    """The decision with other inputs, and the hash of them."""
    return replace(decision, inputs=document, inputs_sha256=sha256(document).hexdigest())


def kinds(decision: StoredDecision, definition: bytes | None = DOCUMENT) -> list[DifferenceKind]:
    """What differs."""
    return [one.kind for one in replay(decision, definition).differences]


def test_a_verdict_that_the_inputs_do_not_bear_is_found() -> None:
    """Somebody's pen, not the rule."""
    assert replay(
        a_stored_decision(*some_levels(5, 5, 5, 1), verdict=Verdict.AWARDED), DOCUMENT
    ).differences == (
        Difference(kind=DifferenceKind.VERDICT, stored="awarded", replayed="not_awarded"),
    )
    assert replay(a_stored_decision(*some_levels(5, 5)), DOCUMENT).differences == (
        Difference(kind=DifferenceKind.VERDICT, stored="awarded", replayed="unrated"),
    )


@pytest.mark.parametrize("is_correction", [False, True])
def test_what_several_assessors_gave_is_put_together_again(*, is_correction: bool) -> None:
    """A decision that their ratings do not bear is found; a correction may set others."""
    definition = a_shared_definition()
    seats = tuple(
        SeatInput(seat=number, rater_id=uuid4(), criteria=some_levels(3, 3, 3, 3), comment="")
        for number in (1, 2)
    )

    def decided(*points: int) -> StoredDecision:
        inputs = DecisionInputs(
            attempt_id=uuid4(),
            definition_sha256=definition_hash(definition),
            rater_id=uuid4(),
            criteria=some_levels(*points),
            comment="",
            seats=seats,
        )
        judgement = judge_inputs(definition, inputs)
        document, trace = (
            decision_inputs(inputs),
            trace_bytes(judgement.outcome, judgement.result),
        )
        return StoredDecision(
            id=uuid4(),
            attempt_id=inputs.attempt_id,
            verdict=Verdict.AWARDED,
            inputs=document,
            inputs_sha256=sha256(document).hexdigest(),
            trace=trace,
            trace_sha256=sha256(trace).hexdigest(),
            definition_sha256=inputs.definition_sha256,
            is_correction=is_correction,
        )

    document = serialize_definition(definition)
    assert replay(decided(3, 3, 3, 3), document).differences == ()
    found = replay(decided(3, 5, 3, 3), document).differences
    expected = Difference(kind=DifferenceKind.SEATS, place="criteria/b")
    assert found == (() if is_correction else (expected,))


def test_every_difference_of_a_trace_has_its_place() -> None:
    """With what was stored and what comes out now."""
    decision = a_stored_decision()
    trace: Any = json.loads(decision.trace)
    trace["outcome"]["conditions"][0]["found"] = "13"
    trace["result"]["criteria"][1]["basis"] = "overridden"
    del trace["result"]["criteria"][2]["level_id"]

    assert replay(with_trace(decision, trace), DOCUMENT).differences == (
        Difference(
            kind=DifferenceKind.TRACE,
            place="outcome/conditions/0/found",
            stored='"13"',
            replayed='"12"',
        ),
        Difference(
            kind=DifferenceKind.TRACE,
            place="result/criteria/1/basis",
            stored='"overridden"',
            replayed='"rated"',
        ),
        Difference(
            kind=DifferenceKind.TRACE,
            place="result/criteria/2/level_id",
            stored="nothing",
            replayed='"p3"',
        ),
    )


def test_bytes_that_were_changed_are_found_by_their_hash() -> None:
    """Even where the change has no effect."""
    decision = a_stored_decision()
    commented = decision.inputs.replace(b'"comment":""', b'"comment":"!"', 1)
    spaced = decision.trace.replace(b":", b": ")

    assert kinds(replace(decision, inputs=commented)) == [DifferenceKind.INPUTS_CHANGED]
    assert kinds(replace(decision, trace=spaced)) == [DifferenceKind.TRACE_CHANGED]
    assert kinds(decision, DOCUMENT + b"\n") == [DifferenceKind.DEFINITION_CHANGED]
    assert kinds(decision, None) == [DifferenceKind.DEFINITION_MISSING]


def test_another_rubric_is_never_taken_for_the_pinned_one() -> None:
    """Inputs and decision name one definition."""
    decision = replace(a_stored_decision(), definition_sha256="0" * 64)

    assert kinds(decision) == [DifferenceKind.DEFINITION_CHANGED, DifferenceKind.OTHER_DEFINITION]


@pytest.mark.parametrize(
    "decision",
    [
        with_inputs(a_stored_decision(), b"{}"),
        with_inputs(a_stored_decision(), b"\xff"),
        with_inputs(a_stored_decision(), b"[]"),
        with_inputs(a_stored_decision(), a_stored_decision().inputs.replace(b"p3", b"p9")),
        with_trace(a_stored_decision(), "{"),
        with_trace(a_stored_decision(), {}),
        with_trace(a_stored_decision(), "[1]"),
    ],
)
def test_what_cannot_be_read_is_a_difference_and_no_crash(decision: StoredDecision) -> None:
    """The next decisions are still checked."""
    assert kinds(decision) == [DifferenceKind.UNREADABLE]
    assert kinds(a_stored_decision(), b"no definition")[-1] is DifferenceKind.UNREADABLE


def test_stored_decisions_are_found_by_their_own_id_or_the_attempts(database: Database) -> None:
    """And all of them, in the order of time."""
    with database.writing() as session:
        scene = a_scene(session, learners=2)
        first = a_decision(session, scene, scene.works[0], *some_levels(3, 3, 3, 3))
        second = a_decision(session, scene, scene.works[1], *some_levels(5, 1), verdict="returned")
        ids = {first.id, second.id}
        for id_ in (first.id, first.attempt_id):
            (again,) = replay_stored(session, id_)
            assert (again.decision.id, again.differences) == (first.id, ())
        assert {one.decision.id for one in replay_all(session)} == ids
        with pytest.raises(NotFoundError):
            replay_stored(session, UUID(int=7))

        version = session.scalars(select(AchievementVersionRow)).one()
        version.document_sha256 = "0" * 64
        session.flush()
        (again,) = replay_stored(session, first.id)
        assert [one.kind for one in again.differences] == [DifferenceKind.DEFINITION_MISSING]


def test_a_day_of_decisions_is_the_same_again_and_its_traces_satisfy_the_schema(
    database: Database,
) -> None:
    """Rated and derived, awarded, refused and returned, as the scenes of other tests store them."""
    with database.writing() as session:
        rated = a_scene(session, slug="one", learners=3)
        derived = a_scene(session, slug="two", learners=3, definition=a_task_definition())
        strict = a_scene(
            session,
            slug="three",
            definition=publish(
                a_definition(rubric=a_task_rubric(), conditions=some_conditions(20, 5))
            ),
        )
        for scene, work, criteria, verdict in (
            (rated, 0, some_levels(3, 3, 3, 3), "awarded"),
            (rated, 1, some_levels(5, 5, 5, 1), "not_awarded"),
            (rated, 2, some_levels(5), "returned"),
            (derived, 0, some_task_points(4, 4, 4, 5), "awarded"),
            (derived, 1, some_task_points(5, 5, 5, 0), "not_awarded"),
            (derived, 2, (), "returned"),
            (strict, 0, some_task_points(5, 5, 5, 4), "not_awarded"),
        ):
            a_decision(session, scene, scene.works[work], *criteria, verdict=verdict)

    with database.reading() as session:
        found = list(replay_all(session))
        assert [one.differences for one in found] == [()] * 7
        for row in session.scalars(select(DecisionRow)):
            check_trace(json.loads(row.trace))


@pytest.mark.parametrize("levels", [PASS, FAIL], ids=["pass", "fail"])
def test_what_a_release_stores_is_the_same_again(runtime: Runtime, levels: dict[str, str]) -> None:
    """Through the service that pages use."""
    stage = a_stage(runtime, levels)
    released = stage.release()

    with runtime.reading() as session:
        (again,) = replay_stored(session, released.decision_id)
        assert again.differences == ()
        check_trace(json.loads(again.decision.trace))
