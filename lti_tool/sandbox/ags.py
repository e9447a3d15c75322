"""Assignment and Grade Services: line items, scores, results.

Source: AGS 2.0.
"""

import json
from dataclasses import replace
from decimal import Decimal

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from lti_tool.sandbox import media_types
from lti_tool.sandbox.courses import get_course, get_line_item, list_line_items
from lti_tool.sandbox.errors import PracticeError, ScoreRefusedError
from lti_tool.sandbox.failing import MARK, failing, with_failures
from lti_tool.sandbox.failures import Service
from lti_tool.sandbox.gradebook import (
    get_result,
    list_results,
    record_answer,
    record_post,
    save_result,
)
from lti_tool.sandbox.model import Activity, CourseRole, Family, Result
from lti_tool.sandbox.paging import page_of
from lti_tool.sandbox.platform import Platform, current_platform
from lti_tool.sandbox.scopes import LINE_ITEM_READ, RESULT_READ, SCORE
from lti_tool.sandbox.scores import parse_score, take_score
from lti_tool.sandbox.settings import PlatformSettings
from lti_tool.sandbox.tokens import require_scope
from lti_tool.sandbox.urls import line_item_url, line_items_url

blueprint = Blueprint("ags", __name__, url_prefix="/services/<course_id>")

_ITEM = "/lineitems/<line_item_id>/lineitem"


@blueprint.get("/lineitems")
@failing(Service.LINE_ITEMS)
def line_items(course_id: str) -> ResponseReturnValue:
    """List the gradebook columns of a course."""
    platform = current_platform()
    require_scope(LINE_ITEM_READ)
    media_types.require_accept(media_types.LINE_ITEMS)
    with platform.state.transaction() as db:
        get_course(db, course_id)
        items = [item for item in list_line_items(db, course_id) if _is_asked_for(item)]
    page, link = page_of(
        items,
        line_items_url(platform.settings, course_id),
        has_curly_quotes=platform.settings.family is Family.MOODLE,
    )
    documents = [line_item_document(platform.settings, item) for item in page]
    return media_types.service_answer(json.dumps(documents), media_types.LINE_ITEMS, link=link)


@blueprint.get(_ITEM)
@failing(Service.LINE_ITEMS)
def line_item(course_id: str, line_item_id: str) -> ResponseReturnValue:
    """Show one gradebook column."""
    platform = current_platform()
    require_scope(LINE_ITEM_READ)
    media_types.require_accept(media_types.LINE_ITEM)
    with platform.state.transaction() as db:
        item = get_line_item(db, course_id, line_item_id)
    document = line_item_document(platform.settings, item)
    return media_types.service_answer(json.dumps(document), media_types.LINE_ITEM)


@blueprint.get(f"{_ITEM}/results")
@failing(Service.RESULTS)
def results(course_id: str, line_item_id: str) -> ResponseReturnValue:
    """List what the gradebook holds in one column: only those who have a grade."""
    platform = current_platform()
    require_scope(RESULT_READ)
    media_types.require_accept(media_types.RESULTS)
    user_id = request.args.get("user_id")
    with platform.state.transaction() as db:
        item = get_line_item(db, course_id, line_item_id)
        found = [
            result
            for result in list_results(db, item.id)
            if result.score is not None and user_id in {None, result.person_id}
        ]
    page, link = page_of(
        found, line_item_url(platform.settings, item, "/results"), has_curly_quotes=False
    )
    documents = [result_document(platform.settings, item, result) for result in page]
    return media_types.service_answer(json.dumps(documents), media_types.RESULTS, link=link)


@blueprint.post(f"{_ITEM}/scores")
def post_score(course_id: str, line_item_id: str) -> ResponseReturnValue:
    """Take a score, or refuse it as the family does. Every one is recorded."""
    platform = current_platform()
    body = request.get_data(as_text=True)
    now = platform.now()
    with platform.state.transaction() as db:
        post_id = record_post(
            db, line_item_id=line_item_id, content_type=request.mimetype, body=body, now=now
        )
    answer = with_failures(Service.SCORES, lambda: _take(platform, course_id, line_item_id, body))
    with platform.state.transaction() as db:
        record_answer(db, post_id, answer.headers.get(MARK) or str(answer.status_code))
    return answer


