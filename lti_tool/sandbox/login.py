"""Third-party login: begun by the platform, asked for by the tool, answered with an id_token.

Source: 1EdTech Security Framework 1.0 section 5.1; LTI 1.3 Core section 5.1.1.
"""

import sqlite3
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lti_tool.sandbox.errors import LoginRefusedError, RequestError, TokenInvalidError
from lti_tool.sandbox.failing import failing
from lti_tool.sandbox.failures import Service
from lti_tool.sandbox.launches import gather_facts, message_hint, take_launch
from lti_tool.sandbox.minting import parse_flaws, sign_launch
from lti_tool.sandbox.model import Family, Launch
from lti_tool.sandbox.platform import Platform, current_platform
from lti_tool.sandbox.sessions import find_person
from lti_tool.sandbox.state import list_keys, read_note, write_note
from lti_tool.sandbox.switches import Storage, Switches

blueprint = Blueprint("login", __name__)

REQUIRED = (
    "scope",
    "response_type",
    "response_mode",
    "prompt",
    "client_id",
    "redirect_uri",
    "login_hint",
    "lti_message_hint",
    "state",
    "nonce",
)


def login_request(platform: Platform, launch: Launch, switches: Switches) -> Response:
    """Return what sends the browser to the tool's login, by GET or by a form."""
    settings = platform.settings
    fields = {
        "iss": settings.issuer,
        "target_link_uri": launch.target_link_uri,
        "login_hint": launch.person_id,
        "lti_message_hint": message_hint(settings.family, launch),
        "client_id": settings.tool.client_id,
    }
    if settings.family is Family.CANVAS:
        fields |= {
            "deployment_id": settings.tool.deployment_id,
            "canvas_region": "us-east-1",
            "canvas_environment": "prod",
        }
    else:
        fields["lti_deployment_id"] = settings.tool.deployment_id
    if switches.storage is not Storage.OFF:
        fields["lti_storage_target"] = switches.storage_target
    if switches.login_method == "POST":
        return form_post(settings.tool.login_url, fields)
    separator = "&" if "?" in settings.tool.login_url else "?"
    return make_response(
        redirect(f"{settings.tool.login_url}{separator}{urlencode(fields)}", code=303)
    )


def form_post(action: str, fields: dict[str, str]) -> Response:
    """Return a page that posts `fields` to `action` by itself, or by its button."""
    return make_response(render_template("practice/post.html", action=action, fields=fields))


@blueprint.route("/lti/authorize", methods=["GET", "POST"])
def authorize() -> ResponseReturnValue:
    """Answer the tool's authentication request.

    A redirect URI that is not registered is never answered; anything else
    that is wrong is posted back to it.
    """
    platform = current_platform()
    redirect_uri = request.values.get("redirect_uri", "")
    if redirect_uri not in platform.settings.redirect_uris:
        raise RequestError("The redirect_uri is not registered.")
    person = find_person()
    if person is None and "reposted" not in request.values:
        # The tool brought the browser here, so a SameSite cookie was kept
        # back. A form of our own page brings it along (Moodle does the same).
        fields = {**request.values.to_dict(), "reposted": "1"}
        return form_post(platform.settings.authorization_url, fields)
    try:
        fields = _answer(platform, request.values, person.id if person else "")
    except LoginRefusedError as error:
        fields = {
            "error": error.code,
            "error_description": str(error),
            "state": request.values.get("state", ""),
        }
    return form_post(redirect_uri, fields)


def _answer(platform: Platform, values: MultiDict[str, str], person_id: str) -> dict[str, str]:
    """Return the fields of a successful answer, or raise `LoginRefusedError`."""
    switches = platform.switches()
    if switches.authorization_error:
        raise LoginRefusedError(switches.authorization_error, "Switched on at /control.")
    _check_request(platform, values)
    now = platform.now()
    with platform.state.transaction() as db:
        launch = _take_launch(db, platform, values, now)
        if not person_id or person_id != values["login_hint"] or person_id != launch.person_id:
            raise LoginRefusedError("login_required", "Another person is signed in, or nobody.")
        facts = gather_facts(db, platform.settings, launch)
        flaws = parse_flaws(read_note(db, "flaws"))
        write_note(db, "flaws", {})
        key = list_keys(db)[-1]
    token = sign_launch(facts, key, nonce=values["nonce"], now=now, flaws=flaws)
    fields = {"id_token": token, "state": values["state"]}
    if platform.settings.family is Family.CANVAS and switches.storage is not Storage.OFF:
        fields["lti_storage_target"] = switches.storage_target
    return fields


def _check_request(platform: Platform, values: MultiDict[str, str]) -> None:
    """Return if the authentication request is what LTI asks for."""
    for name in REQUIRED:
        if len(values.getlist(name)) != 1 or not values[name]:
            raise LoginRefusedError("invalid_request", f"{name} is missing or repeated.")
    if values["client_id"] != platform.settings.tool.client_id:
        raise LoginRefusedError("unauthorized_client", "The client_id is unknown.")
    if values["scope"] != "openid":
        raise LoginRefusedError("invalid_scope", "The scope must be openid.")
    if values["response_type"] != "id_token":
        raise LoginRefusedError("unsupported_response_type", "Only id_token is answered.")
    for name, expected in (("response_mode", "form_post"), ("prompt", "none")):
        if values[name] != expected:
            raise LoginRefusedError("invalid_request", f"{name} must be {expected}.")


def _take_launch(
    db: sqlite3.Connection, platform: Platform, values: MultiDict[str, str], now: datetime
) -> Launch:
    """Return the launch that the hint names, and use it up.

    Moodle shows a page of its own for a hint that is unknown or used, and
    posts nothing; the others post an error.
    """
    family = platform.settings.family
    try:
        return take_launch(db, family, values["lti_message_hint"], now)
    except TokenInvalidError as error:
        if family is Family.MOODLE:
            raise RequestError("Invalid request") from error
        code = "launch_no_longer_valid" if family is Family.CANVAS else "invalid_request"
        raise LoginRefusedError(code, str(error)) from error


@blueprint.get("/lti/jwks.json")
@failing(Service.JWKS)
def jwks() -> ResponseReturnValue:
    """Publish the platform's keys."""
    with current_platform().state.transaction() as db:
        keys = [key.public_jwk() for key in list_keys(db)]
    return jsonify(keys=keys)
