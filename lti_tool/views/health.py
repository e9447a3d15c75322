"""For operators: is this process well?"""

from flask import Blueprint, Response
from sqlalchemy import text

from lti_tool.runtime import runtime
from lti_tool.services.foreign.following import find_failing_since
from lti_tool.services.status_lists import find_unsigned_since

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> Response:
    """Answer 200 when the database answers; further lines warn of what will hurt later."""
    here = runtime()
    with here.reading() as session:
        session.execute(text("SELECT 1"))
        unsigned = find_unsigned_since(session, clock=here.clock)
        failing = find_failing_since(session, now=here.clock())
    lines = ["ok"]
    if unsigned:
        lines.append(f"warning status_lists unsigned_since={unsigned.isoformat()}")
    if failing:
        lines.append(f"warning foreign_credentials failing_since={failing.isoformat()}")
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")
