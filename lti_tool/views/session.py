"""The session of in-LMS pages: `/l/<ref>/…`, its cookie, its form token.

Every blueprint whose pages stand in a course calls `guard(blueprint)`; its
views then take `current().launch`, and have had their form token checked.
"""

import hmac
from hashlib import sha256

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lti_tool.errors import InvalidInputError, NotAllowedError
from lti_tool.headers import allow_frames
from lti_tool.runtime import Runtime, runtime
from lti_tool.services.sessions import CurrentLaunch, note_use, resume_launch
from lti_tool.values import Launch, Role
from lti_tool.views.limits import COURSE_BYTES, allow_body

COOKIE = "__Host-quatrefoil"
COOKIE_SECONDS = 30 * 24 * 3600
PREFIX = "/l/<ref>"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RATERS = frozenset({Role.INSTRUCTOR, Role.ASSISTANT})


def browser_secret() -> str | None:
    """Return the secret of this browser's cookie, if it sent one."""
    return request.cookies.get(COOKIE)


def set_browser_cookie(response: Response, secret: str) -> None:
    """Name this browser. Partitioned: it works in a frame with third-party cookies blocked."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=COOKIE_SECONDS,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )


def guard(blueprint: Blueprint) -> None:
    """Resume the launch before each view of `blueprint`, and check form tokens."""

    @blueprint.url_value_preprocessor
    def take_ref(_endpoint: str | None, values: dict[str, str] | None) -> None:
        g.launch_ref = (values or {}).pop("ref", "")

    @blueprint.before_request
    def resume() -> None:
        here = runtime()
        with here.reading() as session:
            found = resume_launch(
                session, g.launch_ref, browser_secret=browser_secret(), clock=here.clock
            )
        g.current_launch = found
        g.locale_of_launch = found.locale
        allow_frames(found.frame_origins)
        allow_body(COURSE_BYTES)
        if request.method not in SAFE_METHODS:
            _check_csrf_token(here, found.launch)
        if found.is_due:
            with here.writing() as session:
                note_use(session, found.launch, clock=here.clock)


def current() -> CurrentLaunch:
    """Return the launch of this request."""
    found: CurrentLaunch = g.current_launch
    return found


def require_rater() -> Launch:
    """Return the launch of somebody who may rate, or raise `NotAllowedError`."""
    launch = current().launch
    if not launch.roles & RATERS:
        raise NotAllowedError("this page is for assessors", code="not_an_assessor")
    return launch


def require_learner() -> Launch:
    """Return the launch of a learner, or raise `NotAllowedError`."""
    launch = current().launch
    if not launch.has(Role.LEARNER):
        raise NotAllowedError("this page is for learners", code="not_a_learner")
    return launch


def csrf_token() -> str:
    """Return the form token of this launch, or nothing outside of one."""
    found = g.get("current_launch")
    return _csrf_token(runtime(), found.launch) if isinstance(found, CurrentLaunch) else ""


def _csrf_token(here: Runtime, launch: Launch) -> str:
    message = f"csrf {launch.id}".encode()
    return hmac.new(here.settings.secret_key.encode(), message, sha256).hexdigest()


def _check_csrf_token(here: Runtime, launch: Launch) -> None:
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(sent.encode(), _csrf_token(here, launch).encode()):
        raise InvalidInputError("the form token is missing or wrong", code="csrf")
