"""The composition root: settings in, a Flask application out.

The only place where a clock, ids and randomness are made.
"""

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from uuid import uuid4

from flask import Flask, g, request
from flask.sessions import SessionInterface, SessionMixin
from flask.wrappers import Request, Response
from flask_babel import Babel, get_locale
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

from lti_tool import headers
from lti_tool.config import Settings
from lti_tool.files.store import FileStore
from lti_tool.jobs.queue import make_wake
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.jwks_cache import JWKSCache, fetch_with
from lti_tool.runtime import EXTENSION, Runtime
from lti_tool.services.keyring import RingCache
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.values import Clock
from lti_tool.views import (
    assessor,
    course,
    credentials,
    desk,
    desk_accepting,
    desk_bulk,
    desk_editor,
    desk_foreign,
    desk_paste,
    desk_revoke,
    desk_stack,
    desk_trial,
    desk_versions,
    errors,
    files,
    handing_in,
    health,
    keep,
    learner,
    lti,
    own,
    releasing,
    rounds,
    scoring,
    uploads,
    verify,
)
from lti_tool.views.limits import COURSE_BYTES, MOST_FIELDS, STRANGER_BYTES, BoundedRequest
from lti_tool.views.session import csrf_token
from lti_tool.views.surroundings import COPIED_ON

LOCALES = ("en",)
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
STRANGERS_AT_ONCE = 8
"""How many threads may wait for addresses that visitors of `/verify` name."""


class NoSession(SessionInterface):
    """There is no Flask session: a launch row takes its place."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """Open nothing."""
        return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save nothing."""


class QuietFlask(Flask):
    """A Flask that logs of a defect where it is, and never the address: that may hold a token."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Log what went wrong while an error was answered; all else is logged there."""
        errors.log_places(exc_info[1])


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def make_runtime(
    settings: Settings, *, clock: Clock = utc_now, wake: Callable[[], None] | None = None
) -> Runtime:
    """Build the long-lived parts of one process."""
    http = GuardedSession(private_hosts=settings.private_hosts)
    return Runtime(
        settings=settings,
        database=Database(settings.database_url),
        files=FileStore(settings.files_url),
        http=http,
        # A host that is private by our setting is not for strangers to call through us.
        strangers_http=GuardedSession(
            private_hosts=settings.private_hosts if settings.is_demo else frozenset(),
            at_once=STRANGERS_AT_ONCE,
        ),
        jwks=JWKSCache(fetch_with(http), clock),
        clock=clock,
        new_id=uuid4,
        random_token=lambda: secrets.token_urlsafe(32),
        random_bytes=os.urandom,
        rings=RingCache(settings.master_key, PublicURLs(settings.base_url), clock),
        wake=wake or make_wake(settings.queue_url),
    )


def create_app(runtime: Runtime) -> Flask:
    """Return the WSGI application around `runtime`."""
    app = QuietFlask("lti_tool")
    app.config.update(
        MAX_CONTENT_LENGTH=STRANGER_BYTES,
        MAX_FORM_MEMORY_SIZE=COURSE_BYTES,
        MAX_FORM_PARTS=MOST_FIELDS,
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_DEFAULT_TIMEZONE=runtime.settings.timezone,
    )
    app.request_class = BoundedRequest
    app.session_interface = NoSession()
    app.extensions[EXTENSION] = runtime
    Bootstrap5(app)
    Babel(app, locale_selector=_select_locale)
    headers.init_app(app)
    in_course = (course, learner, uploads, own, handing_in, assessor, scoring, rounds, releasing)
    of_badges = (desk_editor, desk_paste, desk_trial, desk_versions)
    at_desk = (desk, *of_badges, desk_stack, desk_accepting, desk_foreign, desk_bulk, desk_revoke)
    for area in (lti, *in_course, *at_desk, files, credentials, keep, verify, health):
        app.register_blueprint(area.bp)
    errors.init_app(app)
    app.context_processor(_page_context)
    if runtime.settings.trusted_proxies:
        count = runtime.settings.trusted_proxies
        # werkzeug's own way; the setting says how many proxies to believe.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    return app


def _select_locale() -> str | None:
    launched = str(g.get("locale_of_launch", "")).replace("_", "-").partition("-")[0]
    return launched if launched in LOCALES else request.accept_languages.best_match(LOCALES)


def _page_context() -> dict[str, object]:
    language = str(get_locale() or "en")
    return {
        "lang": language.replace("_", "-"),
        "text_direction": "rtl" if language.split("_", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr",
        "csrf_token": csrf_token(),
        "copied_on": request.environ.get(COPIED_ON),
    }
