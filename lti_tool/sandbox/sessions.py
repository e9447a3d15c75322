"""Who is signed in: a cookie that names a row, as plain as it can be."""

import secrets

from flask import Response, request
from werkzeug.exceptions import Unauthorized

from lti_tool.sandbox.courses import get_person
from lti_tool.sandbox.model import Person
from lti_tool.sandbox.platform import current_platform
from lti_tool.sandbox.settings import PlatformSettings


def cookie_name(settings: PlatformSettings) -> str:
    """Return the cookie's name: cookies ignore ports, so the name tells platforms apart."""
    return f"practice_lms_{settings.base_url.rpartition(':')[2].strip('/')}"


def find_person() -> Person | None:
    """Return who is signed in, or None."""
    platform = current_platform()
    session_id = request.cookies.get(cookie_name(platform.settings), "")
    with platform.state.transaction() as db:
        row = db.execute("SELECT person_id FROM session WHERE id = ?", (session_id,)).fetchone()
        return get_person(db, row["person_id"]) if row else None


def require_person() -> Person:
    """Return who is signed in; otherwise the visitor is sent to sign in."""
    person = find_person()
    if person is None:
        raise Unauthorized
    return person


def sign_in(response: Response, person: Person) -> Response:
    """Make `person` the one who is signed in on this browser."""
    platform = current_platform()
    session_id = secrets.token_urlsafe(24)
    with platform.state.transaction() as db:
        db.execute("INSERT INTO session VALUES (?, ?)", (session_id, person.id))
    response.set_cookie(
        cookie_name(platform.settings),
        session_id,
        httponly=True,
        samesite="Lax",
        secure=platform.settings.base_url.startswith("https:"),
    )
    return response


def sign_out(response: Response) -> Response:
    """End the session of this browser."""
    platform = current_platform()
    name = cookie_name(platform.settings)
    with platform.state.transaction() as db:
        db.execute("DELETE FROM session WHERE id = ?", (request.cookies.get(name, ""),))
    response.delete_cookie(name)
    return response
