"""For operators: is this process well?"""

from flask import Blueprint, Response
from sqlalchemy import text

from lti_tool.runtime import runtime
from lti_tool.services.status_lists import find_unsigned_since

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> Response:
    """Answer 200 when the database answers; a second line warns of what will hurt later."""
    here = runtime()
    with here.reading() as session:
        session.execute(text("SELECT 1"))
        since = find_unsigned_since(session, clock=here.clock)
    warning = f"warning status_lists unsigned_since={since.isoformat()}\n" if since else ""
    return Response(f"ok\n{warning}", mimetype="text/plain")
