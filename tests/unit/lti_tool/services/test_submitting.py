"""Handing in, taking back, trying again: each once, each whole."""

import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lti_tool.errors import ClosedError, InvalidFieldsError, LtiToolError, StaleRevisionError
from lti_tool.runtime import Runtime
from lti_tool.services import drafts, sharing
from lti_tool.services.pages.learner import ResultPage, SubmittedPage, WorkPage
from lti_tool.services.revoking import revoke_credential
from lti_tool.services.uploads import delete_due_files
from lti_tool.store.rows import (
    ArtefactRow,
    AttemptRow,
    CredentialRow,
    EarnerRow,
    ProgramRow,
    ScoreDeliveryRow,
    ShareRow,
    UserRow,
)
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk, a_work_definition
from tests.factories import a_prompt
from tests.grading import FAIL, PASS, Assessor, an_assessor
from tests.rows import a_binding, a_link


@pytest.fixture
def desk(runtime: Runtime, clock: FakeClock, tmp_path: Path) -> Desk:
    """A learner whose draft has everything that is asked for."""
    made = a_desk(runtime.database, clock, tmp_path)
    made.start()
    made.fill()
    return made


@pytest.fixture
def assessor(runtime: Runtime, desk: Desk) -> Assessor:
    """An instructor of the course."""
    return an_assessor(runtime, desk)


def missing(desk: Desk) -> dict[str, tuple[str, str | None]]:
    """What stands in the way of handing the draft in."""
    with pytest.raises(InvalidFieldsError) as caught:
        desk.submit()
    return caught.value.faults


def run_at_once(*acts: Callable[[], object]) -> list[str]:
    """Run acts at the same moment; return the codes of those that were refused."""
    gate = threading.Barrier(len(acts))
    codes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except LtiToolError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def test_a_full_draft_is_handed_in(desk: Desk) -> None:
    """The state changes, the checklist was done, and the gradebook will hear of it."""
    assert all(item.is_done for item in desk.page().checklist)

    desk.submit()

    page = desk.home()
    assert isinstance(page, SubmittedPage)
    assert (page.state, page.submitted_at, page.attempt_number) == ("submitted", desk.clock(), 1)
    assert page.take_back_url is not None
    assert page.answers[0].text == "What I did and why."
    assert page.criteria[0].references[0].explanation == "Shows a."
    delivery = desk.rows(ScoreDeliveryRow)[0]
    assert (delivery.kind, delivery.state, delivery.attempt_id) == (
        "submitted",
        "waiting",
        desk.attempt().id,
    )


def test_an_empty_draft_says_everything_that_is_missing(
    runtime: Runtime, clock: FakeClock, tmp_path: Path
) -> None:
    """Each missing thing is named at its field, and nothing is handed in."""
    desk = a_desk(runtime.database, clock, tmp_path)
    desk.start()

    assert missing(desk) == {
        "answer.story": ("required", None),
        "file": ("artefact_missing", None),
        "references.a": ("reference_incomplete", None),
        "references.b": ("reference_incomplete", None),
        "references.c": ("reference_incomplete", None),
        "references.d": ("reference_incomplete", None),
        "name_confirmed": ("name_unconfirmed", None),
    }
    assert desk.attempt().state == "draft"
    assert desk.rows(ScoreDeliveryRow) == []
    codes = [(item.code, item.is_done) for item in desk.page().checklist]
    assert codes == [
        ("answer", False),
        ("artefact", False),
        *[("reference", False)] * 4,
        ("name", False),
    ]


def test_answers_have_lengths(runtime: Runtime, clock: FakeClock, tmp_path: Path) -> None:
    """Too few and too many words are said with the limit, on the checklist with the count."""
    definition = a_work_definition(
        prompts=(
            a_prompt("long", minimum_words=5),
            a_prompt("short", maximum_words=2, required=False),
        )
    )
    desk = a_desk(runtime.database, clock, tmp_path, definition=definition)
    desk.start()
    desk.save(answer__long="three words only", answer__short="three words now")

    faults = missing(desk)

    assert faults["answer.long"] == ("too_short", "5")
    assert faults["answer.short"] == ("too_long", "2")
    items = [(one.code, one.found, one.required, one.anchor) for one in desk.page().checklist[:2]]
    assert items == [("answer_short", 3, 5, "answer-long"), ("answer_long", 3, 2, "answer-short")]


