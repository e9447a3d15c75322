"""Scales of every kind over HTTP: rated, refused where they do not fit, released and signed."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from badges.conditions import CriterionAtLeast
from badges.definition import AchievementDefinition, publish
from lti_tool.runtime import Runtime
from lti_tool.services.decision_inputs import read_inputs
from lti_tool.services.keyring import ensure_issuer_keys
from lti_tool.store.rows import CredentialRow, DecisionRow
from rubrics.criterion import Criterion
from rubrics.scales import Level, NumericScale, ScaleKind
from tests.factories import a_definition, a_rubric
from tests.pages import Visitor
from tests.rows import a_launch
from tests.scenes import Scene, a_scene

PATH = "/attempts/{}"


def a_two_level_criterion(id_: str, scale: ScaleKind, low: str, high: str) -> Criterion:
    """A criterion with a verdict of its own, lowest first."""
    levels = (Level(id=low, title=low.title()), Level(id=high, title=high.title()))
    return Criterion(id=id_, title=id_.title(), scale=scale, levels=levels)


def a_definition_of_many_scales() -> AchievementDefinition:
    """A part to pass, a number to reach, and a decision that somebody signs."""
    part = a_two_level_criterion("portfolio", ScaleKind.PASS_FAIL, "fail", "pass")
    number = Criterion(
        id="conversation",
        title="Conversation",
        scale=ScaleKind.NUMERIC,
        numbers=NumericScale(
            minimum=Decimal(0), maximum=Decimal(10), step=Decimal("0.5"), unit="points"
        ),
    )
    decision = Criterion(
        id="decision",
        title="Decision",
        scale=ScaleKind.YES_NO,
        levels=(Level(id="no", title="No"), Level(id="yes", title="Yes")),
        needs_signature=True,
    )
    return publish(
        a_definition(
            rubric=a_rubric(part, number, decision),
            conditions=(
                CriterionAtLeast(criterion_id="portfolio", level_id="pass"),
                CriterionAtLeast(criterion_id="conversation", number=Decimal("6.5")),
                CriterionAtLeast(criterion_id="decision", level_id="yes"),
            ),
        )
    )


@pytest.fixture
def scene(runtime: Runtime) -> Scene:
    """One learner's work, to be rated on three scales."""
    with runtime.writing() as session:
        made = a_scene(session, definition=a_definition_of_many_scales())
        ensure_issuer_keys(
            session,
            made.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        return made


def test_a_badge_is_earned_on_scales_of_every_kind(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """Pass, a number with a half, and a signature: the trace, the release and the credential."""
    rater = Visitor(app, scene.rater)
    path = PATH.format(scene.work.attempt.id)
    form = rater.get(path).form(rater.url(path))
    rated = {
        "level.portfolio": "pass",
        "number.conversation": "6,5",
        "level.decision": "yes",
    }

    page = rater.submit(path, **{**form.fields, **rated, "action": "release"})
    assert "Still open: Decision." in page.text

    form = rater.get(path).form(rater.url(path))
    assert form.fields["number.conversation"] == "6.5"
    page = rater.submit(path, **{**form.fields, "signed.decision": "yes", "action": "release"})
    assert "is issued to Ada Learner" in page.text
    assert "“Conversation” at 6.5 or more" in page.text
    assert "“Decision” at “Yes” or higher, signed" in page.text
    confirm = page.form(rater.url(f"{path}/release"))
    rater.submit(f"{path}/release", **{**confirm.fields, "then": "stay"})

    with runtime.reading() as session:
        decision = session.scalars(select(DecisionRow)).one()
        credential = session.scalars(select(CredentialRow)).one()
    assert decision.verdict == "awarded"
    inputs = {one.criterion_id: one for one in read_inputs(decision.inputs).criteria}
    assert (inputs["decision"].is_signed, inputs["conversation"].number) == (True, Decimal("6.5"))
    signed = credential.document.decode()
    assert '"resultType":"RawScore"' in signed.replace(" ", "")
    assert '"requiredValue":"6.5"' in signed.replace(" ", "")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number.conversation", "10.5", "A number from 0–10."),
        ("number.conversation", "6.25", "A number in steps of 0.5."),
        ("number.conversation", "six", "A number, please."),
        ("number.conversation", "٦", "A number, please."),
        ("number.conversation", "1e1", "A number, please."),
        ("number.conversation", "NaN", "A number, please."),
    ],
    ids=repr,
)
def test_what_is_not_on_the_scale_is_told_beside_its_field(
    app: Flask, scene: Scene, field: str, value: str, words: str
) -> None:
    """Nothing is stored, and what was typed in is still there."""
    rater = Visitor(app, scene.rater)
    path = PATH.format(scene.work.attempt.id)
    form = rater.get(path).form(rater.url(path))

    page = rater.submit(path, **{**form.fields, field: value, "action": "save"})

    assert words in page.text
    assert page.form(rater.url(path)).fields[field] == value


def test_a_low_number_is_no_award_and_the_trace_says_so(app: Flask, scene: Scene) -> None:
    """The part passed, the number did not."""
    rater = Visitor(app, scene.rater)
    path = PATH.format(scene.work.attempt.id)
    form = rater.get(path).form(rater.url(path))
    rated = {
        "level.portfolio": "pass",
        "number.conversation": "6",
        "level.decision": "yes",
        "signed.decision": "yes",
    }

    page = rater.submit(path, **{**form.fields, **rated, "action": "release"})

    assert "Not met" in page.text
    assert "“Conversation” is too low." in page.text


def test_what_is_for_growth_is_read_and_answered_and_awards_nothing(
    app: Flask, runtime: Runtime
) -> None:
    """T16: no verdict, no badge, no score; the learner reads what was written."""
    growth = publish(a_definition(is_formative=True, conditions=()))
    with runtime.writing() as session:
        scene = a_scene(session, definition=growth)
        learner = a_launch(session, scene.course, scene.work.learner)
    rater = Visitor(app, scene.rater)
    path = PATH.format(scene.work.attempt.id)
    form = rater.get(path).form(rater.url(path))

    page = rater.submit(
        path, **{**form.fields, "level.a": "p3", "comment": "Go on.", "action": "release"}
    )
    assert "it awards no badge" in page.text
    confirm = page.form(rater.url(f"{path}/release"))
    rater.submit(f"{path}/release", **{**confirm.fields, "then": "stay"})

    with runtime.reading() as session:
        assert session.scalars(select(DecisionRow.verdict)).all() == ["reviewed"]
        assert session.scalars(select(CredentialRow)).all() == []
    result = Visitor(app, learner).get("/work")
    assert "Your work was read and answered" in result.text
    assert "Go on." in result.text
