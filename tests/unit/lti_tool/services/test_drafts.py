"""The draft: opened once, saved as it is written, never written over."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from lti_tool.errors import (
    ClosedError,
    ConflictError,
    InvalidFieldsError,
    InvalidInputError,
    StaleRevisionError,
)
from lti_tool.services import draft_parts, drafts
from lti_tool.services.pages.learner import ActivityPage, NotSetUpPage, WorkPage
from lti_tool.store.database import Database
from lti_tool.store.rows import (
    AchievementVersionRow,
    AttemptRow,
    EarnerRow,
    KeptTextRow,
    LinkBindingRow,
    SubmissionRow,
)
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk, another_desk
from tests.rows import a_binding, a_link, a_version

SENT_TWICE = "what I wrote on the train"


@pytest.fixture
def desk(database: Database, clock: FakeClock, tmp_path: Path) -> Desk:
    """A learner who has launched the activity."""
    return a_desk(database, clock, tmp_path)


def choose_name(desk: Desk, name: str) -> None:
    """Change the name on all badges."""
    with desk.database.writing() as session:
        earner = session.get_one(EarnerRow, desk.launch.earner_id)
        earner.chosen_name, earner.name_chosen_at = name, desk.clock()


@pytest.fixture
def begun(desk: Desk) -> Desk:
    """A learner with an empty draft."""
    desk.start()
    return desk


def test_before_a_start_the_activity_says_what_the_badge_asks(desk: Desk) -> None:
    """The rubric comes first; nothing is stored by looking."""
    page = desk.home()

    assert isinstance(page, ActivityPage)
    assert [one.id for one in page.rubric.criteria] == ["a", "b", "c", "d"]
    assert [one.id for one in page.prompts] == ["story", "more"]
    assert desk.rows(SubmissionRow) == []


def test_a_start_takes_the_name_that_its_learner_chose_for_their_badges(desk: Desk) -> None:
    """Before the platform's, which may be an old one; it still has to be confirmed."""
    choose_name(desk, "Rosa Quintero")
    desk.start()

    page = desk.page()
    assert (page.name_on_badge, page.name_confirmed) == ("Rosa Quintero", False)


def test_a_start_opens_attempt_one_with_the_platforms_name(desk: Desk) -> None:
    """The first attempt is pinned to the link's version; the name still has to be confirmed."""
    desk.start()

    page = desk.page()
    assert (page.attempt_number, page.revision, page.name_on_badge) == (1, 0, "Ada Learner")
    assert not page.name_confirmed
    assert desk.rows(SubmissionRow)[0].achievement_version_id == desk.course.version.id


def test_starting_again_changes_nothing(begun: Desk) -> None:
    """A second click finds the draft as it is."""
    begun.save(answer__story="Begun.")
    begun.start()

    assert begun.page().answers[0].text == "Begun."
    assert len(begun.rows(AttemptRow)) == 1


def test_starting_twice_at_once_opens_one_draft(desk: Desk) -> None:
    """Two windows that start at the same moment share one submission and one attempt."""
    gate = threading.Barrier(4)
    failures: list[BaseException] = []

    def start() -> None:
        gate.wait()
        try:
            desk.start()
        except BaseException as exc:  # noqa: BLE001 - shown by the assertion below
            failures.append(exc)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(desk.rows(SubmissionRow)) == len(desk.rows(AttemptRow)) == 1


def test_every_link_of_the_achievement_opens_the_same_work(begun: Desk) -> None:
    """A second link of the course, bound to one scored task too, opens the same draft."""
    begun.save(answer__story="One work.")
    with begun.database.writing() as session:
        link = a_link(session, begun.course.context, lti_resource_link_id="link-2")
        a_binding(session, link, begun.course.version, task_id="task-1")
    other = begun.behind(link)

    other.start()

    assert other.page().attempt_id == begun.page().attempt_id
    assert other.page().answers[0].text == "One work."
    assert len(begun.rows(SubmissionRow)) == 1


