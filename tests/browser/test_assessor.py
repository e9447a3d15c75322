"""The scoring page in a real browser: keys, two tabs, locators, many in a row."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfWriter
from sqlalchemy import func, select

from lti_tool.runtime import Runtime
from lti_tool.services.keyring import ensure_issuer_keys
from lti_tool.store.rows import ArtefactRow, AwardRow, DecisionRow, EvidenceReferenceRow
from lti_tool.values import Launch
from tests.browser.gallery import serious
from tests.browser.live import with_token
from tests.rows import NOW, an_id
from tests.scenes import Scene, a_scene, a_task_definition

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def by_token(runtime: Runtime, launch: Launch) -> Launch:
    """The launch with its token in the URL."""
    with runtime.writing() as session:
        return with_token(session, launch)


def score_url(served: str, launch: Launch, scene: Scene, number: int = 0) -> str:
    """The scoring page of a work."""
    return f"{served}/l/{launch.ref}/attempts/{scene.works[number].attempt.id}"


def saved(page: Page) -> None:
    """Wait until everything is saved."""
    status = page.locator("[data-save-status]")
    expect(status).to_have_attribute("data-state", "saved", timeout=30_000)


@pytest.mark.slow
@pytest.mark.parametrize("learners", [6, pytest.param(40, marks=pytest.mark.endurance)])
def test_many_submissions_in_a_row_by_keyboard_alone(
    runtime: Runtime, served: str, page: Page, learners: int
) -> None:
    """Skip to the rubric, a number for each competency, release, next: without a detour."""
    with runtime.writing() as session:
        scene = a_scene(session, learners=learners)
        ensure_issuer_keys(
            session,
            scene.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        launch = with_token(session, scene.rater)
    keyboard = page.keyboard
    page.goto(f"{served}/l/{launch.ref}/")
    page.get_by_role("link", name="Score the next one").focus()
    keyboard.press("Enter")
    for number in range(learners):
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"Learner {number:02}")
        page.wait_for_load_state("load")
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.press("Enter")
        keyboard.press("Tab")
        for key in ("2", "n", "2", "n", "1", "n", "2"):
            keyboard.press(key)
        keyboard.press("r")
        expect(page.get_by_role("heading", level=1)).to_have_text("Release: badge earned")
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.press("Enter")

    last = f"Released. The badge goes to Learner {learners - 1:02}."
    expect(page.get_by_text(last)).to_be_visible()
    with runtime.reading() as session:
        verdicts = session.scalars(select(DecisionRow.verdict)).all()
        awards = session.scalar(select(func.count()).select_from(AwardRow))
    assert verdicts == ["awarded"] * learners
    assert awards == learners


def test_number_keys_choose_levels_inside_the_rubric_only(
    runtime: Runtime, served: str, page: Page
) -> None:
    """Elsewhere a digit is a digit: on the page it does nothing, in a comment it is text."""
    with runtime.writing() as session:
        scene = a_scene(session)
    launch = by_token(runtime, scene.rater)
    page.goto(score_url(served, launch, scene))

    page.keyboard.press("2")
    page.get_by_role("heading", name="Evidence").click()
    page.keyboard.press("2")
    assert page.locator("input[type=radio]:checked").count() == 0

    page.locator("#rate-b").focus()
    page.keyboard.press("2")
    assert page.locator("input[name='level.b']:checked").get_attribute("value") == "p3"
    page.keyboard.press("c")
    page.keyboard.type("2 of 3, n and p and r")
    expect(page.locator("textarea[name='comment.b']")).to_have_value("2 of 3, n and p and r")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("1")
    assert page.locator("input[name='level.c']:checked").get_attribute("value") == "p5"
    expect(page.locator("[data-region=trace]")).to_contain_text("2 of 4 rated")
    saved(page)
    page.reload()
    expect(page.locator("textarea[name='comment.b']")).to_have_value("2 of 3, n and p and r")
    assert page.locator("input[type=radio]:checked").count() == 2


def test_a_stale_tab_loses_nothing_and_overwrites_nothing(
    runtime: Runtime, served: str, browser: Browser
) -> None:
    """What was changed in one tab arrives in the other; what was changed in both is shown twice."""
    with runtime.writing() as session:
        scene = a_scene(session)
    launch = by_token(runtime, scene.rater)
    first, second = (browser.new_context().new_page() for _ in range(2))
    for tab in (first, second):
        tab.goto(score_url(served, launch, scene))
    first.locator("input[name='level.a'][value=p5]").check()
    first.locator("textarea[name='comment.b']").fill("From the first tab")
    saved(first)
    expect(first.locator("[data-region=trace]")).to_contain_text("1 of 4 rated")

    second.locator("textarea[name='comment.b']").fill("From the second tab")
    conflict = second.locator("[data-conflict='comment.b']")
    expect(conflict).to_contain_text("From the first tab")
    expect(second.locator("[data-region=trace]")).to_contain_text("1 of 4 rated")
    expect(second.locator("input[name='level.a'][value=p5]")).to_be_checked()
    expect(second.locator("textarea[name='comment.b']")).to_have_value("From the second tab")

    conflict.get_by_role("button", name="Keep mine").click()
    saved(second)
    first.reload()
    expect(first.locator("textarea[name='comment.b']")).to_have_value("From the second tab")
    for tab in (first, second):
        tab.context.close()


def test_after_a_takeover_the_first_page_says_so_and_keeps_the_words(
    runtime: Runtime, served: str, browser: Browser
) -> None:
    """Nobody types into nothing."""
    with runtime.writing() as session:
        scene = a_scene(session)
    mine, theirs = (by_token(runtime, one) for one in (scene.rater, scene.other))
    first, second = (browser.new_context().new_page() for _ in range(2))
    first.goto(score_url(served, mine, scene))
    second.goto(score_url(served, theirs, scene))
    expect(second.get_by_text("Ivo Instructor is scoring this")).to_be_visible()
    second.get_by_role("button", name="Take over").click()
    expect(second.get_by_text("You are now scoring this submission.")).to_be_visible()

    first.locator("textarea[name='comment.a']").fill("Half a thought")
    expect(first.locator("[data-save-closed]")).to_be_visible()
    expect(first.locator("textarea[name='comment.a']")).to_have_value("Half a thought")
    first.reload()
    expect(first.get_by_text("Tara Assistant is scoring this")).to_be_visible()
    for tab in (first, second):
        tab.context.close()


def a_wave(seconds: int) -> bytes:
    """Silence."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 8000 * seconds)
    return data.getvalue()


