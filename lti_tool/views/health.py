"""For operators: is this process well?"""

from flask import Blueprint, Response
from sqlalchemy import text

from lti_tool.runtime import runtime

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> Response:
    """Answer 200 when the database answers."""
    with runtime().reading() as session:
        session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