def test_a_submission_stays_with_its_version(begun: Desk) -> None:
    """When the link is bound to a newer version, work that was begun keeps the old one."""
    with begun.database.writing() as session:
        version = a_version(session, begun.course.achievement, number=2)
        binding = session.get_one(LinkBindingRow, begun.course.link.id)
        binding.achievement_version_id = version.id

    assert isinstance(begun.home(), WorkPage)
    assert str(begun.course.version.id) in begun.page().achievement.criteria_url


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_what_is_not_open_cannot_be_begun(desk: Desk, state: str) -> None:
    """A badge that is not published says that it is not set up, and opens nothing."""
    with desk.database.writing() as session:
        session.get_one(AchievementVersionRow, desk.course.version.id).state = state

    assert isinstance(desk.home(), NotSetUpPage)
    with pytest.raises(ConflictError) as caught:
        desk.start()
    assert caught.value.code == "not_open"


def test_work_on_a_retired_badge_goes_on(begun: Desk) -> None:
    """Who has begun may finish."""
    with begun.database.writing() as session:
        session.get_one(AchievementVersionRow, begun.course.version.id).state = "retired"

    assert isinstance(begun.home(), WorkPage)


def test_a_link_that_is_bound_to_nothing_is_not_set_up(desk: Desk) -> None:
    """The learner reads so; there is nothing to start."""
    with desk.database.writing() as session:
        link = a_link(session, desk.course.context, lti_resource_link_id="link-2")
    other = desk.behind(link)

    assert isinstance(other.home(), NotSetUpPage)
    with pytest.raises(ConflictError) as caught:
        other.start()
    assert caught.value.code == "not_bound"


def test_learners_do_not_see_each_other(begun: Desk) -> None:
    """Another learner of the course has no draft here, and their acts touch only their own."""
    begun.save(answer__story="Mine alone.")
    artefact, reference = begun.add_link(), begun.add_reference("a")
    other = another_desk(begun)

    assert isinstance(other.home(), ActivityPage)
    with pytest.raises(ClosedError):
        other.page()
    other.start()
    assert other.page().answers[0].text == ""
    with pytest.raises(InvalidFieldsError):
        other.save_fields({f"reference.{reference}.explanation": "taken over"})
    with pytest.raises(InvalidFieldsError):
        other.save_fields({f"artefact.{artefact}.visibility": "public"})
    mine = other.add_reference("a")
    with pytest.raises(InvalidFieldsError) as caught:
        other.save_fields({f"reference.{mine}.source": str(artefact)})
    assert caught.value.faults == {f"reference.{mine}.source": ("unknown_source", None)}


def test_another_courses_work_is_not_there(begun: Desk, clock: FakeClock, tmp_path: Path) -> None:
    """The same achievement in another course is another submission."""
    elsewhere = a_desk(begun.database, clock, tmp_path, slug="other")

    assert isinstance(elsewhere.home(), ActivityPage)


def test_a_save_stores_every_kind_of_field(begun: Desk) -> None:
    """Answers, references, artefacts and the name are stored, each where it belongs."""
    artefact, reference = begun.add_link(), begun.add_reference("b")

    revision = begun.save_fields(
        {
            "answer.story": "One\r\ntwo.",
            "answer.more": "",
            f"reference.{reference}.source": str(artefact),
            f"reference.{reference}.locator": " 3:12 ",
            f"reference.{reference}.explanation": "The pause.",
            f"artefact.{artefact}.people": "consented",
            f"artefact.{artefact}.visibility": "public",
            "name_on_badge": "Ada",
            "name_confirmed": "yes",
        }
    )

    page = begun.page()
    assert (revision, page.revision) == (1, 1)
    assert page.saved_at == begun.clock()
    assert page.answers[0].text == "One\ntwo."
    assert (page.artefacts[0].people, page.artefacts[0].visibility) == ("consented", "public")
    assert page.criteria[1].references[0].locator == " 3:12 "
    assert page.criteria[1].references[0].explanation == "The pause."
    assert (page.name_on_badge, page.name_confirmed) == ("Ada", True)