@pytest.mark.parametrize(
    ("people", "fault", "code"),
    [("", "people_unanswered", "people"), ("not_consented", "no_consent", "consent")],
)
def test_who_appears_in_an_artefact_has_to_agree(
    desk: Desk, people: str, fault: str, code: str
) -> None:
    """Without an answer, or without consent, nothing is handed in."""
    name = f"artefact.{desk.page().artefacts[0].id}.people"
    desk.save_fields({name: people})

    assert missing(desk) == {name: (fault, None)}
    item = next(one for one in desk.page().checklist if not one.is_done)
    assert (item.code, item.subject) == (code, "Recording")
    assert item.anchor == name.replace(".", "-")


def test_a_file_on_its_way_holds_the_draft_back(desk: Desk) -> None:
    """What has not arrived is not left out in silence: finish it or remove it."""
    upload = desk.announce("late.mp4")

    assert missing(desk) == {f"artefact.{upload.id}": ("unfinished", None)}
    item = next(one for one in desk.page().checklist if not one.is_done)
    assert (item.code, item.subject, item.anchor) == ("upload", "late.mp4", f"artefact-{upload.id}")
    desk.remove(upload.id)
    desk.submit()


def test_a_reference_has_to_be_whole(desk: Desk) -> None:
    """An empty pointer is finished or removed."""
    reference = desk.add_reference("a")

    faults = missing(desk)

    assert faults == {
        f"reference.{reference}.source": ("unknown_source", None),
        f"reference.{reference}.explanation": ("required", None),
    }
    item = next(one for one in desk.page().checklist if not one.is_done)
    assert (item.code, item.anchor) == ("reference_incomplete", f"reference-{reference}")


def test_a_reference_that_is_begun_is_one_thing_to_do(
    runtime: Runtime, clock: FakeClock, tmp_path: Path
) -> None:
    """Whether it is not there, unfinished or whole, the checklist has one line for it."""
    desk = a_desk(runtime.database, clock, tmp_path)
    desk.start()

    def of_a() -> list[tuple[str, bool]]:
        items = [one for one in desk.page().checklist if one.subject == "A"]
        return [(one.code, one.is_done) for one in items]

    assert of_a() == [("reference", False)]
    reference = desk.add_reference("a")
    assert of_a() == [("reference_incomplete", False)]
    assert "references.a" not in missing(desk)
    desk.save_fields(
        {
            "answer.story": "Words.",
            f"reference.{reference}.source": "answer:story",
            f"reference.{reference}.explanation": "Shows it.",
        }
    )
    assert of_a() == [("reference", True)]
    desk.add_reference("a")
    assert of_a() == [("reference_incomplete", False), ("reference", True)]


def test_errors_come_in_the_order_of_the_form(
    runtime: Runtime, clock: FakeClock, tmp_path: Path
) -> None:
    """Whatever was added first: files before those on their way, and each criterion's pointers."""
    desk = a_desk(runtime.database, clock, tmp_path)
    desk.start()
    upload = desk.announce("late.mp4")
    clock.advance(seconds=1)
    link = desk.add_link()
    later, earlier = desk.add_reference("c"), desk.add_reference("a")

    assert list(missing(desk)) == [
        "answer.story",
        f"artefact.{link}.people",
        f"artefact.{upload.id}",
        f"reference.{earlier}.source",
        f"reference.{earlier}.explanation",
        "references.b",
        f"reference.{later}.source",
        f"reference.{later}.explanation",
        "references.d",
        "name_confirmed",
    ]


@pytest.mark.parametrize(
    "fields",
    [{"name_confirmed": ""}, {"name_on_badge": "  ", "name_confirmed": "yes"}],
)
def test_the_name_has_to_be_there_and_confirmed(desk: Desk, fields: dict[str, object]) -> None:
    """Nobody else knows how a name is written."""
    desk.save_fields(fields)

    assert missing(desk) == {"name_confirmed": ("name_unconfirmed", None)}


