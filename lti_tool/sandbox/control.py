"""The switchboard at /control: JSON for tests and for trying things out, no page of its own.

    GET    /control                    how things stand
    PATCH  /control/switches           {"storage": "silent", "privacy": "anonymous", ...}
    POST   /control/failures           {"service": "scores", "kind": "status", "status": 429,
                                        "retry_after": "2", "times": 3} or "for_seconds": 5
    DELETE /control/failures           everything works again
    PUT    /control/flaws              {"claims": {...}, "header": {...}, "is_tampered": true,
                                        "has_foreign_signature": true}: the next id_token is broken
    GET    /control/scores?after=N     the scores that arrived, in order
    GET    /control/results            what the gradebook holds
    PUT    /control/results/A/P        {"score": 12}: the teacher types a grade for person P
                                        in activity A
    POST   /control/keys               {"keeps_old": false}: rotate the signing key
    DELETE /control/tokens             every access token is invalid from now on

Nobody is asked to sign in: the practice LMS listens on loopback, and the JSON
media type keeps other sites' pages from sending here.
"""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from lti_tool.sandbox.ags import number
from lti_tool.sandbox.courses import get_activity, get_person
from lti_tool.sandbox.errors import RequestError
from lti_tool.sandbox.failures import add_failure, clear_failures, list_failures
from lti_tool.sandbox.gradebook import (
    get_result,
    list_posts,
    list_results,
    override_grade,
    save_result,
)
from lti_tool.sandbox.minting import parse_flaws
from lti_tool.sandbox.model import Result
from lti_tool.sandbox.platform import current_platform
from lti_tool.sandbox.state import add_key, drop_old_keys, list_keys, write_note
from lti_tool.sandbox.switches import change_switches, read_switches, switches_document
from lti_tool.sandbox.tokens import revoke_tokens

blueprint = Blueprint("control", __name__, url_prefix="/control")


@blueprint.before_request
def require_json() -> None:
    """Refuse anything but JSON for what changes something."""
    if request.method != "GET" and request.mimetype != "application/json":
        raise RequestError("Send application/json.")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the family, the switches, the failures to come and the key ids."""
    platform = current_platform()
    settings = platform.settings
    with platform.state.transaction() as db:
        switches = read_switches(db, settings.family)
        failures = [asdict(failure) for failure in list_failures(db)]
        kids = [key.kid for key in list_keys(db)]
    return jsonify(
        family=settings.family,
        issuer=settings.issuer,
        authorization_url=settings.authorization_url,
        token_url=settings.token_url,
        jwks_url=settings.jwks_url,
        client_id=settings.tool.client_id,
        deployment_id=settings.tool.deployment_id,
        switches=switches_document(switches),
        failures=failures,
        kids=kids,
    )


@blueprint.patch("/switches")
def set_switches() -> ResponseReturnValue:
    """Set some switches."""
    platform = current_platform()
    with platform.state.transaction() as db:
        switches = change_switches(db, platform.settings.family, request.get_json())
    return jsonify(switches_document(switches))


@blueprint.post("/failures")
def arrange_failure() -> ResponseReturnValue:
    """Arrange a failure."""
    platform = current_platform()
    now = platform.now()
    with platform.state.transaction() as db:
        failure = add_failure(db, request.get_json(), now)
    return jsonify(asdict(failure)), 201


@blueprint.delete("/failures")
def forget_failures() -> ResponseReturnValue:
    """Let everything work again."""
    with current_platform().state.transaction() as db:
        clear_failures(db)
    return "", 204


@blueprint.put("/flaws")
def set_flaws() -> ResponseReturnValue:
    """Break the next id_token."""
    document = request.get_json()
    parse_flaws(document)
    with current_platform().state.transaction() as db:
        write_note(db, "flaws", document)
    return "", 204


@blueprint.get("/scores")
def show_scores() -> ResponseReturnValue:
    """List the scores that arrived, in order."""
    after = request.args.get("after", 0, type=int)
    with current_platform().state.transaction() as db:
        posts = list_posts(db, after=after)
    return jsonify([post.document() for post in posts])


@blueprint.get("/results")
def show_results() -> ResponseReturnValue:
    """List what the gradebook holds."""
    with current_platform().state.transaction() as db:
        ids = [row["id"] for row in db.execute("SELECT id FROM activity ORDER BY rowid")]
        results = [result for id_ in ids for result in list_results(db, id_)]
    return jsonify([_result_document(result) for result in results])


@blueprint.put("/results/<activity_id>/<person_id>")
def type_grade(activity_id: str, person_id: str) -> ResponseReturnValue:
    """Type a grade over whatever the tool sent, as a teacher does in the gradebook."""
    wish = request.get_json()
    score = wish.get("score") if isinstance(wish, Mapping) else None
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise RequestError('Send {"score": number}.')
    with current_platform().state.transaction() as db:
        activity, person = get_activity(db, activity_id), get_person(db, person_id)
        result = override_grade(get_result(db, activity.id, person.id), Decimal(str(score)))
        save_result(db, result)
    return jsonify(_result_document(result))


@blueprint.post("/keys")
def rotate_key() -> ResponseReturnValue:
    """Sign with a new key from now on, and keep or drop the old ones."""
    wish = request.get_json()
    keeps_old = not isinstance(wish, Mapping) or wish.get("keeps_old", True)
    with current_platform().state.transaction() as db:
        key = add_key(db)
        if not keeps_old:
            drop_old_keys(db)
    return jsonify(kid=key.kid), 201


@blueprint.delete("/tokens")
def forget_tokens() -> ResponseReturnValue:
    """Make every access token invalid."""
    with current_platform().state.transaction() as db:
        revoke_tokens(db)
    return "", 204


def _result_document(result: Result) -> dict[str, object]:
    """Return a result as JSON."""
    return {
        **asdict(result),
        "score": None if result.score is None else number(result.score),
        "timestamp": result.timestamp.isoformat() if result.timestamp else None,
        "status": result.status,
    }