def test_a_save_without_a_change_keeps_the_revision(begun: Desk) -> None:
    """Only what changes something makes other pages stale."""
    begun.save(answer__story="x")

    assert begun.save(answer__story="x") == 1
    assert begun.save(answer__story="y") == 2


def test_an_answer_about_people_can_be_taken_back(begun: Desk) -> None:
    """Nothing chosen is an answer that is not given yet."""
    artefact = begun.add_link()
    begun.save_fields({f"artefact.{artefact}.people": "nobody"})
    begun.save_fields({f"artefact.{artefact}.people": ""})

    assert begun.page().artefacts[0].people is None


def test_a_stale_save_is_refused_and_loses_nothing(begun: Desk) -> None:
    """The second of two tabs gets every stored field, and its text is kept."""
    begun.save(0, answer__story="from the first tab", name_on_badge="Ada L.")

    with pytest.raises(StaleRevisionError) as caught:
        begun.save(0, answer__story=SENT_TWICE)

    assert caught.value.revision == 1
    assert caught.value.fields["answer.story"] == "from the first tab"
    # Also what this tab did not send: it can catch up with everything at once.
    assert caught.value.fields["name_on_badge"] == "Ada L."
    assert begun.page().answers[0].text == "from the first tab"


def keep(desk: Desk, **sent: object) -> list[str]:
    """Keep what came too late; return every text that is kept."""
    with desk.database.writing() as session:
        drafts.keep_refused(
            session,
            desk.launch,
            sent={name.replace("__", "."): text for name, text in sent.items()},
            clock=desk.clock,
            new_id=uuid4,
        )
    return sorted(row.text for row in desk.rows(KeptTextRow))


def test_a_text_that_came_too_late_is_kept(begun: Desk) -> None:
    """What differs from the stored text is kept, once, with its place."""
    begun.save(answer__story="stored")

    assert keep(begun, answer__story=SENT_TWICE, name_confirmed="yes") == [SENT_TWICE]
    assert keep(begun, answer__story=SENT_TWICE) == [SENT_TWICE]
    assert keep(begun, answer__story="stored") == [SENT_TWICE]
    row = begun.rows(KeptTextRow)[0]
    assert (row.place, row.user_id) == ("answer.story", begun.launch.user_id)


def test_a_kept_text_grows_in_its_place(begun: Desk) -> None:
    """A tab that types on is kept as one text, another text as another one."""
    assert keep(begun, answer__story="I") == ["I"]
    assert keep(begun, answer__story="I went") == ["I went"]
    begun.clock.advance(seconds=1)  # type: ignore[attr-defined]  # a FakeClock
    assert keep(begun, answer__story="Another") == ["Another", "I went"]