def a_pdf(pages: int) -> bytes:
    """Empty pages."""
    writer, data = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(width=300, height=200)
    writer.write(data)
    return data.getvalue()


def hand_in(
    runtime: Runtime, scene: Scene, folder: Path, data: bytes, *, media_type: str, locator: str
) -> str:
    """Store a file that criterion `a` points into; return its id."""
    artefact_id, path = an_id(), folder / "file"
    path.write_bytes(data)
    runtime.files.put(f"org/attempt/{artefact_id}", path)
    attempt_id = scene.work.attempt.id
    with runtime.writing() as session:
        session.add(
            ArtefactRow(
                id=artefact_id,
                attempt_id=attempt_id,
                kind="file",
                state="ready",
                title=f"A file of {media_type}",
                url=None,
                media_type=media_type,
                size=len(data),
                modified=0,
                is_playable=True,
                sha256="0" * 64,
                storage_key=f"org/attempt/{artefact_id}",
                people="nobody",
                visibility="assessors",
                created_at=NOW,
                removed_at=None,
            )
        )
        session.add(
            EvidenceReferenceRow(
                id=an_id(),
                attempt_id=attempt_id,
                criterion_id="a",
                source=str(artefact_id),
                locator=locator,
                explanation="Look here.",
                position=1,
            )
        )
    return str(artefact_id)


def test_a_locator_is_one_click_to_its_second_and_its_page(
    runtime: Runtime, served: str, page: Page, tmp_path: Path
) -> None:
    """The recording plays from there, by ranges; the PDF opens there."""
    with runtime.writing() as session:
        scene = a_scene(session)
    sound = hand_in(runtime, scene, tmp_path, a_wave(120), media_type="audio/wav", locator="1:12")
    plan = hand_in(
        runtime, scene, tmp_path, a_pdf(4), media_type="application/pdf", locator="page 3"
    )
    launch = by_token(runtime, scene.rater)
    page.goto(score_url(served, launch, scene))

    page.locator(f"a[data-locator='{sound}']").click()
    audio = page.locator(f"#artefact-{sound} audio")
    page.wait_for_function(
        "audio => audio.currentTime >= 72 && audio.currentTime < 90", arg=audio.element_handle()
    )
    expect(page.locator(f"#artefact-{sound}")).to_be_in_viewport()

    page.locator(f"a[data-locator='{plan}']").click()
    source = page.locator(f"#artefact-{plan} iframe").get_attribute("src") or ""
    assert source.endswith("&page=3")
    expect(page.locator(f"#artefact-{plan}")).to_be_in_viewport()
    assert page.url == score_url(served, launch, scene)


def test_task_scores_show_total_and_band_at_once(runtime: Runtime, served: str, page: Page) -> None:
    """Each digit is saved and answered with what it makes."""
    with runtime.writing() as session:
        scene = a_scene(session, definition=a_task_definition())
    launch = by_token(runtime, scene.rater)
    page.goto(score_url(served, launch, scene))
    derived = page.locator("[data-region='derived.a']")

    page.locator("#task-a-task-1 input").first.focus()
    page.keyboard.press("4")
    expect(derived).to_contain_text("Still to score: Task-2")
    page.locator("#task-a-task-2 input").first.focus()
    page.keyboard.press("5")
    expect(derived).to_contain_text("9 of 10")
    expect(derived).to_contain_text("5 points")

    page.locator("#rate-a").get_by_role("button", name="Clear this rating").click()
    expect(page.locator("[data-region='derived.a']")).to_contain_text("Still to score")
    assert page.locator("#rate-a input[type=radio]:checked").count() == 0


@pytest.mark.parametrize("path", ["/", "/bind", "score", "release", "return"])
def test_axe_finds_nothing_serious(runtime: Runtime, served: str, page: Page, path: str) -> None:
    """Every page of the assessor's, with real data."""
    with runtime.writing() as session:
        scene = a_scene(session, learners=3)
    launch = by_token(runtime, scene.rater)
    score = score_url(served, launch, scene)
    page.goto(score)
    places = {"score": score, "release": f"{score}/release", "return": f"{score}/return"}
    page.goto(places.get(path, f"{served}/l/{launch.ref}{path}"))

    assert serious(page) == []