def _take(platform: Platform, course_id: str, line_item_id: str, body: str) -> Response:
    """Return the answer to one score."""
    try:
        require_scope(SCORE)
        media_types.require_content(media_types.SCORE)
        item, result = _store(platform, course_id, line_item_id, body)
    except ScoreRefusedError as error:
        return _refusal(platform.settings.family, error, body)
    except PracticeError as error:
        return Response(json.dumps({"error": str(error)}), error.status)
    return _acceptance(platform.settings, item, result)


def _store(
    platform: Platform, course_id: str, line_item_id: str, body: str
) -> tuple[Activity, Result]:
    """Put one score into the gradebook."""
    family, now = platform.settings.family, platform.now()
    message = parse_score(body, family)
    with platform.state.transaction() as db:
        item = get_line_item(db, course_id, line_item_id)
        role = get_course(db, course_id).members.get(message.person_id)
        current = (
            get_result(db, item.id, message.person_id)
            if role is CourseRole.LEARNER
            else Result(activity_id=item.id, person_id=message.person_id)
        )
        result = take_score(
            message,
            family=family,
            current=current,
            maximum=item.points or Decimal(0),
            is_learner=role is CourseRole.LEARNER,
            now=now,
        )
        save_result(db, replace(result, activity_id=item.id))
    return item, result


def _acceptance(settings: PlatformSettings, item: Activity, result: Result) -> Response:
    """Return the family's answer to a score that was taken."""
    match settings.family:
        case Family.CANVAS:
            url = line_item_url(settings, item, f"/results?user_id={result.person_id}")
            return Response(json.dumps({"resultUrl": url}), content_type="application/json")
        case Family.MOODLE:
            return Response("", content_type=media_types.SCORE)
        case _:
            return Response(status=204)


def _refusal(family: Family, error: ScoreRefusedError, body: str) -> Response:
    """Return the family's answer to a score that was refused."""
    if family is not Family.MOODLE:
        return Response(
            json.dumps({"errors": {"message": str(error)}}),
            error.status,
            content_type="application/json",
        )
    # Moodle answers an empty list, and tells the reason in the status line:
    # the whole body that it received, personal data included.
    reason = str(error) if error.status == 409 else f"Incorrect score received{body}"  # noqa: PLR2004
    line = " ".join(reason.split()).encode("ascii", "replace").decode()[:1000]
    return Response("[]", f"{error.status} {line}", content_type=media_types.SCORE)


def line_item_document(settings: PlatformSettings, item: Activity) -> dict[str, object]:
    """Return a line item as JSON."""
    return {
        "id": line_item_url(settings, item),
        "label": item.title,
        "scoreMaximum": number(item.points or Decimal(0)),
        "resourceId": item.resource_id,
        "tag": item.tag,
        "resourceLinkId": item.id,
    }


def result_document(
    settings: PlatformSettings, item: Activity, result: Result
) -> dict[str, object]:
    """Return a result as JSON."""
    results_url = line_item_url(settings, item, "/results")
    separator = "&" if "?" in results_url else "?"
    return {
        "id": f"{results_url}{separator}user_id={result.person_id}",
        "scoreOf": line_item_url(settings, item),
        "userId": result.person_id,
        "resultScore": number(result.score or Decimal(0)),
        "resultMaximum": number(item.points or Decimal(0)),
        "comment": result.comments[-1] if result.comments else "",
    }


def number(value: Decimal) -> int | float:
    """Return points as the JSON number that platforms write."""
    return int(value) if value == value.to_integral() else float(value)


def _is_asked_for(item: Activity) -> bool:
    """Return whether the filters of the request let a line item through."""
    asked = request.args
    return (
        asked.get("resource_link_id") in {None, item.id}
        and asked.get("resource_id") in {None, item.resource_id}
        and asked.get("tag") in {None, item.tag}
    )