def test_kept_texts_have_an_end(begun: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that never stops sending does not fill the disk."""
    monkeypatch.setattr(drafts, "KEPT_TEXTS_MAXIMUM", 3)
    for number in range(6):
        begun.clock.advance(seconds=1)  # type: ignore[attr-defined]  # a FakeClock
        kept = keep(begun, answer__story=f"{number} is new")

    assert len(kept) == 3
    assert "5 is new" in kept


def put_back(desk: Desk, kept_id: str) -> str | None:
    """Put a kept text back."""
    with desk.database.writing() as session:
        return drafts.put_back(session, desk.launch, UUID(kept_id), clock=desk.clock, new_id=uuid4)


def test_a_kept_text_is_shown_until_its_field_holds_it(begun: Desk) -> None:
    """With whose field it is; not where every word of it is stored anyway."""
    begun.save(answer__story="stored")
    keep(begun, answer__story="late", name_on_badge="A. Learner")

    shown = begun.page().kept_texts
    assert [(one.name, one.subject, one.text) for one in shown] == [
        ("answer.story", begun.page().answers[0].prompt.title, "late"),
        ("name_on_badge", "", "A. Learner"),
    ]
    assert all(one.can_put_back for one in shown)
    begun.save(answer__story="stored, and then late as well")
    assert [one.name for one in begun.page().kept_texts] == ["name_on_badge"]


def test_a_kept_text_put_back_changes_places_with_what_is_stored(begun: Desk) -> None:
    """Once: a second click on the same button does not change them again."""
    begun.save(answer__story="stored")
    keep(begun, answer__story="late")
    id_ = begun.page().kept_texts[0].id
    revision = begun.attempt().revision

    assert put_back(begun, id_) == "answer.story"
    assert put_back(begun, id_) is None

    page = begun.page()
    assert (page.answers[0].text, page.revision) == ("late", revision + 1)
    assert [one.text for one in page.kept_texts] == ["stored"]


def test_a_kept_text_takes_an_empty_field(begun: Desk) -> None:
    """Nothing is kept of nothing."""
    keep(begun, answer__story="late")

    put_back(begun, begun.page().kept_texts[0].id)

    assert begun.page().answers[0].text == "late"
    assert begun.rows(KeptTextRow) == []


def test_a_kept_text_whose_field_is_gone_is_shown_alone(begun: Desk) -> None:
    """A pointer was removed in another tab: its words can be read, copied and dismissed."""
    reference = begun.add_reference("a")
    name = f"reference.{reference}.explanation"
    keep(begun, **{name: "Why it shows it."})
    with begun.database.writing() as session:
        draft_parts.remove_reference(session, begun.launch, reference)

    (kept,) = begun.page().kept_texts
    assert (kept.text, kept.can_put_back) == ("Why it shows it.", False)
    with pytest.raises(InvalidFieldsError):
        put_back(begun, kept.id)
    assert len(begun.page().kept_texts) == 1
    with begun.database.writing() as session:
        drafts.dismiss(session, begun.launch, UUID(kept.id))
    assert begun.page().kept_texts == ()


def test_a_kept_text_is_its_writers_alone(begun: Desk) -> None:
    """Another learner of the course neither sees it nor moves it."""
    keep(begun, answer__story="late")
    other = another_desk(begun)
    other.start()

    assert other.page().kept_texts == ()
    assert put_back(other, begun.page().kept_texts[0].id) is None
    assert other.page().answers[0].text == ""
    assert len(begun.page().kept_texts) == 1


def test_a_save_is_whole_or_not_at_all(begun: Desk) -> None:
    """One field that cannot be taken, and nothing of the save is stored."""
    for name in ("answer.unknown", "name_confirmed", "reference.gone.source"):
        with pytest.raises(InvalidInputError):
            begun.save_fields({name: "x", "answer.story": "not stored"})

    assert begun.page().answers[0].text == ""
    assert begun.attempt().revision == 0


def test_text_is_stored_as_it_was_written(begun: Desk) -> None:
    """Markup is text, NUL and lone surrogates go, everything else stays."""
    begun.save(answer__story="<script>alert('x')</script>\x00 \ud800 👩‍🏫 مرحبا")

    assert begun.page().answers[0].text == "<script>alert('x')</script>  👩‍🏫 مرحبا"


def test_a_closed_draft_takes_nothing(begun: Desk) -> None:
    """What was handed in cannot be changed by a tab that is still open."""
    begun.fill()
    begun.submit()

    with pytest.raises(ClosedError):
        begun.save(answer__story="too late")
    with pytest.raises(ClosedError):
        begun.add_link()
    with pytest.raises(ClosedError):
        begun.add_reference("a")


def test_references_keep_their_order_and_have_an_end(
    begun: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """References of a criterion stand in the order in which they were added."""
    monkeypatch.setattr(draft_parts, "REFERENCES_MAXIMUM", 3)
    ids = [str(begun.add_reference("a")) for _ in range(3)]

    assert [one.id for one in begun.page().criteria[0].references] == ids
    with pytest.raises(InvalidInputError) as caught:
        begun.add_reference("a")
    assert (caught.value.code, caught.value.field) == ("too_many", "references.a")
    begun.add_reference("b")


def test_a_reference_needs_a_criterion(begun: Desk) -> None:
    """The rubric says which there are."""
    with pytest.raises(InvalidInputError):
        begun.add_reference("e")


def test_a_reference_that_is_gone_is_gone(begun: Desk) -> None:
    """Removing twice is no error; the other references stay."""
    first, second = begun.add_reference("a"), begun.add_reference("a")
    for _ in range(2):
        with begun.database.writing() as session:
            draft_parts.remove_reference(session, begun.launch, first)

    assert [one.id for one in begun.page().criteria[0].references] == [str(second)]


def test_references_go_with_their_artefact(begun: Desk) -> None:
    """Removing an artefact removes the pointers to it, and no other."""
    artefact, other = begun.add_link(), begun.add_link("https://video.example/2")
    for criterion, source in (("a", artefact), ("b", other)):
        reference = begun.add_reference(criterion)
        begun.save_fields({f"reference.{reference}.source": str(source)})

    begun.remove(artefact)

    page = begun.page()
    assert [one.id for one in page.artefacts] == [str(other)]
    assert [len(one.references) for one in page.criteria] == [0, 1, 0, 0]


def test_what_locates_something_depends_on_the_source(begun: Desk) -> None:
    """A page in a PDF, a time in a recording, a heading elsewhere."""
    pdf, link = begun.add_file(), begun.add_link()
    for criterion, source in (("a", str(pdf)), ("b", str(link)), ("c", "answer:story")):
        reference = begun.add_reference(criterion)
        begun.save_fields({f"reference.{reference}.source": source})
    begun.add_reference("d")

    kinds = [one.references[0].locator_kind for one in begun.page().criteria]
    assert kinds == ["page", "section", "section", ""]


def test_a_link_shows_the_host_that_it_leads_to(begun: Desk) -> None:
    """Without a title it goes by its address; what is no link is refused at its field."""
    begun.add_link("https://Bücher.example/A?b=c#t=3", title="")

    shown = begun.page().artefacts[0]
    assert (shown.kind, shown.host) == ("link", "xn--bcher-kva.example")
    assert shown.url == shown.title == "https://xn--bcher-kva.example/A?b=c#t=3"
    with pytest.raises(InvalidFieldsError) as caught:
        begun.add_link("javascript:alert(1)")
    assert caught.value.faults == {"link.url": ("not_a_link", None)}


def test_a_links_title_is_one_line(begun: Desk) -> None:
    """A title is cleaned like a name; one that is too long is refused."""
    begun.add_link(title="Session\n\x00 two")
    assert begun.page().artefacts[0].title == "Session two"

    with pytest.raises(InvalidFieldsError) as caught:
        begun.add_link(title="x" * 301)
    assert caught.value.faults == {"link.title": ("too_many_characters", "300")}


def test_files_and_links_have_an_end(begun: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads on their way count too; what was removed does not."""
    monkeypatch.setattr(draft_parts, "ARTEFACTS_MAXIMUM", 2)
    first = begun.add_link()
    begun.announce()

    with pytest.raises(InvalidInputError) as caught:
        begun.add_link()
    assert (caught.value.code, caught.value.field) == ("too_many", "file")
    begun.remove(first)
    begun.add_link()


def test_instants_are_those_of_the_clock(begun: Desk) -> None:
    """Nothing here knows the time but by the clock that it is given."""
    begun.save(answer__story="x")

    assert begun.attempt().saved_at == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
