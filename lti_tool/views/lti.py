"""The protocol's doors: login, launch, keys.

A browser that already shows our cookie goes straight to its platform. Any
other first meets the login page, which finds out before the platform is asked
whether a cookie comes back, whether the platform keeps a value for us, or
whether only a new window helps: platforms honour a launch once.
"""

import json
import logging
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.headers import allow_frames
from lti_tool.lti.launch import accept_launch, find_storage_read
from lti_tool.lti.login import begin_login
from lti_tool.lti.messages import Form, LaunchMessage, LoginRedirect, MessageType
from lti_tool.lti.refusals import Refusal, refused
from lti_tool.runtime import Runtime, runtime
from lti_tool.services.keyring import tool_jwks
from lti_tool.services.launching import PendingDeployment, record_launch
from lti_tool.services.pages.lti import LoginPage, PendingPage, StorageLaunchPage
from lti_tool.services.ports import StoredLoginAttempts, StoredRegistrations
from lti_tool.services.reviewing import find_submission_of
from lti_tool.services.tickets import make_ticket, read_ticket
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store.platforms import get_registration
from lti_tool.values import Launch
from lti_tool.views.session import browser_secret, set_browser_cookie

bp = Blueprint("lti", __name__, url_prefix="/lti")
log = logging.getLogger("quatrefoil")

NEW_WINDOW_LASTS = timedelta(minutes=10)


@bp.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Begin a login that a platform initiated."""
    params = request.form if request.method == "POST" else request.args
    return _begin(params.to_dict(flat=False))


@bp.get("/login/window/<ticket>")
def login_in_new_window(ticket: str) -> ResponseReturnValue:
    """Begin the same login again in a window of its own, where cookies are first-party."""
    here = runtime()
    query = read_ticket(here.settings.secret_key, ticket, purpose="new window", clock=here.clock)
    return _begin(parse_qs(query, keep_blank_values=True))


@bp.get("/login/cookie")
def cookie_check() -> Response:
    """Tell the login page whether the cookie that it was sent with came back."""
    return Response(
        json.dumps({"cookie": browser_secret() is not None}), mimetype="application/json"
    )


@bp.post("/launch")
def launch() -> ResponseReturnValue:
    """Take the platform's message; without a cookie, ask the platform's storage first."""
    here = runtime()
    form = request.form.to_dict(flat=False)
    secret = browser_secret()
    if secret is None:
        page = _storage_page(here, form)
        if page is not None:
            return page
    return _open(here, form, secret=secret, stored_value=None)


@bp.post("/launch/finish")
def finish() -> ResponseReturnValue:
    """Take the message again, with what the platform's storage gave back."""
    form = request.form.to_dict(flat=False)
    values = form.pop("value", [])
    stored_value = values[0] if len(values) == 1 else None
    return _open(runtime(), form, secret=None, stored_value=stored_value)


@bp.get("/jwks.json")
def jwks() -> Response:
    """Publish the tool's public keys, for client assertions."""
    here = runtime()
    with here.reading() as session:
        body = tool_jwks(session, now=here.clock())
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _begin(params: Form) -> ResponseReturnValue:
    here = runtime()
    known_secret = browser_secret()
    secret = known_secret or here.random_token()
    going = begin_login(
        params,
        registrations=StoredRegistrations(here.database),
        attempts=StoredLoginAttempts(here.database, here.clock),
        clock=here.clock,
        random_token=here.random_token,
        base_url=here.settings.base_url,
        launch_url=PublicURLs(here.settings.base_url).launch,
        browser_secret=secret,
    )
    if known_secret is not None:
        return redirect(going.url, 302)
    response = Response(_login_page(here, params, going))
    set_browser_cookie(response, secret)
    return response


def _login_page(here: Runtime, params: Form, going: LoginRedirect) -> str:
    with here.reading() as session:
        registration = get_registration(session, going.registration_id)
        allow_frames(registration.frame_origins.split())
    ticket = make_ticket(
        here.settings.secret_key,
        purpose="new window",
        subject=urlencode(params, doseq=True),
        lasts=NEW_WINDOW_LASTS,
        clock=here.clock,
    )
    storage = going.storage
    page = LoginPage(
        authorization_url=going.url,
        storage_target=storage.frame if storage else None,
        storage_origin=storage.origin if storage else "",
        storage_key=storage.key if storage else "",
        storage_value=storage.value if storage else "",
        cookie_check_url=url_for("lti.cookie_check"),
        new_window_url=url_for("lti.login_in_new_window", ticket=ticket),
    )
    return render_template("lti/login.html", page=page)


def _storage_page(here: Runtime, form: Form) -> ResponseReturnValue | None:
    asked = find_storage_read(
        form,
        registrations=StoredRegistrations(here.database),
        attempts=StoredLoginAttempts(here.database, here.clock),
        clock=here.clock,
    )
    if asked is None:
        return None
    with here.reading() as session:
        allow_frames(get_registration(session, asked.registration_id).frame_origins.split())
    page = StorageLaunchPage(
        finish_url=url_for("lti.finish"),
        state=(form.get("state") or [""])[0],
        id_token=(form.get("id_token") or [""])[0],
        storage_target=asked.frame,
        storage_origin=asked.origin,
        storage_key=asked.key,
    )
    return render_template("lti/storage_launch.html", page=page)


def _open(
    here: Runtime, form: Form, *, secret: str | None, stored_value: str | None
) -> ResponseReturnValue:
    message = accept_launch(
        form,
        registrations=StoredRegistrations(here.database),
        attempts=StoredLoginAttempts(here.database, here.clock),
        jwks=here.jwks,
        clock=here.clock,
        base_url=here.settings.base_url,
        browser_secret=secret,
        stored_value=stored_value,
    )
    with here.writing() as session:
        opened = record_launch(
            session,
            message,
            browser_secret=None if stored_value else secret,
            clock=here.clock,
            new_id=here.new_id,
            random_token=here.random_token,
        )
    if isinstance(opened, PendingDeployment):
        return _pending(here, message, opened)
    response = redirect(_landing(here, opened, message), 303)
    if secret is not None:
        # A browser that comes back within 30 days stays known.
        set_browser_cookie(response, secret)
    return response


def _pending(here: Runtime, message: LaunchMessage, pending: PendingDeployment) -> tuple[str, int]:
    with here.reading() as session:
        allow_frames(get_registration(session, message.registration_id).frame_origins.split())
    reference = here.random_token()[:8].upper()
    log.warning("refused code=deployment_pending deployment=%s reference=%s", pending.id, reference)
    page = PendingPage(
        platform_name=pending.platform_name,
        issuer=pending.issuer,
        client_id=pending.client_id,
        deployment_id=pending.lti_deployment_id,
        command=f"quatrefoil platforms approve {pending.id}",
        reference=reference,
    )
    return render_template("errors/pending_deployment.html", page=page), 403


def _landing(here: Runtime, opened: Launch, message: LaunchMessage) -> str:
    """Return the first page: home, or the submission that a gradebook's link names."""
    urls = CourseURLs(opened.ref)
    if message.message_type is MessageType.SUBMISSION_REVIEW and message.for_user_id:
        with here.reading() as session:
            found = find_submission_of(session, opened, sub=message.for_user_id)
        return urls.submission(found) if found else urls.home
    named = parse_qs(urlsplit(message.target_link_uri).query).get("r", [])
    try:
        return urls.submission(UUID(named[0])) if named else urls.home
    except ValueError as exc:
        raise refused(Refusal.CLAIM_MALFORMED, "target_link_uri") from exc
