"""The tool's pages as WSGI calls in this process, beside a bare Flask page.

No socket, no HTTP server: what is measured is what the application does.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Response

from benchmarks.installation import PLACES, SHARE_TOKEN, Installation
from benchmarks.measuring import Case, Operation, in_process
from lti_tool.sandbox.minting import mint_id_token
from lti_tool.views.session import COOKIE
from tests.demo_course import ACTIVITY
from tests.rows import BROWSER_SECRET

BARE = "bare Flask page"
LEARNER = "6"
OK, FOUND, SEE_OTHER = 200, 302, 303

Environ = dict[str, Any]


def make_cases(here: Installation) -> list[Case]:
    """Return the bare page, login and launch, and the pages."""
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "<!doctype html><title>A page</title><p>Hello.")
    work = f"{_start_draft(here)}work"
    assessor = here.work.assessors[0]
    attempt = here.work.waiting[-1].attempt_id
    pages = {
        "learner's work page": work,
        "queue": f"/l/{assessor.ref}/queue",
        "scoring page": f"/l/{assessor.ref}/attempts/{attempt}",
        "shared credential page": f"/s/{SHARE_TOKEN}",
        "achievement page": f"/achievements/{here.award.achievement_version_id}",
        "status list": f"/status/{here.credential.status_list_id}",
    }
    return [
        in_process(BARE, _getting(bare, "/"), count=200),
        in_process("login", partial(_logins, here), count=50, peer=BARE),
        in_process("launch", partial(_launches, here), count=30, peer=BARE),
        *(
            in_process(name, _getting(here.tool, path), count=20, peer=BARE)
            for name, path in pages.items()
        ),
    ]


def _getting(app: Flask, path: str) -> Callable[[int], Sequence[Operation]]:
    def prepare(count: int) -> Sequence[Operation]:
        return [partial(_answer, app, _environ(path), OK) for _ in range(count)]

    return prepare


def _logins(here: Installation, count: int) -> Sequence[Operation]:
    return [partial(_answer, here.tool, _login_environ(), FOUND) for _ in range(count)]


def _launches(here: Installation, count: int) -> Sequence[Operation]:
    return [partial(_answer, here.tool, _launch_environ(here), SEE_OTHER) for _ in range(count)]


def _login_environ() -> Environ:
    """What the practice LMS sends a browser to the tool with, that has been there before."""
    fields = {
        "iss": PLACES.lms_url,
        "client_id": "quatrefoil-practice",
        "lti_deployment_id": "1",
        "login_hint": LEARNER,
        "lti_message_hint": "a hint",
        "target_link_uri": f"{PLACES.tool_url}/lti/launch",
    }
    return _environ("/lti/login", query=fields)


def _launch_environ(here: Installation) -> Environ:
    """What the practice LMS answers to a login; the login itself is done here."""
    going = _answer(here.tool, _login_environ(), FOUND).headers["Location"]
    asked = parse_qs(urlsplit(going).query)
    (state,), (nonce,) = asked["state"], asked["nonce"]
    token = mint_id_token(here.lms, person_id=LEARNER, activity_id=ACTIVITY.id, nonce=nonce)
    return _environ("/lti/launch", form={"state": state, "id_token": token})


def _start_draft(here: Installation) -> str:
    """Launch as a learner and open a draft; return the address that everything is below."""
    home = _answer(here.tool, _launch_environ(here), SEE_OTHER).headers["Location"]
    page = _answer(here.tool, _environ(home), OK).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    token = found[1] if found else ""
    _answer(here.tool, _environ(f"{home}start", form={"csrf_token": token}), SEE_OTHER)
    return home


def _environ(
    path: str, *, query: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
) -> Environ:
    builder = EnvironBuilder(
        path,
        base_url=PLACES.tool_url,
        query_string=query,
        method="GET" if form is None else "POST",
        data=form,
        headers=[("Cookie", f"{COOKIE}={BROWSER_SECRET}"), ("Accept", "text/html,*/*;q=0.8")],
    )
    return builder.get_environ()


def _answer(app: Flask, environ: Environ, status: int) -> Response:
    """Call the application as a server would, and read the whole answer."""
    chunks, line, headers = run_wsgi_app(app, environ)
    body = b"".join(chunks)
    if not line.startswith(str(status)):
        raise RuntimeError(f"{environ['PATH_INFO']}: {line} instead of {status}")
    return Response(body, line, headers)
