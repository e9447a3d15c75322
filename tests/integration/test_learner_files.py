"""Files over HTTP: in by pieces or by form, out by ticket, whole or by ranges."""

from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lti_tool.runtime import Runtime
from lti_tool.services.file_access import FileLinks
from lti_tool.services.uploads import PIECE_BYTES
from lti_tool.store.rows import ArtefactRow, RegistrationRow
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk
from tests.learners import Learner

PDF = b"%PDF-1.7\nsome words on a page"
MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 8


@pytest.fixture
def folder(runtime: Runtime) -> Path:
    """Where the application keeps its files."""
    return runtime.settings.data_dir


@pytest.fixture
def desk(runtime: Runtime, clock: FakeClock, folder: Path) -> Desk:
    """A learner with an empty draft."""
    made = a_desk(runtime.database, clock, folder)
    made.start()
    return made


@pytest.fixture
def learner(app: Flask, desk: Desk) -> Learner:
    """The learner's browser."""
    return Learner(app, desk.launch)


def file_url(learner: Learner) -> str:
    """The address of the draft's only file, as the page has it."""
    text = learner.get("/work").text
    return text.partition('class="btn btn-quiet" href="')[2].partition('"')[0]


def test_a_file_by_pieces(learner: Learner) -> None:
    """Announce, send, ask, send on, finish: then the page's regions come with the answer."""
    announced = learner.announce("plan.pdf", len(PDF))
    assert announced.status_code == 201
    body = announced.get_json()
    url = body["url"]
    assert (body["offset"], body["chunk_bytes"]) == (0, PIECE_BYTES)
    assert learner.put(url, PDF[:10]).get_json() == {"offset": 10}
    again = learner.announce("plan.pdf", len(PDF))
    assert (again.status_code, again.get_json()["offset"]) == (200, 10)
    assert again.get_json()["url"] == url
    assert learner.call("GET", url).get_json() == {"offset": 10}
    wrong = learner.put(url, PDF[:10])
    assert (wrong.status_code, wrong.get_json()) == (409, {"error": "offset", "offset": 10})
    early = learner.call("POST", f"{url}/finish", json={})
    assert (early.status_code, early.get_json()) == (409, {"error": "offset", "offset": 10})
    assert learner.put(url, PDF[10:], 10).get_json() == {"offset": len(PDF)}

    for _ in range(2):
        done = learner.call("POST", f"{url}/finish", json={})
        assert done.status_code == 201
        assert done.get_json()["regions"].keys() == {"artefacts", "references", "checklist"}
        assert "plan.pdf" in done.get_json()["regions"]["artefacts"]
    assert learner.call("GET", url).get_json() == {"offset": len(PDF)}
    assert learner.put(url, b"x", len(PDF)).get_json() == {"error": "closed"}


def test_an_upload_that_stopped_is_on_the_page(learner: Learner, desk: Desk) -> None:
    """Its button removes it, without scripts too."""
    url = learner.announce("late.mp4", 5000).get_json()["url"]
    page = learner.get("/work")
    assert "late.mp4" in page.text
    upload = url.rpartition("/")[2]
    assert f"action=remove-artefact:{upload}" in page.form(learner.url("/work")).actions

    fields = page.form(learner.url("/work")).fields
    learner.submit("/work", **fields, action=f"remove-artefact:{upload}")

    assert desk.page().unfinished == ()


def test_giving_up(learner: Learner, desk: Desk, folder: Path) -> None:
    """DELETE is 204, also the second time, and nothing stays on the disk."""
    url = learner.announce("plan.pdf", len(PDF)).get_json()["url"]
    learner.put(url, PDF[:10])

    assert learner.call("DELETE", url).status_code == 204
    assert learner.call("DELETE", url).status_code == 204
    assert learner.call("GET", url).status_code == 404
    assert desk.page().unfinished == ()
    assert list((folder / "uploads").iterdir()) == []


