"""Logs, own ratings, requirements and parts of a draft: stored, asked for, carried on."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from badges.conditions import Holds
from badges.definition import AchievementDefinition, publish
from badges.library import load_shipped
from lti_tool.errors import InvalidFieldsError, InvalidInputError
from lti_tool.runtime import Runtime
from lti_tool.services import draft_parts, drafts
from lti_tool.services.evidence import load_evidence
from lti_tool.services.learner_pages import load_home
from lti_tool.services.pages.learner import ActivityPage, SubmittedPage
from lti_tool.store.rows import ArtefactRow, AssessmentRow, LogEntryRow, RatingRow
from rubrics.form import ArtefactKind
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk, a_work_definition, another_desk
from tests.factories import an_artefact_requirement, some_conditions
from tests.grading import an_assessor
from tests.recordings import a_webm, an_mp4


def shipped(slug: str) -> AchievementDefinition:
    """A template that the tool ships, published."""
    return publish({one.id: one for one in load_shipped("templates").achievements}[slug])


@pytest.fixture
def year(runtime: Runtime, clock: FakeClock, tmp_path: Path) -> Desk:
    """A learner who has begun a year of assessment: a log, and two rounds of own ratings."""
    desk = a_desk(runtime.database, clock, tmp_path, definition=shipped("year-of-coach-assessment"))
    desk.start()
    return desk


@pytest.fixture
def portfolio(runtime: Runtime, clock: FakeClock, tmp_path: Path) -> Desk:
    """A learner who has begun the portfolio in three parts."""
    desk = a_desk(runtime.database, clock, tmp_path, definition=shipped("portfolio-in-three-parts"))
    desk.start()
    return desk


def add_entry(desk: Desk, **fields: str) -> UUID:
    """Add an entry to the log of sessions, with some of its fields."""
    with desk.database.writing() as session:
        id_ = draft_parts.add_log_entry(session, desk.launch, "sessions", new_id=uuid4)
    if fields:
        desk.save_fields({f"log.{id_}.{name}": text for name, text in fields.items()})
    return id_


def codes(desk: Desk) -> dict[str, bool]:
    """What the checklist asks for, and whether it is done."""
    return {f"{one.code} {one.subject}".strip(): one.is_done for one in desk.page().checklist}


def test_entries_of_a_log_add_up(year: Desk) -> None:
    """Those with a day and minutes count; others wait and say so."""
    add_entry(year, day="2026-11-20", minutes=" 045 ", person="K7", note="Aims.")
    add_entry(year, day="2026-11-21", minutes="60")
    add_entry(year, note="When was it?")

    (log,) = year.page().parts[0].logs

    assert [(one.day, one.minutes, one.person) for one in log.entries] == [
        ("2026-11-20", "45", "K7"),
        ("2026-11-21", "60", ""),
        ("", "", ""),
    ]
    assert (log.count, log.hours) == (2, "1.75")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("day", "20.11.2026", "not_a_day"),
        ("day", "2026-02-30", "not_a_day"),
        ("day", "2026-W01-1", "not_a_day"),
        ("minutes", "0", "out_of_range"),
        ("minutes", "1441", "out_of_range"),
        ("minutes", "-5", "out_of_range"),
        ("minutes", "\N{ARABIC-INDIC DIGIT FIVE}", "out_of_range"),
        ("minutes", "an hour", "out_of_range"),
        ("person", "x" * 101, "too_many_characters"),
        ("note", "x" * 5_001, "too_many_characters"),
    ],
)
def test_entries_that_cannot_be_are_refused(year: Desk, field: str, text: str, code: str) -> None:
    """Each field says why, and nothing is stored."""
    entry = add_entry(year)

    with pytest.raises(InvalidFieldsError) as caught:
        year.save_fields({f"log.{entry}.{field}": text})

    assert {name: fault[0] for name, fault in caught.value.faults.items()} == {
        f"log.{entry}.{field}": code
    }


def test_entries_go_and_others_keep_theirs(year: Desk) -> None:
    """Removing twice is no error; another learner's entry is none of this draft."""
    entry = add_entry(year)
    other = another_desk(year)
    other.start()

    with other.database.writing() as session:
        assert draft_parts.remove_log_entry(session, other.launch, entry) is None
    for log in ("sessions", None):
        with year.database.writing() as session:
            assert draft_parts.remove_log_entry(session, year.launch, entry) == log
    assert year.rows(LogEntryRow) == []


