"""Views that fail when they were told to, in the ways that networks and servers do."""

import socket
import time
from collections.abc import Callable
from functools import wraps

from flask import Response, after_this_request, make_response, request
from flask.typing import ResponseReturnValue

from lti_tool.sandbox.failures import Failure, FailureKind, Service, take_failure
from lti_tool.sandbox.platform import current_platform

View = Callable[..., ResponseReturnValue]

MARK = "X-Practice-Failure"
"""Says in an answer that it is a failure which somebody asked for."""

_LOGIN_WALL = (
    "<!doctype html><html lang=en><title>Log in</title><h1>Log in</h1>"
    "<p>Your session has expired.</p></html>"
)


def failing(service: Service) -> Callable[[View], View]:
    """Let a view of `service` meet the failures that were arranged at /control."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(**arguments: str) -> Response:
            return with_failures(service, lambda: make_response(view(**arguments)))

        return run

    return decorate


def with_failures(service: Service, serve: Callable[[], Response]) -> Response:
    """Return what `serve` answers, or the failure that stands in its place."""
    platform = current_platform()
    now = platform.now()
    with platform.state.transaction() as db:
        failure = take_failure(db, service, now)
    if failure is None:
        return serve()
    served = serve() if failure.is_processed else None
    answer = _fail(failure, served, serve)
    after = f" after {served.status_code}" if served else ""
    answer.headers[MARK] = f"{failure.kind} {answer.status_code}{after}"
    return answer


def _fail(failure: Failure, served: Response | None, serve: Callable[[], Response]) -> Response:
    """Return the answer of a failure."""
    match failure.kind:
        case FailureKind.SLOW:
            time.sleep(failure.seconds)
            return served or serve()
        case FailureKind.HTML:
            return Response(_LOGIN_WALL, content_type="text/html; charset=utf-8")
        case FailureKind.DROP:
            # After the view: what it writes down is there before the caller notices.
            after_this_request(_hang_up)
            return Response(status=502)
        case FailureKind.STATUS:
            answer = Response(failure.reason, failure.status, content_type="application/json")
            if failure.retry_after:
                answer.headers["Retry-After"] = failure.retry_after
            return answer


def _hang_up(answer: Response) -> Response:
    """Close the connection under the answer, which then reaches nobody.

    Only Werkzeug's server lends its socket; behind another one the caller
    gets a 502.
    """
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return answer