STRANGE: tuple[tuple[dict[str, object], int, str], ...] = (
    ({"size": 0}, 422, "empty_file"),
    ({"size": 10**12}, 413, "too_large"),
    ({"size": -5}, 422, "malformed"),
    ({"size": "5"}, 422, "malformed"),
    ({"size": 5.5}, 422, "malformed"),
    ({"size": True}, 422, "malformed"),
    ({"size": None}, 422, "malformed"),
    ({"modified": "now"}, 422, "malformed"),
    ({"modified": 10**30}, 422, "malformed"),
    ({"playable": "yes"}, 422, "malformed"),
    ({"name": 7}, 422, "malformed"),
)


def test_strange_announcements(learner: Learner, desk: Desk) -> None:
    """What no browser says is refused with a message, and opens nothing."""
    usual = {"name": "x.pdf", "size": 5, "modified": 1, "playable": None}
    for change, status, error in STRANGE:
        answer = learner.call("POST", "/uploads", json=usual | change)
        assert (answer.status_code, answer.get_json()["error"]) == (status, error), change
        assert answer.get_json()["message"]
    assert desk.rows(ArtefactRow) == []


def test_the_message_of_a_large_file_says_the_limit(learner: Learner) -> None:
    """The words are the page's own."""
    message = learner.announce("x.mp4", 10**12).get_json()["message"]

    assert message.startswith("The file is too large. The most is 5")


def test_hostile_names_are_text(learner: Learner, desk: Desk, folder: Path) -> None:
    """`../../x`, markup and control signs are names, and nothing else is made of them."""
    names = ["../../x", "<img src=x onerror=alert(1)>.pdf", "a\x00\r\nb.pdf", "", "n" * 5000, "."]
    for number, name in enumerate(names):
        announced = learner.announce(name, len(PDF) + number).get_json()
        learner.put(announced["url"], PDF + b"." * number)
        assert learner.call("POST", f"{announced['url']}/finish", json={}).status_code == 201

    titles = {one.title for one in desk.page().artefacts}
    assert {"../../x", "<img src=x onerror=alert(1)>.pdf", "a b.pdf", "file", "."} <= titles
    assert max(map(len, titles)) == 200
    assert "<img src=x" not in learner.get("/work").text
    stored = [path for path in (folder.parent / "files").rglob("*") if path.is_file()]
    assert len(stored) == len(names)
    assert all(len(path.name) == 36 for path in stored)


def test_strange_offsets(learner: Learner) -> None:
    """An offset is ASCII digits."""
    url = learner.announce("plan.pdf", len(PDF)).get_json()["url"]
    for offset in ("", "x", "-1", "1.5", "\u00b2", "9" * 30, "0x0"):
        answer = learner.call("PUT", url, data=PDF, headers={"Upload-Offset": offset})
        assert (answer.status_code, answer.get_json()["error"]) == (422, "malformed"), offset


def test_a_piece_needs_its_length_and_has_a_limit(learner: Learner) -> None:
    """Without Content-Length nobody knows where a broken upload ended."""
    url = learner.announce("film.mp4", 10 * PIECE_BYTES).get_json()["url"]

    unknown = learner.call(
        "PUT",
        url,
        input_stream=BytesIO(MP4),
        headers={"Upload-Offset": "0", "Transfer-Encoding": "chunked"},
    )
    assert unknown.status_code == 411
    assert learner.put(url, b"x" * (PIECE_BYTES + 1)).status_code == 413
    assert learner.call("GET", url).get_json() == {"offset": 0}


def test_a_piece_that_breaks_off_is_kept(learner: Learner) -> None:
    """Fewer bytes than announced arrive: they stay, and the upload goes on behind them."""
    url = learner.announce("film.mp4", len(MP4)).get_json()["url"]
    learner.call(
        "PUT",
        url,
        input_stream=BytesIO(MP4[:100]),
        headers={"Upload-Offset": "0", "Content-Length": "500"},
    )

    assert learner.call("GET", url).get_json() == {"offset": 100}
    assert learner.put(url, MP4[100:], 100).get_json() == {"offset": len(MP4)}


