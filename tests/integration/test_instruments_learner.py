"""The learner's side of shipped instruments over HTTP: what stops a hand-in, and what does not."""

from tests.instruments import PARTS, VIDEO, Work, fill_parts, fill_video, of
from tests.recordings import a_webm, an_mp4


@of(PARTS)
def test_a_portfolio_in_parts_is_handed_in(work: Work) -> None:
    """250 words are taken and 251 are not; five of six families are named as such."""
    last = fill_parts(work)

    long = work.press("save", answer__aim="word " * 251)
    assert "251 words, at most 250" in long
    assert "too long: at most 250 words" in work.missing()

    work.press("save", **{"answer__aim": "word " * 250, f"{last}.criterion": "says-back"})
    missing = work.missing()
    assert missing.count("<li>") == 1
    assert "Nothing is pointed out yet for: The whole." in missing
    page = work.learner.get("/work").text
    assert "5 of 6 families" in page
    assert "(not yet in: The plan)" in page

    work.send({f"{last}.criterion": "leaves-alone", f"{last}.locator": "", "action": "save"})
    assert "This is needed." in work.missing()

    work.send({f"{last}.locator": "5", "action": "save"})
    assert work.missing() == ""


@of(VIDEO)
def test_a_portfolio_with_a_video_is_handed_in(work: Work) -> None:
    """A pool of words, a length that the file says, what is stated of it, and where to look."""
    video = fill_video(work, an_mp4(600), "talk.mp4")
    assert "It is 10:00 long." in work.learner.get("/work").text

    page = work.press("save", answer__before="word " * 249)
    assert "999</span> words together" in page
    assert "Together this is too short: at least 1000 words." in work.missing()

    heard = f"artefact.{video}.attested.both-heard"
    work.send({"answer.before": "word " * 250, "action": "save"} | {heard: ""})
    assert "This has to be true of it." in work.missing()

    pointer = f"reference.{work.desk.page().criteria[0].references[0].id}"
    work.send({heard: "yes", f"{pointer}.locator": " ", "action": "save"})
    missing = work.missing()
    assert missing.count("<li>") == 1
    assert f'href="#{pointer.replace(".", "-")}-locator"' in missing
    assert "The purpose is said aloud: This is needed." in missing

    work.send({f"{pointer}.locator": "0:10", "action": "save"})
    assert work.missing() == ""
    assert "10:00 long" in work.learner.get("/").text


@of(VIDEO)
def test_a_second_too_short_is_too_short(work: Work) -> None:
    """9:59 is refused, whoever says it; what the learner states is shown as stated."""
    video = fill_video(work, an_mp4(599), "talk.mp4")
    assert "It is too short: at least 10:00." in work.missing()
    work.press(f"remove-artefact:{video}")

    silent = work.upload(a_webm(None), "silent.webm", "video")
    length = f"artefact.{silent}.length"
    assert work.fields()[length] == ""
    assert "Say how long it is." in work.missing()
    assert "Minutes and seconds, please" in work.send({length: "about ten", "action": "save"})

    work.send({length: "9:59", "action": "save"})
    assert "It is too short: at least 10:00." in work.missing()
    work.send({length: "10:00", "action": "save"})
    assert "long" not in work.missing().partition("Say how")[0].partition("too short")[0]
    assert work.desk.page().artefacts[0].is_length_stated


@of(VIDEO)
def test_files_stand_under_what_they_are_for(work: Work) -> None:
    """Another kind of file is refused where a video is asked for, and can be moved elsewhere."""
    refused = work.post_file("upload:video", "file.video", b"%PDF-1.7", "notes.pdf")
    assert refused.status_code == 415
    assert 'id="file-video-error"' in refused.text
    assert "Accepted: MP4, QuickTime, WebM." in refused.text

    notes = work.upload(b"%PDF-1.7", "notes.pdf", "other-work")
    assert f"artefact.{notes}.length" not in work.fields()
    work.send({f"artefact.{notes}.requirement": "video", "action": "save"})
    assert "another kind of file is asked for" in work.learner.get("/work").text
    work.send({f"artefact.{notes}.requirement": "other-work", "action": "save"})
    assert "another kind of file is asked for" not in work.learner.get("/work").text
