"""Deep linking: an instructor chooses content in the tool, and the course gets activities.

Source: Deep Linking 2.0.
"""

from collections.abc import Mapping
from decimal import Decimal

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.sandbox.claims import DEEP_LINKING, LTI, deep_linking_data
from lti_tool.sandbox.courses import add_activity, get_course
from lti_tool.sandbox.errors import RequestError, TokenInvalidError
from lti_tool.sandbox.launches import get_launch
from lti_tool.sandbox.model import Activity, Family, Launch, MessageKind
from lti_tool.sandbox.platform import Platform, current_platform
from lti_tool.sandbox.state import use_once

blueprint = Blueprint("deep_linking", __name__)


@blueprint.post("/deep-linking/<launch_id>/return")
def take_choice(launch_id: str) -> ResponseReturnValue:
    """Take what was chosen and add it to the course.

    No session is asked for: the form comes from another site, so the cookie
    stays behind. The launch id says who chose for which course, once.
    """
    platform = current_platform()
    now = platform.now()
    claims = platform.tool_keys.verify(request.form.get("JWT", "")).claims
    with platform.state.transaction() as db:
        launch = get_launch(db, launch_id, now)
        _check_response(platform, launch, claims, now=now.timestamp())
        use_once(db, f"deep linking {launch.id}")
        use_once(db, f"nonce {claims['nonce']}")
        course = get_course(db, launch.course_id)
        wishes = parse_content_items(claims, launch.course_id)
        activities = tuple(add_activity(db, activity) for activity in wishes)
    # Moodle was seen to show neither of the two messages of the tool.
    is_silent = platform.settings.family is Family.MOODLE
    names = (f"{DEEP_LINKING}msg", f"{DEEP_LINKING}errormsg")
    messages = [str(claims[name]) for name in names if claims.get(name)]
    return render_template(
        "practice/chosen.html",
        course=course,
        activities=activities,
        messages=[] if is_silent else messages,
        title="Added to the course" if activities else "Nothing added",
    )


def _check_response(
    platform: Platform, launch: Launch, claims: Mapping[str, object], *, now: float
) -> None:
    """Return if the response answers this very request, or raise `TokenInvalidError`."""
    tool = platform.settings.tool
    audience, expires = claims.get("aud"), claims.get("exp")
    audiences = audience if isinstance(audience, list) else [audience]
    data = None
    if platform.settings.family is not Family.MOODLE:
        data = deep_linking_data(launch.id)
    checks = {
        "launch": launch.kind is MessageKind.DEEP_LINKING,
        "iss": claims.get("iss") == tool.client_id,
        "aud": platform.settings.issuer in audiences,
        "exp": isinstance(expires, int | float) and expires > now,
        "nonce": isinstance(claims.get("nonce"), str),
        "deployment_id": claims.get(f"{LTI}deployment_id") == tool.deployment_id,
        "message_type": claims.get(f"{LTI}message_type") == "LtiDeepLinkingResponse",
        "version": claims.get(f"{LTI}version") == "1.3.0",
        "data": claims.get(f"{DEEP_LINKING}data") == data,
    }
    wrong = [name for name, holds in checks.items() if not holds]
    if wrong:
        raise TokenInvalidError(f"The response is wrong in: {', '.join(wrong)}.")


def parse_content_items(claims: Mapping[str, object], course_id: str) -> tuple[Activity, ...]:
    """Return the activities that a deep linking response asks for, without ids.

    Raises:
        RequestError: the list of content items is malformed.
    """
    items = claims.get(f"{DEEP_LINKING}content_items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RequestError("The content items are not a list of objects.")
    return tuple(
        _parse_item(item, course_id) for item in items if item.get("type") == "ltiResourceLink"
    )


def _parse_item(item: Mapping[str, object], course_id: str) -> Activity:
    """Return the activity of one content item; without a line item it has no column."""
    line_item, custom = item.get("lineItem"), item.get("custom")
    column = line_item if isinstance(line_item, dict) else {}
    return Activity(
        id="",
        course_id=course_id,
        title=str(item.get("title") or column.get("label") or "Untitled"),
        description=str(item.get("text") or ""),
        custom={str(key): str(value) for key, value in custom.items()}
        if isinstance(custom, dict)
        else {},
        points=_maximum(column.get("scoreMaximum")) if column else None,
        url=str(item.get("url") or ""),
        resource_id=str(column.get("resourceId") or ""),
        tag=str(column.get("tag") or ""),
    )


def _maximum(value: object) -> Decimal:
    """Return a positive score maximum."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise RequestError("scoreMaximum is not a positive number.")
    return Decimal(str(value))