def test_the_name_is_cleaned_when_it_is_handed_in(desk: Desk) -> None:
    """What stands on the badge has no spaces at its ends and nothing invisible."""
    desk.save(name_on_badge="  Ada \u202e Lovelace ")
    desk.submit()

    assert desk.attempt().name_on_badge == "Ada Lovelace"


def test_only_what_its_page_showed_is_handed_in(desk: Desk) -> None:
    """When another tab saved in between, the learner looks again first."""
    with pytest.raises(StaleRevisionError):
        desk.submit(0)

    assert desk.attempt().state == "draft"


def test_handing_in_twice_at_once(desk: Desk) -> None:
    """One click wins, the other finds it done; the gradebook hears of it once."""
    revision = desk.attempt().revision

    codes = run_at_once(*[lambda: desk.submit(revision)] * 3)

    assert codes == ["closed", "closed"]
    assert len(desk.rows(ScoreDeliveryRow)) == 1


def test_a_test_users_work_is_never_sent(desk: Desk) -> None:
    """They may try everything; no gradebook hears of it."""
    with desk.database.writing() as session:
        session.get_one(UserRow, desk.launch.user_id).is_test = True

    desk.submit()

    assert desk.rows(ScoreDeliveryRow) == []


def test_taking_back(desk: Desk) -> None:
    """Until somebody opened it, it becomes the same draft again; twice is no error."""
    desk.submit()
    desk.take_back()
    desk.take_back()

    page = desk.home()
    assert isinstance(page, WorkPage)
    assert page.answers[0].text == "What I did and why."
    desk.save(answer__story="Better.")
    desk.submit()


def test_what_is_taken_back_is_not_announced(desk: Desk) -> None:
    """The gradebook is told of what is handed in, as long as it is."""
    desk.submit()
    desk.take_back()

    assert [row.state for row in desk.rows(ScoreDeliveryRow)] == ["superseded"]


def test_what_was_opened_is_not_taken_back(desk: Desk, assessor: Assessor) -> None:
    """From then on somebody is reading it."""
    desk.submit()
    assessor.open()

    page = desk.home()
    assert isinstance(page, SubmittedPage)
    assert (page.state, page.take_back_url) == ("in_review", None)
    with pytest.raises(ClosedError):
        desk.take_back()


def test_opening_and_taking_back_at_once(desk: Desk, assessor: Assessor) -> None:
    """Exactly one of them happens."""
    desk.submit()

    codes = run_at_once(desk.take_back, assessor.open)

    state = desk.attempt().state
    assert (codes, state) in ((["closed"], "in_review"), (["not_found"], "draft"))


@pytest.mark.parametrize("act", ["take_back", "resubmit"])
def test_before_anything_is_begun_there_is_nothing_to_do(
    runtime: Runtime, clock: FakeClock, tmp_path: Path, act: str
) -> None:
    """Acts on work that is not there are refused."""
    desk = a_desk(runtime.database, clock, tmp_path)

    with pytest.raises(ClosedError):
        getattr(desk, act)()


def test_a_returned_attempt_opens_the_next_with_everything_in_it(
    desk: Desk, assessor: Assessor, clock: FakeClock
) -> None:
    """Answers, artefacts, references and the confirmed name are there; the old attempt stays."""
    clock.advance(seconds=1)
    upload = desk.add_file()
    reference = desk.add_reference("a")
    desk.save_fields(
        {
            f"artefact.{upload}.people": "consented",
            f"artefact.{upload}.visibility": "public",
            f"reference.{reference}.source": str(upload),
            f"reference.{reference}.locator": "p. 2",
            f"reference.{reference}.explanation": "The plan.",
        }
    )
    desk.submit()
    assessor.give_back(FAIL, note="Show the ending of the session.")
    before = {row.id for row in desk.rows(ArtefactRow)}

    desk.resubmit()
    desk.resubmit()

    page = desk.home()
    assert isinstance(page, WorkPage)
    assert page.attempt_number == 2
    assert page.answers[0].text == "What I did and why."
    assert [(one.kind, one.people, one.visibility) for one in page.artefacts] == [
        ("link", "nobody", "assessors"),
        ("pdf", "consented", "public"),
    ]
    assert not {one.id for one in page.artefacts} & {str(id_) for id_ in before}
    sources = [one.source for one in page.criteria[0].references]
    assert sources == [page.artefacts[0].id, page.artefacts[1].id]
    assert (page.name_on_badge, page.name_confirmed) == ("Ada Learner", True)
    assert sorted(row.number for row in desk.rows(AttemptRow)) == [1, 2]