def test_logs_have_room_for_so_many(year: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown log has no room at all."""
    monkeypatch.setattr(draft_parts, "LOG_ENTRIES_MAXIMUM", 1)
    add_entry(year)

    with pytest.raises(InvalidInputError) as caught:
        add_entry(year)
    assert (caught.value.code, caught.value.field) == ("too_many", "logs.sessions")
    with year.database.writing() as session, pytest.raises(InvalidInputError):
        draft_parts.add_log_entry(session, year.launch, "other", new_id=uuid4)


def test_own_ratings_are_stored_by_phase(year: Desk) -> None:
    """Each in a round of its own that is the learner's; the last choice stands."""
    assert codes(year)["self_rating Before the year"] is False
    year.save_fields({"self.pre.sets-aims": "beginning", "self.post.sets-aims": "sure"})
    year.save_fields({"self.pre.sets-aims": "under-way"})

    rounds = {one.id: (one.role, one.phase) for one in year.rows(AssessmentRow)}
    stored = {(*rounds[one.assessment_id], one.level_id) for one in year.rows(RatingRow)}
    assert stored == {("self", "pre", "under-way"), ("self", "post", "sure")}
    assert {one.rater_id for one in year.rows(AssessmentRow)} == {year.launch.user_id}
    item = next(one for one in year.page().checklist if one.code == "self_rating")
    assert (item.found, item.required, item.anchor) == (1, 5, "self-pre-chooses-means")


def test_own_ratings_are_of_the_scale(year: Desk) -> None:
    """A level that the criterion has, or nothing yet; another phase is no field."""
    with pytest.raises(InvalidFieldsError) as caught:
        year.save_fields({"self.pre.sets-aims": "perfect"})
    assert caught.value.faults == {"self.pre.sets-aims": ("unknown_level", None)}

    with pytest.raises(InvalidInputError):
        year.save_fields({"self.mid.sets-aims": "sure"})
    year.save_fields({"self.pre.sets-aims": "sure"})
    year.save_fields({"self.pre.sets-aims": ""})
    assert year.page().self_rounds[0].ratings[0].value == ""


def test_whole_own_ratings_are_done(year: Desk) -> None:
    """And the page of what was handed in shows them."""
    names = [one.name for round_ in year.page().self_rounds for one in round_.ratings]
    year.save_fields(dict.fromkeys(names, "sure"))

    assert codes(year)["self_rating At the end"] is True


def test_requirements_tell_their_artefacts_apart(year: Desk) -> None:
    """Each counts for what it was added for, until the learner says something else."""
    upload = year.announce("one.pdf", requirement_id="agreements")
    year.send(upload, b"%PDF-1.7")
    year.finish(upload)
    items = {one.anchor: one.found for one in year.page().checklist if one.code == "artefact"}
    assert items == {
        "slot-preparation": 0,
        "slot-agreements": 1,
        "slot-coachee-progress": 0,
    }

    year.save_fields({f"artefact.{upload.id}.requirement": "preparation"})

    slots = {one.key: len(one.artefacts) for one in year.page().slots}
    assert slots == {"preparation": 1, "agreements": 0, "coachee-progress": 0}
    with pytest.raises(InvalidInputError):
        year.announce("two.pdf", requirement_id="unheard-of")


def test_a_link_is_not_handed_in_for_what_takes_files(
    runtime: Runtime, clock: FakeClock, tmp_path: Path
) -> None:
    """Neither when it is added nor later; a definition with one place for links has no choice."""
    requirements = (
        an_artefact_requirement("one"),
        an_artefact_requirement("two"),
        replace(an_artefact_requirement("files"), kinds=(ArtefactKind.FILE,)),
    )
    definition = a_work_definition(artefact_requirements=requirements)
    desk = a_desk(runtime.database, clock, tmp_path, definition=definition)
    desk.start()
    link = desk.add_link()
    assert codes(desk)["artefact Your evidence"] is False

    with pytest.raises(InvalidFieldsError):
        desk.save_fields({f"artefact.{link}.requirement": "files"})
    desk.save_fields({f"artefact.{link}.requirement": "two"})

    assert [(one.key, len(one.artefacts)) for one in desk.page().slots] == [
        ("one", 0),
        ("two", 1),
        ("files", 0),
    ]


def test_a_part_that_passed_is_not_asked_again(portfolio: Desk, runtime: Runtime) -> None:
    """The next attempt opens the other parts alone, with everything that the last one held."""
    artefact = portfolio.add_file(b"%PDF-1.7")
    portfolio.add_reference("plan")
    fill_portfolio(portfolio, artefact)
    portfolio.submit()
    levels = {"overview": "pass", "plan": "no", "look-back": "pass"}
    an_assessor(runtime, portfolio).give_back(levels, note="The plan is thin.")
    portfolio.resubmit()

    page = portfolio.page()

    assert [bool(one.kept) for one in page.parts] == [False, True, False, True]
    assert {one.prompt.id: one.is_kept for one in page.answers} == {
        "aim": True,
        "signs": True,
        "reasons": False,
        "reflection": True,
    }
    assert not page.slots[0].is_kept
    assert len(page.parts[2].coverages[0].references) == len(INDICATORS) * 2
    assert all(one.is_done for one in page.checklist)
    portfolio.submit()


INDICATORS = (
    "admits-limits",
    "small-steps",
    "agrees-aim",
    "ends-well",
    "names-sources",
    "leaves-alone",
)


def fill_portfolio(desk: Desk, artefact: UUID) -> None:
    """Do everything that the portfolio asks for; an indicator that is left open is chosen."""
    open_ones = [one.id for one in desk.page().parts[2].coverages[0].references]
    assert "reference_incomplete Part 2: Plan" in codes(desk)
    fields: dict[str, object] = {
        f"answer.{one}": "Words." for one in ("aim", "signs", "reasons", "reflection")
    }
    for indicator in INDICATORS:
        for source in ("answer:reasons", str(artefact)):
            id_ = open_ones.pop() if open_ones else desk.add_reference("plan")
            fields |= {
                f"reference.{id_}.criterion": indicator,
                f"reference.{id_}.source": source,
                f"reference.{id_}.locator": "2",
            }
    desk.save_fields(fields | {f"artefact.{artefact}.people": "nobody", "name_confirmed": "yes"})


def test_a_reference_stands_within_its_coverage(portfolio: Desk) -> None:
    """A criterion outside the coverage is none of its choices."""
    reference = portfolio.add_reference("plan")

    with pytest.raises(InvalidFieldsError) as caught:
        portfolio.save_fields({f"reference.{reference}.criterion": "overview"})

    assert [code for code, _ in caught.value.faults.values()] == ["unknown_choice"]


def test_the_next_attempt_has_logs_ratings_and_what_was_stated(
    year: Desk, runtime: Runtime
) -> None:
    """Nothing that a learner gave is to be given again."""
    upload = year.announce("talk.mp4", len(an_mp4(61)), requirement_id="coachee-progress")
    year.send(upload, an_mp4(61))
    year.finish(upload)
    add_entry(year, day="2026-11-20", minutes="45", person="K7", note="Aims.")
    year.save_fields({"self.pre.sets-aims": "sure"})
    before = year.page()
    with year.database.writing() as session:
        hand_in(session, year)
    an_assessor(runtime, year).give_back({"decision": "not-confirmed"}, note="Again.")
    year.resubmit()

    page = year.page()

    assert page.attempt_number == before.attempt_number + 1
    assert page.parts[0].logs[0].entries[0].note == "Aims."
    assert page.self_rounds[0].ratings[0].value == "sure"
    assert [one.key for one in page.slots if one.artefacts] == ["coachee-progress"]
    assert [one.milliseconds for one in year.rows(ArtefactRow)] == [61_000, 61_000]


def hand_in(session: Session, desk: Desk) -> None:
    """Hand in what is there, whatever lacks: this is not about the checklist."""
    attempt = session.merge(desk.attempt())
    attempt.state, attempt.submitted_at = "submitted", desk.clock()


def test_badges_that_are_asked_for_are_shown(
    runtime: Runtime, clock: FakeClock, tmp_path: Path
) -> None:
    """Before the start and after it, with whether the learner holds them."""
    asks = a_work_definition(conditions=(*some_conditions(), Holds(achievement="another-badge")))
    desk = a_desk(runtime.database, clock, tmp_path, definition=asks)

    page = desk.home()
    assert isinstance(page, ActivityPage)
    assert [(one.title, one.is_held) for one in page.prerequisites] == [("another-badge", False)]
    desk.start()
    assert desk.page().prerequisites == page.prerequisites


def test_what_was_handed_in_shows_logs_and_own_ratings(year: Desk) -> None:
    """The learner reads it as the assessor does, without what others rated."""
    add_entry(year, day="2026-11-20", minutes="90")
    year.save_fields({"self.pre.sets-aims": "sure"})
    with year.database.writing() as session:
        hand_in(session, year)

    with year.database.reading() as session:
        page = load_home(session, year.launch, around=year.around)

    assert isinstance(page, SubmittedPage)
    assert [(one.count, one.hours) for one in page.logs] == [(1, "1.5")]
    assert [one.phase for one in page.self_rounds] == ["Before the year", "At the end"]


def test_a_start_says_everything_that_is_asked_for(
    runtime: Runtime, clock: FakeClock, tmp_path: Path
) -> None:
    """Logs and own ratings, too; pointers only where some are asked for."""
    asks = shipped("year-of-coach-assessment")
    desk = a_desk(runtime.database, clock, tmp_path, definition=asks)

    page = desk.home()

    assert isinstance(page, ActivityPage)
    assert [(one.kind, one.title) for one in page.also] == [
        ("log", "Sessions"),
        ("self", "Before the year"),
        ("self", "At the end"),
    ]


def test_a_note_that_came_too_late_is_kept_and_put_back(year: Desk) -> None:
    """As every other text: under its log, and in its field again on demand."""
    entry = add_entry(year, note="First.")
    name = f"log.{entry}.note"
    with year.database.writing() as session:
        sent = {name: "Late.", f"log.{entry}.minutes": "5"}
        drafts.keep_refused(session, year.launch, sent=sent, clock=year.clock, new_id=uuid4)

    (kept,) = year.page().kept_texts
    assert (kept.name, kept.subject, kept.text, kept.can_put_back) == (
        name,
        "Sessions",
        "Late.",
        True,
    )
    with year.database.writing() as session:
        drafts.put_back(session, year.launch, UUID(kept.id), clock=year.clock, new_id=uuid4)
    assert [one.note for one in year.rows(LogEntryRow)] == ["Late."]


def test_assessors_see_what_is_read_and_what_is_stated(
    runtime: Runtime, clock: FakeClock, tmp_path: Path
) -> None:
    """What a recording is for, how long it is, who says so, and what its learner states of it."""
    definition = shipped("evidence-portfolio-with-video")
    desk = a_desk(runtime.database, clock, tmp_path, definition=definition)
    desk.start()
    ids = {}
    for name, data in (("read.mp4", an_mp4(750)), ("stated.webm", a_webm(None))):
        upload = desk.announce(name, len(data), requirement_id="video")
        desk.send(upload, data)
        desk.finish(upload)
        ids[name] = upload.id
    stated = f"artefact.{ids['stated.webm']}"
    desk.save_fields({f"{stated}.length": "11:05", f"{stated}.attested.consent": "yes"})

    with desk.database.reading() as session:
        evidence = load_evidence(
            session, desk.attempt().id, definition=definition, links=desk.around.links
        )

    shown = {one.title: one for one in evidence.artefacts}
    read, said = shown["read.mp4"], shown["stated.webm"]
    assert (read.length, read.is_length_stated, read.attested) == ("12:30", False, ())
    assert (said.length, said.is_length_stated, len(said.attested)) == ("11:05", True, 1)
    assert {one.requirement for one in evidence.artefacts} == {"A conversation of 10 to 15 minutes"}
