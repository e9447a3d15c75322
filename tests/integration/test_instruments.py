"""Every shipped instrument from the learner's form to the decision, over HTTP."""

import json
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from badges.definition import parse_definition
from lti_tool.runtime import Runtime
from lti_tool.services.keyring import ensure_issuer_keys
from lti_tool.store.rows import AttemptRow, CredentialRow, DecisionRow
from lti_tool.values import Role
from rubrics.criterion import RaterRole
from rubrics.model import Administration
from tests.instruments import (
    GROWTH,
    PARTS,
    VIDEO,
    Work,
    fill_parts,
    fill_video,
    of,
)
from tests.pages import Page, Visitor
from tests.recordings import an_mp4
from tests.rows import a_launch, a_user

YEAR = "year-of-coach-assessment"
STATED = {
    "preparation": ("before-first-session",),
    "agreements": ("signed", "given-out"),
    "coachee-progress": ("consent",),
}


def self_rated(work: Work, **levels: str) -> dict[str, str]:
    """Return the fields in which the learner rates every criterion, the same in each phase."""
    rubric = parse_definition(work.desk.course.version.document).get_rubric()
    return {
        f"self.{phase}.{criterion.id}": level
        for phase, level in levels.items()
        for criterion in rubric.criteria_of(Administration(role=RaterRole.SELF, phase=phase))
    }


@dataclass
class Desk:
    """The instructor of a learner's course."""

    visitor: Visitor
    work: Work
    runtime: Runtime

    @property
    def path(self) -> str:
        """The scoring page of the newest attempt."""
        with self.runtime.reading() as session:
            newest = select(AttemptRow.id).order_by(AttemptRow.number.desc()).limit(1)
            return f"/attempts/{session.scalars(newest).one()}"

    def rate(self, action: str = "release", **fields: str) -> Page:
        """Rate the work as it stands and press a button; `__` stands for a dot."""
        form = self.visitor.get(self.path).form(self.visitor.url(self.path))
        named = {name.replace("__", "."): value for name, value in fields.items()}
        return self.visitor.submit(self.path, **{**form.fields, **named, "action": action})

    def confirm(self, page: Page, action: str = "release", **fields: str) -> None:
        """Do what the page said would happen."""
        form = page.form(self.visitor.url(f"{self.path}/{action}"))
        self.visitor.submit(f"{self.path}/{action}", **{**form.fields, "then": "stay", **fields})

    def type_in(self, key: str, source: str, **levels: str) -> None:
        """Type in what somebody else said."""
        path = f"{self.path}/rounds/{key}"
        form = self.visitor.get(path).form(self.visitor.url(path))
        named = {f"level.{name.replace('_', '-')}": level for name, level in levels.items()}
        self.visitor.submit(path, **{**form.fields, **named, "source": source})

    def verdicts(self) -> list[str]:
        """Every decision so far, oldest first."""
        with self.runtime.reading() as session:
            return list(
                session.scalars(select(DecisionRow.verdict).order_by(DecisionRow.released_at))
            )

    def credentials(self) -> list[dict[str, object]]:
        """Every credential that was issued."""
        with self.runtime.reading() as session:
            return [json.loads(row.document) for row in session.scalars(select(CredentialRow))]