def test_texts_that_came_too_late_go_along_to_the_next_attempt(
    desk: Desk, assessor: Assessor
) -> None:
    """Each with its field, though the next attempt's pointers are others."""
    name = f"reference.{desk.page().criteria[0].references[0].id}.explanation"
    with desk.database.writing() as session:
        sent = {name: "Late words.", "answer.story": "Late story."}
        drafts.keep_refused(session, desk.launch, sent=sent, clock=desk.clock, new_id=uuid4)
    desk.submit()
    assessor.give_back(FAIL, note="More, please.")
    desk.resubmit()

    page = desk.page()

    assert {(one.name, one.text, one.can_put_back) for one in page.kept_texts} == {
        ("answer.story", "Late story.", True),
        (f"reference.{page.criteria[0].references[0].id}.explanation", "Late words.", True),
    }


def test_what_passed_is_kept_and_not_asked_again(desk: Desk, assessor: Assessor) -> None:
    """The next attempt asks for the rest alone, and says what to change."""
    desk.submit()
    assessor.give_back(FAIL, note="Show the ending of the session.")
    desk.resubmit()

    page = desk.page()

    kept = {one.criterion.id: one.kept for one in page.criteria}
    assert [id_ for id_, result in kept.items() if result is None] == ["d"]
    assert kept["a"] is not None
    assert kept["a"].level is not None
    assert (kept["a"].level.id, kept["a"].comment) == ("p3", "On a.")
    assert page.previous is not None
    assert page.previous.comment == "Show the ending of the session."
    assert [one.criterion.id for one in page.previous.results if not one.kept] == ["d"]
    asked = [one.subject for one in page.checklist if one.code == "reference"]
    assert asked == ["D"]


def test_kept_criteria_need_no_evidence_again(desk: Desk, assessor: Assessor) -> None:
    """Without its artefact, what was kept is still kept; the rest needs its own."""
    desk.submit()
    assessor.give_back(FAIL, note="Again.")
    desk.resubmit()
    desk.remove(UUID(desk.page().artefacts[0].id))
    assert set(missing(desk)) == {"file", "references.d"}

    artefact, reference = desk.add_link(), desk.add_reference("d")
    desk.save_fields(
        {
            f"artefact.{artefact}.people": "nobody",
            f"reference.{reference}.source": str(artefact),
            f"reference.{reference}.locator": "1:00",
            f"reference.{reference}.explanation": "The ending.",
        }
    )
    desk.submit()

    assert desk.attempt().number == 2


def test_a_page_of_the_last_attempt_is_stale_on_the_next(desk: Desk, assessor: Assessor) -> None:
    """A forgotten tab does not write the old text over the new attempt."""
    desk.submit()
    revision = desk.attempt().revision
    assessor.give_back(FAIL, note="Again.")
    desk.resubmit()

    with pytest.raises(StaleRevisionError):
        desk.save(revision, answer__story="the old text")


def test_a_file_that_two_attempts_hold_is_not_deleted(desk: Desk, assessor: Assessor) -> None:
    """Removing it from the draft leaves what was assessed as it was."""
    upload = desk.add_file()
    desk.save_fields({f"artefact.{upload}.people": "nobody"})
    desk.submit()
    assessor.give_back(FAIL, note="Again.")
    desk.resubmit()
    copied = next(one for one in desk.page().artefacts if one.kind == "pdf")

    desk.remove(UUID(copied.id))

    assert delete_due_files(desk.database, desk.files, clock=desk.clock) == 0
    key = next(row.storage_key for row in desk.rows(ArtefactRow) if row.id == upload)
    assert key is not None
    assert b"".join(desk.files.read(key, start=0, end=8)) == b"%PDF-1.7"


