"""Files as learners hand them in, made by the browser: a PDF of three pages, a picture, a film."""

import base64

from playwright.sync_api import Browser, FilePayload

PLAN = """<!doctype html><meta charset=utf-8><style>
body{font:15px/1.6 Georgia,serif;margin:3cm 2.5cm;color:#222}
h1{font-size:26px;font-weight:500}h2{font-size:18px}section{break-after:page}</style>
<section><h1>Coaching agreement</h1><p>Between a coach in training and a first-year student.</p>
<h2>What coaching is here</h2><p>A conversation in which the student sets the course, and the coach
keeps it. Not advising, and not counselling: for both the coach knows whom to ask.</p>
<h2>How we meet</h2><p>Every second Tuesday, 45 minutes, in the library or by video. Whoever cannot
come says so the day before.</p><h2>What stays between us</h2><p>Everything, unless somebody is in
danger. The coach keeps notes that the student may read at any time.</p></section>
<section><h1>Goals</h1><h2>In the student's words</h2><p>“I want to stop guessing what the exam
wants, and ask instead.”</p><h2>How we will know</h2><p>Two office hours by the end of October;
a question list before each.</p></section><section><h1>Looking back</h1><p>Third session. One goal
had changed, and we changed the agreement with it.</p></section>"""
BOARD = """<!doctype html><style>
body{margin:0;font:22px Georgia,serif;background:#f4ecd8;color:#333}
div{position:absolute;inline-size:180px;padding:18px;box-shadow:0 3px 8px #0003}</style>
<div style="left:40px;top:40px;background:#ffe08a">Ask before the exam</div>
<div style="left:270px;top:90px;background:#bfe3d0">Office hours, two by October</div>
<div style="left:520px;top:50px;background:#f5c6b8">What if I do not know what to ask?</div>"""
RECORD = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 640, height: 360});
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(20), {mimeType: "video/webm"});
  const parts = [];
  recorder.ondataavailable = (e) => parts.push(e.data);
  const done = new Promise((go) => { recorder.onstop = go; });
  recorder.start();
  for (let n = 0; n < 24; n += 1) {
    pen.fillStyle = "#23413b"; pen.fillRect(0, 0, 640, 360);
    pen.fillStyle = "#e9c46a"; pen.beginPath(); pen.arc(210, 190, 62, 0, 7); pen.fill();
    pen.fillStyle = "#e08f68"; pen.beginPath(); pen.arc(420, 200 - n, 62, 0, 7); pen.fill();
    await new Promise((go) => setTimeout(go, 50));
  }
  recorder.stop();
  await done;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


def make_files(browser: Browser, origin: str) -> list[FilePayload]:
    """Return the three; recording works on a page of `origin` that is on this machine."""
    page = browser.new_page(viewport={"width": 760, "height": 330})
    page.set_content(PLAN)
    plan = page.pdf(format="A4")
    page.set_content(BOARD)
    board = page.screenshot()
    page.goto(origin)
    film = base64.b64decode(page.evaluate(RECORD))
    page.close()
    name = "session-3-recording-with-a-rather-long-file-name-as-phones-make-them"
    return [
        FilePayload(name="coaching-agreement.pdf", mimeType="application/pdf", buffer=plan),
        FilePayload(name="goals-board.png", mimeType="image/png", buffer=board),
        FilePayload(name=f"{name}.webm", mimeType="video/webm", buffer=film),
    ]
