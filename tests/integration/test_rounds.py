"""What others say beside the assessor: typed in with its source, compared, counted where asked."""

import pytest
from flask import Flask
from sqlalchemy import select

from badges.conditions import CriterionAtLeast, Rated
from badges.definition import AchievementDefinition, publish
from lti_tool.runtime import Runtime
from lti_tool.services.keyring import ensure_issuer_keys
from lti_tool.store.rows import AssessmentRow, CredentialRow, DecisionRow
from rubrics.criterion import Criterion, RaterRole
from rubrics.model import LevelSource, Phase, Rubric
from rubrics.scales import Level, ScaleKind
from tests.factories import a_definition
from tests.pages import Visitor
from tests.rows import a_launch
from tests.scenes import Scene, a_scene

SEEN = ("seldom", "sometimes", "often")


def a_year() -> AchievementDefinition:
    """A visit before and after by a peer, and a decision that somebody signs."""
    visit = Criterion(
        id="listening",
        title="Listening",
        scale=ScaleKind.FREQUENCY,
        levels=tuple(Level(id=one, title=one.title()) for one in SEEN),
        raters=(RaterRole.PEER,),
        phases=("pre", "post"),
    )
    decision = Criterion(
        id="decision",
        title="Decision",
        scale=ScaleKind.YES_NO,
        levels=(Level(id="no", title="No"), Level(id="yes", title="Yes")),
        phases=("post",),
        needs_signature=True,
    )
    return publish(
        a_definition(
            rubric=Rubric(
                id="a-year",
                title="A year",
                criteria=(visit, decision),
                level_source=LevelSource.ASSESSOR,
                phases=(Phase(id="pre", title="Before"), Phase(id="post", title="After")),
            ),
            conditions=(
                Rated(role=RaterRole.PEER, phase="pre"),
                Rated(role=RaterRole.PEER, phase="post"),
                CriterionAtLeast(criterion_id="decision", level_id="yes"),
            ),
        )
    )


@pytest.fixture
def scene(runtime: Runtime) -> Scene:
    """One learner's year of work, whose issuer can sign."""
    with runtime.writing() as session:
        made = a_scene(session, definition=a_year())
        ensure_issuer_keys(
            session,
            made.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        return made


@pytest.fixture
def rater(app: Flask, scene: Scene) -> Visitor:
    """The instructor."""
    return Visitor(app, scene.rater)


def path_of(scene: Scene, *rest: str) -> str:
    """The scoring page of the work, or a page below it."""
    return "/".join((f"/attempts/{scene.work.attempt.id}", *rest))


def type_in(rater: Visitor, path: str, **fields: str) -> str:
    """Fill in the form of a round; return where it leads."""
    form = rater.get(path).form(rater.url(path))
    return rater.submit(path, **{**form.fields, **fields}).text


def test_a_year_ends_with_a_signed_decision_and_not_before(
    app: Flask, runtime: Runtime, scene: Scene, rater: Visitor
) -> None:
    """T17: with both visits and no signature nothing is awarded, and the growth shows."""
    rater.get(path_of(scene))
    level = "level.listening"
    type_in(rater, path_of(scene, "rounds", "peer.pre"), source="Visit 1", **{level: "seldom"})
    text = type_in(
        rater, path_of(scene, "rounds", "peer.post"), source="Visit 2", **{level: "often"}
    )
    assert "Visit 2" in text
    assert "+2 since the first time" in text

    form = rater.get(path_of(scene)).form(rater.url(path_of(scene)))
    page = rater.submit(
        path_of(scene), **{**form.fields, "level.decision": "yes", "action": "release"}
    )
    assert "Still open: Decision." in page.text
    form = rater.get(path_of(scene)).form(rater.url(path_of(scene)))
    page = rater.submit(
        path_of(scene), **{**form.fields, "signed.decision": "yes", "action": "release"}
    )
    assert "Rated by a peer (After)" in page.text
    confirm = page.form(rater.url(path_of(scene, "release")))
    rater.submit(path_of(scene, "release"), **{**confirm.fields, "then": "stay"})

    with runtime.reading() as session:
        assert session.scalars(select(DecisionRow.verdict)).all() == ["awarded"]
        assert len(session.scalars(select(CredentialRow)).all()) == 1
    with runtime.writing() as session:
        learner = a_launch(session, scene.course, scene.work.learner)
    assert "+2 since the first time" in Visitor(app, learner).get("/work").text
    closed = rater.get(path_of(scene, "rounds", "peer.pre"))
    assert "This attempt is decided" in closed.text


def test_a_visit_that_is_missing_is_named_in_the_trace(scene: Scene, rater: Visitor) -> None:
    """The decision is signed, and one visit never took place: no award, and why."""
    rater.get(path_of(scene))
    path = path_of(scene, "rounds", "peer.pre")
    type_in(rater, path, source="Visit 1", **{"level.listening": "often"})
    form = rater.get(path_of(scene)).form(rater.url(path_of(scene)))
    rated = {"level.decision": "yes", "signed.decision": "yes", "action": "release"}

    page = rater.submit(path_of(scene), **{**form.fields, **rated})

    assert "No badge is issued." in page.text
    assert "Not rated yet: Listening." in page.text


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"source": ""}, 422, "This is needed."),
        ({"source": "Visit", "level.listening": "always"}, 422, "Choose one of the levels."),
        ({"source": "Visit", "level.decision": "yes"}, 422, ""),
        ({"source": "Visit", "revision": "7"}, 409, "Somebody else typed this in meanwhile"),
        ({"source": "x" * 301}, 413, ""),
    ],
    ids=repr,
)
def test_what_cannot_be_stored_is_said_and_changes_nothing(
    runtime: Runtime, scene: Scene, rater: Visitor, fields: dict[str, str], status: int, words: str
) -> None:
    """No source, a foreign level, a criterion of another round, a stale form."""
    path = path_of(scene, "rounds", "peer.pre")
    form = rater.get(path).form(rater.url(path))

    answer = rater.post(path, **{**form.fields, "level.listening": "often", **fields})

    assert answer.status_code == status
    assert words in answer.text
    with runtime.reading() as session:
        assert not session.scalars(select(AssessmentRow).where(AssessmentRow.role == "peer")).all()


@pytest.mark.parametrize("key", ["self", "assessor.post", "peer", "peer.never", "peer.pre.x"])
def test_only_the_rounds_of_others_can_be_typed_in(scene: Scene, rater: Visitor, key: str) -> None:
    """What the learner or the assessor rates has its own place."""
    assert rater.answer(path_of(scene, "rounds", key)).status_code == 404