@pytest.fixture
def desk(app: Flask, runtime: Runtime, work: Work) -> Desk:
    """The instructor, whose issuer can sign."""
    course = work.desk.course
    with runtime.writing() as session:
        ensure_issuer_keys(
            session,
            course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        instructor = a_user(session, course, Role.INSTRUCTOR, name="Ivo Instructor")
        launch = a_launch(session, course, instructor, Role.INSTRUCTOR)
    return Desk(Visitor(app, launch), work, runtime)


@of(PARTS)
def test_a_portfolio_in_parts_asks_again_for_the_part_that_failed(work: Work, desk: Desk) -> None:
    """T9: pass, yes, fail; the next attempt opens part three alone, and then the badge follows."""
    fill_parts(work)
    assert work.missing() == ""

    verdict = {"level__overview": "pass", "level__plan": "yes"}
    page = desk.rate("return", **verdict, **{"level__look-back": "fail"})
    desk.confirm(page, "return", comment="Say what you would do differently.")
    assert desk.verdicts() == ["returned"]

    work.learner.submit("/resubmit")
    fields = work.fields()
    assert [name for name in fields if name.startswith("answer.")] == ["answer.reflection"]
    assert not [name for name in fields if name.startswith(("reference.", "artefact."))]

    work.send(
        {"answer.reflection": "I would wait longer.", "name_confirmed": "yes", "action": "save"}
    )
    assert work.missing() == ""
    page = desk.rate(**{"level__look-back": "pass"})
    assert "is issued to" in page.text
    desk.confirm(page)

    assert sorted(desk.verdicts()) == ["awarded", "returned"]
    assert len(desk.credentials()) == 1


@of(VIDEO)
def test_one_detail_that_is_not_proficient_yet_keeps_the_badge(work: Work, desk: Desk) -> None:
    """T14: its outcome fails and is named, the other three hold; then all are proficient."""
    fill_video(work, an_mp4(600), "talk.mp4")
    assert work.missing() == ""
    rubric = parse_definition(work.desk.course.version.document).get_rubric()
    details = [one.id for one in rubric.rated_criteria]
    ratings = {f"level__{id_}": "proficient" for id_ in details}

    page = desk.rate(**{**ratings, f"level__{details[0]}": "not-yet"})
    assert page.text.count("Not met:") == 1
    assert page.text.count("Met:") == 3

    page = desk.rate(**ratings)
    desk.confirm(page)
    assert desk.verdicts() == ["awarded"]
    assert len(desk.credentials()) == 1


@of(GROWTH)
def test_a_framework_for_growth_shows_the_growth_and_awards_nothing(work: Work, desk: Desk) -> None:
    """T16: rated alone, twice; read, answered, and no badge."""
    changes = self_rated(work, start="now-and-then", review="as-a-rule")
    changes |= {"answer.goals": "To wait.", "answer.action-plan": "Count to five."}
    work.send(changes | {"name_confirmed": "yes", "action": "save"})
    assert work.missing() == ""

    page = desk.rate(comment="Keep counting.")
    assert "it awards no badge" in page.text
    desk.confirm(page)

    assert desk.verdicts() == ["reviewed"]
    assert desk.credentials() == []
    result = work.learner.get("/work").text
    assert "+2 since the first time" in result
    assert "Keep counting." in result


@of(YEAR)
def test_a_year_of_assessment_ends_in_a_signed_decision(work: Work, desk: Desk) -> None:
    """T17: everything is there and the decision is not signed: no award; then it is."""
    changes = {name: "Said." for name in work.fields() if name.startswith("answer.")}
    changes |= self_rated(work, pre="beginning", post="sure")
    for requirement, number in (("preparation", 1), ("agreements", 2), ("coachee-progress", 1)):
        for count in range(number):
            paper = work.upload(b"%PDF-1.7", f"{requirement}-{count}.pdf", requirement)
            changes[f"artefact.{paper}.people"] = "nobody"
            for stated in STATED[requirement]:
                changes[f"artefact.{paper}.attested.{stated}"] = "yes"
    form = work.press_all(["add-log-entry:sessions"] * 10)
    days = [name for name in form if name.startswith("log.") and ".day" in name]
    changes |= {name: f"2026-03-{number:02}" for number, name in enumerate(days, start=1)}
    changes |= {
        name: "120" if name.endswith(".minutes") else "K7"
        for name in form
        if name.endswith((".minutes", ".person"))
    }
    work.send(changes | {"name_confirmed": "yes", "action": "save"})
    assert work.missing() == ""

    desk.visitor.get(desk.path)
    seen = dict.fromkeys(
        ("aim_named", "coachee_talked_more", "questions_were_open", "step_agreed"), "seen"
    )
    heard = dict.fromkeys(("was_prepared", "was_heard", "was_free", "was_worth_it"), "usually")
    desk.type_in("peer.mid", "Visit of May", **seen)
    desk.type_in("program.mid", "Visit of June", **seen)
    desk.type_in("coachee.mid", "Survey of May", **heard)
    desk.type_in("coachee.post", "Survey of December", **heard)

    page = desk.rate(level__decision="confirmed")
    assert "Not ready to release" in page.text
    page = desk.rate(signed__decision="yes")
    assert "Not met:" not in page.text
    desk.confirm(page)

    assert desk.verdicts() == ["awarded"]
    assert len(desk.credentials()) == 1