def test_resubmitting_at_once_opens_one_attempt(desk: Desk, assessor: Assessor) -> None:
    """Two clicks open the second attempt once, with one copy of everything."""
    desk.submit()
    assessor.give_back(FAIL, note="Again.")

    assert run_at_once(*[desk.resubmit] * 3) == []

    assert sorted(row.number for row in desk.rows(AttemptRow)) == [1, 2]
    assert len(desk.page().artefacts) == 1


@pytest.mark.parametrize("allowed", [True, False])
def test_the_program_says_whether_there_is_another_try(
    desk: Desk, assessor: Assessor, *, allowed: bool
) -> None:
    """After a decision without an award the next attempt opens only where it may."""
    with desk.database.writing() as session:
        session.get_one(ProgramRow, desk.course.program.id).allows_another_try = allowed
    desk.submit()
    assessor.release(FAIL)

    page = desk.home()
    assert isinstance(page, ResultPage)
    assert (page.resubmit_url is not None) is allowed
    if allowed:
        desk.resubmit()
        assert desk.attempt().number == 2
    else:
        with pytest.raises(ClosedError):
            desk.resubmit()


def test_the_result_of_work_that_did_not_earn_it(desk: Desk, assessor: Assessor) -> None:
    """Level and comment for each criterion, the trace, no score, and no credential."""
    desk.submit()
    assessor.release(FAIL)

    page = desk.home()

    assert isinstance(page, ResultPage)
    assert (page.outcome, page.gradebook, page.credential) == ("not_awarded", "no_score", None)
    assert page.comment == "Read with care."
    assert [one.level.id for one in page.results if one.level] == ["p3", "p3", "p3", "p1"]
    assert [one.comment for one in page.results] == ["On a.", "On b.", "On c.", "On d."]
    assert not page.trace.is_met
    assert page.trace.conditions[1].failing[0].criterion_title == "D"


def test_the_result_of_returned_work(desk: Desk, assessor: Assessor) -> None:
    """The note says what to change; earlier attempts stay readable."""
    desk.submit()
    assessor.give_back(FAIL, note="Show the ending.")
    page = desk.home()
    assert isinstance(page, ResultPage)
    assert (page.outcome, page.comment, page.gradebook) == (
        "returned",
        "Show the ending.",
        "no_score",
    )
    assert page.resubmit_url is not None

    desk.resubmit()
    desk.submit()
    assessor.release(PASS)

    second = desk.home()
    assert isinstance(second, ResultPage)
    assert [(one.number, one.comment) for one in second.previous] == [(1, "Show the ending.")]


def test_another_try_asks_again_about_a_name_that_was_changed_since(
    desk: Desk, assessor: Assessor
) -> None:
    """What was confirmed before is not carried over in its place."""
    desk.submit()
    assessor.give_back(FAIL, note="Show the ending.")
    with desk.database.writing() as session:
        earner = session.get_one(EarnerRow, desk.launch.earner_id)
        earner.chosen_name, earner.name_chosen_at = "Rosa Quintero", desk.clock()
    desk.resubmit()

    page = desk.page()
    assert (page.name_on_badge, page.name_confirmed) == ("Rosa Quintero", False)


def test_the_badge_is_private_until_it_is_shared(
    desk: Desk, assessor: Assessor, runtime: Runtime
) -> None:
    """The link is made once, can be ended, and a later one is another one."""
    desk.submit()
    released = assessor.release(PASS)
    page = desk.home()
    assert isinstance(page, ResultPage)
    assert (page.outcome, page.gradebook) == ("awarded", "full_points")
    assert page.resubmit_url is None
    assert page.credential is not None
    assert page.credential.share_link is None
    assert str(released.credential_id) in page.credential.page_url

    def held() -> UUID:
        with runtime.reading() as session:
            return sharing.held_credential_id(session, desk.launch)

    def share() -> None:
        sharing.share(
            runtime.issuing,
            desk.launch.earner_id,
            held(),
            random_token=runtime.random_token,
        )

    assert run_at_once(*[share] * 3) == []
    shared = desk.home()
    assert isinstance(shared, ResultPage)
    assert shared.credential is not None
    token = desk.rows(ShareRow)[0].token
    assert len(desk.rows(ShareRow)) == 1
    assert shared.credential.share_link == f"https://tool.example/s/{token}"

    for _ in range(2):
        with runtime.writing() as session:
            sharing.unshare(session, desk.launch.earner_id, held(), clock=runtime.clock)
    share()

    live = [row.token for row in desk.rows(ShareRow) if row.ended_at is None]
    assert len(live) == 1
    assert live != [token]