def test_a_page_that_poses_as_a_document_is_refused(learner: Learner, desk: Desk) -> None:
    """415 with the first piece, in words; nothing of it stays."""
    data = b"<html><script>alert(1)</script>" + b"." * 5000
    url = learner.announce("essay.pdf", len(data)).get_json()["url"]

    answer = learner.put(url, data)

    assert answer.status_code == 415
    assert answer.get_json()["error"] == "type_refused"
    assert answer.get_json()["message"].startswith("Files of this kind cannot be taken here.")
    assert desk.page().unfinished == ()


def by_form(learner: Learner, data: bytes, name: str = "plan.pdf", **fields: str) -> TestResponse:
    """Send a file with the whole form, as a browser without scripts does."""
    form = learner.get("/work").form(learner.url("/work")).fields
    return learner._client.post(
        learner.url("/work"),
        base_url="https://tool.example",
        data={**form, **fields, "action": "upload", "file": (BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def test_a_file_by_form(learner: Learner, desk: Desk) -> None:
    """Without scripts the file goes with the form, and what was typed is saved first."""
    answer = by_form(learner, PDF, **{"answer.story": "typed"})
    assert desk.page().artefacts[0].title == "plan.pdf"
    assert desk.page().answers[0].text == "typed"
    assert answer.status_code == 303
    assert answer.location.endswith(f"#artefact-{desk.page().artefacts[0].id}")


@pytest.mark.parametrize(
    ("data", "name", "status", "words"),
    [
        (b"", "plan.pdf", 422, "The file is empty."),
        (b"x", "", 422, "Give a file"),
        (b"<html>", "plan.pdf", 415, "cannot be taken here"),
    ],
)
def test_a_refused_file_by_form(
    learner: Learner, desk: Desk, data: bytes, name: str, status: int, words: str
) -> None:
    """The same page comes back with the reason at the field."""
    answer = by_form(learner, data, name)

    assert answer.status_code == status
    assert words in answer.text
    assert desk.page().artefacts == ()


def test_a_large_file_by_form_arrives_in_pieces(learner: Learner, desk: Desk) -> None:
    """A form may bring more than one piece holds."""
    data = MP4 + b"x" * (2 * PIECE_BYTES)
    by_form(learner, data, "film.mp4")

    shown = desk.page().artefacts[0]
    assert (shown.kind, shown.size_bytes) == ("video", len(data))


def test_a_whole_file(learner: Learner) -> None:
    """The type is our own, nothing runs, nothing is cached, and it may stand in our frames."""
    learner.upload(PDF, 'my "plan".pdf')

    answer = learner.open_file(file_url(learner))

    assert (answer.status_code, answer.data) == (200, PDF)
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(PDF))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Disposition"].startswith('inline; filename="my _plan_.pdf"; filename*=')
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox;" in policy
    assert "script-src" not in policy
    assert policy.endswith("frame-ancestors 'self' https://harbour.lms.example")
    assert "Set-Cookie" not in headers


def test_text_is_shown_as_text(learner: Learner) -> None:
    """Markup further down in a text is never anything but text."""
    learner.upload(b"Notes.\n<script>alert(1)</script>", "notes.html")

    answer = learner.open_file(file_url(learner))

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_not_shown_is_a_download(learner: Learner, desk: Desk, runtime: Runtime) -> None:
    """Whatever its name says, it is saved and not opened; so is any file by its other link."""
    learner.upload(b"PK\x03\x04", "page.html")
    answer = learner.open_file(file_url(learner))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")

    desk.remove(desk.rows(ArtefactRow)[0].id)
    learner.upload(PDF)
    links = FileLinks(secret_key=runtime.settings.secret_key, base_url="", clock=runtime.clock)
    download = learner.open_file(links.download(UUID(desk.page().artefacts[0].id)))
    assert download.headers["Content-Type"] == "application/octet-stream"
    assert download.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("header", "status", "content_range", "start", "end"),
    [
        ("bytes=0-9", 206, "bytes 0-9/{}", 0, 10),
        ("bytes=100-", 206, "bytes 100-{last}/{}", 100, None),
        ("bytes=-16", 206, "bytes {first}-{last}/{}", -16, None),
        ("bytes=0-0,5-6", 200, None, 0, None),
        ("bytes=x", 200, None, 0, None),
        ("lines=1-2", 200, None, 0, None),
    ],
)
def test_ranges(
    learner: Learner,
    header: str,
    status: int,
    content_range: str | None,
    start: int,
    end: int | None,
) -> None:
    """A player gets the bytes that it asks for, and is told which they are."""
    learner.upload(MP4, "film.mp4")

    answer = learner.open_file(file_url(learner), Range=header)

    assert answer.status_code == status
    assert answer.data == MP4[start:end]
    assert answer.headers["Content-Length"] == str(len(answer.data))
    size = len(MP4)
    expected = content_range and content_range.format(size, first=size - 16, last=size - 1)
    assert answer.headers.get("Content-Range") == expected


def test_bytes_that_are_not_there(learner: Learner) -> None:
    """416 says how long the file is."""
    learner.upload(PDF)

    answer = learner.open_file(file_url(learner), Range="bytes=5000-")

    assert (answer.status_code, answer.data) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(PDF)}"


