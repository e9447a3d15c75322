"""Access tokens for the services, given for a signed assertion of the tool.

Source: 1EdTech Security Framework 1.0 section 4.1; RFC 7523.
"""

import secrets
import sqlite3
from datetime import datetime, timedelta

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from lti_tool.sandbox.errors import AccessRefusedError, TokenInvalidError
from lti_tool.sandbox.failing import failing
from lti_tool.sandbox.failures import Service
from lti_tool.sandbox.platform import Platform, current_platform
from lti_tool.sandbox.scopes import GRANTED
from lti_tool.sandbox.state import use_once

blueprint = Blueprint("tokens", __name__)

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 3600
LEEWAY_SECONDS = 60


@blueprint.post("/lti/token")
@failing(Service.TOKEN)
def give_token() -> ResponseReturnValue:
    """Give an access token for those of the asked scopes that the tool has."""
    platform = current_platform()
    if request.form.get("grant_type") != "client_credentials":
        return _refuse("unsupported_grant_type", "Only client_credentials is served.")
    if request.form.get("client_assertion_type") != ASSERTION_TYPE:
        return _refuse("invalid_request", "The client_assertion_type is not jwt-bearer.")
    try:
        check_assertion(platform, request.form.get("client_assertion", ""))
    except TokenInvalidError as error:
        return _refuse("invalid_client", str(error))
    asked = request.form.get("scope", "").split()
    scopes = [scope for scope in asked if scope in GRANTED]
    if not scopes:
        return _refuse("invalid_scope", "None of the scopes is granted to this tool.")
    seconds = platform.switches().access_token_seconds
    expires_at = platform.now() + timedelta(seconds=seconds)
    with platform.state.transaction() as db:
        token = _add_token(db, scopes, expires_at)
    answer = jsonify(
        {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": " ".join(scopes),
        }
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def check_assertion(platform: Platform, text: str) -> None:
    """Return if the tool signed the assertion, for this endpoint, now, and once.

    Raises:
        TokenInvalidError: any of that does not hold.
    """
    claims = platform.tool_keys.verify(text).claims
    client_id, now = platform.settings.tool.client_id, platform.now().timestamp()
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise TokenInvalidError("iss and sub must be the client_id")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if platform.settings.token_url not in audiences:
        raise TokenInvalidError("aud must be the token URL")
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if not now - LEEWAY_SECONDS < expires <= now + LONGEST_ASSERTION_SECONDS:
        raise TokenInvalidError("exp is past, or too far ahead")
    if issued > now + LEEWAY_SECONDS:
        raise TokenInvalidError("iat lies in the future")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise TokenInvalidError("jti is missing")
    with platform.state.transaction() as db:
        use_once(db, f"jti {jti}")


def require_scope(scope: str) -> None:
    """Return if the request carries a live access token with `scope`.

    Raises:
        AccessRefusedError: 401 without a live token, 403 without the scope.
    """
    platform = current_platform()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    now = platform.now()
    with platform.state.transaction() as db:
        row = db.execute(
            "SELECT scopes, expires_at FROM access_token WHERE token = ?", (token.strip(),)
        ).fetchone()
    if row is None or scheme != "Bearer" or datetime.fromisoformat(row["expires_at"]) <= now:
        raise AccessRefusedError("The access token is missing, unknown or expired.", status=401)
    if scope not in row["scopes"].split():
        raise AccessRefusedError("The access token lacks the scope.", status=403)


def revoke_tokens(db: sqlite3.Connection) -> None:
    """Make every access token invalid, before its time."""
    db.execute("DELETE FROM access_token")


def _add_token(db: sqlite3.Connection, scopes: list[str], expires_at: datetime) -> str:
    """Store and return a new access token."""
    token = secrets.token_urlsafe(24)
    db.execute(
        "INSERT INTO access_token VALUES (?, ?, ?)",
        (token, " ".join(scopes), expires_at.isoformat()),
    )
    return token


def _seconds(claims: dict[str, object], name: str) -> float:
    """Return a claim that is an instant in seconds."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenInvalidError(f"{name} is not a number")
    return value


def _refuse(error: str, description: str) -> ResponseReturnValue:
    """Return an OAuth error."""
    return jsonify(error=error, error_description=description), 400