def test_nothing_to_share_without_a_badge(desk: Desk, assessor: Assessor, runtime: Runtime) -> None:
    """Work that is open, or was not awarded, has no link."""

    def share() -> None:
        with runtime.reading() as session:
            sharing.held_credential_id(session, desk.launch)

    with pytest.raises(ClosedError):
        share()
    desk.submit()
    assessor.release(FAIL)
    with pytest.raises(ClosedError):
        share()


def test_a_revoked_badge_says_so(desk: Desk, assessor: Assessor, runtime: Runtime) -> None:
    """The learner's page knows, and the gradebook is said to stay as it is."""
    desk.submit()
    assessor.release(PASS)
    credential = desk.rows(CredentialRow)[0]
    revoke_credential(runtime.issuing, credential.id, reason="Issued in error.")

    page = desk.home()

    assert isinstance(page, ResultPage)
    assert (page.outcome, page.gradebook) == ("revoked", "unchanged")
    assert page.credential is not None
    assert page.credential.status == "revoked"


def test_a_badge_of_another_course_is_shown_whatever_came_of_it(
    desk: Desk, assessor: Assessor, runtime: Runtime, clock: FakeClock
) -> None:
    """Its second decision made no award: the page shows the first one's, revoked or not."""
    desk.submit()
    given = clock()
    assessor.release(PASS)
    there = desk.in_another_course()
    clock.advance(days=1)
    there.start()
    there.fill()
    there.submit()
    an_assessor(runtime, there).release(PASS)

    page = there.home()
    assert isinstance(page, ResultPage)
    assert page.credential is not None
    assert (page.outcome, page.credential.status) == ("awarded", "valid")
    assert page.credential.revoked_on is None

    clock.advance(days=1)
    revoke_credential(runtime.issuing, desk.rows(CredentialRow)[0].id, reason="Another's work.")
    page = there.home()
    assert isinstance(page, ResultPage)
    assert page.credential is not None
    assert (page.outcome, page.credential.status) == ("revoked", "revoked")
    assert (page.credential.issued_on, page.credential.revoked_on) == (given, clock())


def test_a_course_without_a_gradebook_column_says_nothing_of_one(
    desk: Desk, assessor: Assessor
) -> None:
    """Where no link keeps a grade there is nothing to say."""
    with desk.database.writing() as session:
        link = session.merge(desk.course.link)
        link.line_item_url = None
    desk.submit()
    assessor.release(PASS)

    page = desk.home()
    assert isinstance(page, ResultPage)
    assert page.gradebook == "none"


def test_any_link_shows_the_same_result(desk: Desk, assessor: Assessor) -> None:
    """The submission is one, whichever link is opened."""
    desk.submit()
    assessor.release(PASS)
    with desk.database.writing() as session:
        link = a_link(session, desk.course.context, lti_resource_link_id="link-2")
        a_binding(session, link, desk.course.version)

    here, there = desk.home(), desk.behind(link).home()

    assert isinstance(here, ResultPage)
    assert isinstance(there, ResultPage)
    assert (here.outcome, here.results) == (there.outcome, there.results)
    assert desk.rows(AttemptRow)[0].state == "decided"


def test_a_decided_attempt_takes_nothing(desk: Desk, assessor: Assessor) -> None:
    """Neither saving nor handing in nor taking back."""
    desk.submit()
    assessor.release(PASS)

    for act in (desk.take_back, desk.resubmit, lambda: desk.submit(0), lambda: desk.save(0)):
        with pytest.raises(ClosedError):
            act()
    with desk.database.reading() as session:
        assert session.scalars(select(AttemptRow)).one().state == "decided"