def test_a_range_of_the_same_file_only(learner: Learner) -> None:
    """`If-Range` with another version's tag, or a date, gets the whole."""
    learner.upload(PDF)
    url = file_url(learner)
    tag = learner.open_file(url).headers["ETag"]

    assert learner.open_file(url, Range="bytes=0-3", If_Range=tag).status_code == 206
    for other in ('"other"', f"W/{tag}", "Sat, 21 Nov 2026 10:00:00 GMT"):
        whole = learner.open_file(url, Range="bytes=0-3", If_Range=other)
        assert (whole.status_code, whole.data) == (200, PDF)


def test_a_head_has_everything_but_the_bytes(learner: Learner) -> None:
    """Players ask for the length first."""
    learner.upload(PDF)
    path = file_url(learner).removeprefix("https://tool.example")

    answer = learner._client.head(path, base_url="https://tool.example")

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PDF))


def test_a_large_file_streams(learner: Learner, desk: Desk) -> None:
    """More than one piece of the store comes out whole."""
    data = MP4 + b"y" * (3 * 2**20)
    learner.upload(data[:1], "x")
    desk.remove(desk.rows(ArtefactRow)[0].id)
    learner.upload(data, "film.mp4")

    assert learner.open_file(file_url(learner)).data == data


@pytest.mark.parametrize("ticket", ["x", "", "a" * 500, "%00", "..%2f..%2fetc%2fpasswd"])
def test_what_is_no_ticket_opens_nothing(learner: Learner, ticket: str) -> None:
    """Guessing gives a calm page and no file."""
    assert learner.open_file(f"/files/{ticket}").status_code in {401, 404}


def test_a_ticket_ends(learner: Learner, clock: FakeClock) -> None:
    """After two hours the page has to be loaded again."""
    learner.upload(PDF)
    url = file_url(learner)
    clock.advance(hours=2)

    assert learner.open_file(url).status_code == 401


def test_a_changed_ticket_opens_nothing(learner: Learner) -> None:
    """Every bit of it counts."""
    learner.upload(PDF)
    url = file_url(learner)

    for position in (0, 10, 30, 60):
        ticket = list(url.rpartition("/")[2])
        ticket[position] = "A" if ticket[position] != "A" else "B"
        assert learner.open_file(f"/files/{''.join(ticket)}").status_code == 401


def test_a_store_that_lost_a_file_is_a_plain_answer(
    learner: Learner, runtime: Runtime, desk: Desk
) -> None:
    """Known before the first byte is sent: no half answer."""
    learner.upload(PDF)
    url = file_url(learner)
    runtime.files.delete(desk.rows(ArtefactRow)[0].storage_key or "")

    assert learner.open_file(url).status_code == 404


def test_several_platforms_keep_their_frames_apart(learner: Learner, desk: Desk) -> None:
    """Only the platform of the file's own course may frame it."""
    with desk.database.writing() as session:
        row = session.get_one(RegistrationRow, desk.course.registration.id)
        row.frame_origins = "https://one.example https://two.example"
    learner.upload(PDF)

    policy = learner.open_file(file_url(learner)).headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://one.example https://two.example")
