"""The gradebook: results of learners, and a record of every score that arrived."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from lti_tool.sandbox.model import Result
from lti_tool.sandbox.state import instant_of, instant_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePost:
    """One score as it arrived, and what it was answered."""

    id: int
    received_at: str
    line_item_id: str
    content_type: str
    body: str
    answered: str
    """The status, or the word for what was done instead of answering."""

    def document(self) -> dict[str, object]:
        """Return it as the control interface shows it; the body parsed if it is JSON."""
        try:
            body: object = json.loads(self.body)
        except ValueError:
            body = self.body
        return {
            "id": self.id,
            "received_at": self.received_at,
            "line_item_id": self.line_item_id,
            "content_type": self.content_type,
            "answered": self.answered,
            "body": body,
        }


def get_result(db: sqlite3.Connection, activity_id: str, person_id: str) -> Result:
    """Return what the gradebook holds; an empty result if nothing yet."""
    row = db.execute(
        "SELECT * FROM result WHERE activity_id = ? AND person_id = ?", (activity_id, person_id)
    ).fetchone()
    return _result(row) if row else Result(activity_id=activity_id, person_id=person_id)


def list_results(db: sqlite3.Connection, activity_id: str) -> tuple[Result, ...]:
    """Return every result of an activity, by person id."""
    rows = db.execute(
        "SELECT * FROM result WHERE activity_id = ? ORDER BY person_id", (activity_id,)
    )
    return tuple(_result(row) for row in rows)


def map_results(db: sqlite3.Connection, course_id: str) -> Mapping[tuple[str, str], Result]:
    """Return the results of a course by (person id, activity id)."""
    rows = db.execute(
        "SELECT result.* FROM result JOIN activity ON activity.id = activity_id"
        " WHERE course_id = ?",
        (course_id,),
    )
    return {(row["person_id"], row["activity_id"]): _result(row) for row in rows}


def save_result(db: sqlite3.Connection, result: Result) -> None:
    """Store what the gradebook holds for one learner in one activity."""
    db.execute(
        "INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            result.activity_id,
            result.person_id,
            None if result.score is None else str(result.score),
            result.activity_progress,
            result.grading_progress,
            instant_text(result.timestamp),
            json.dumps(result.comments),
            result.submitted_at,
            result.submission_url,
            result.attempts,
            int(result.is_overridden),
        ),
    )


def override_grade(result: Result, score: Decimal) -> Result:
    """Return `result` as a teacher's own grade, typed over whatever the tool sent."""
    return replace(result, score=score, grading_progress="FullyGraded", is_overridden=True)


def record_post(
    db: sqlite3.Connection, *, line_item_id: str, content_type: str, body: str, now: datetime
) -> int:
    """Note a score the moment it arrives; return its number."""
    cursor = db.execute(
        "INSERT INTO score_post (received_at, line_item_id, content_type, body, answered)"
        " VALUES (?, ?, ?, ?, '')",
        (now.isoformat(), line_item_id, content_type, body),
    )
    return int(cursor.lastrowid or 0)


def record_answer(db: sqlite3.Connection, post_id: int, answered: str) -> None:
    """Note what a score was answered."""
    db.execute("UPDATE score_post SET answered = ? WHERE id = ?", (answered, post_id))


def list_posts(db: sqlite3.Connection, *, after: int = 0) -> tuple[ScorePost, ...]:
    """Return the scores that arrived after number `after`, in order."""
    rows = db.execute("SELECT * FROM score_post WHERE id > ? ORDER BY id", (after,))
    return tuple(ScorePost(**dict(row)) for row in rows)


def _result(row: sqlite3.Row) -> Result:
    """Return the result of a row."""
    return Result(
        activity_id=row["activity_id"],
        person_id=row["person_id"],
        score=None if row["score"] is None else Decimal(row["score"]),
        activity_progress=row["activity_progress"],
        grading_progress=row["grading_progress"],
        timestamp=instant_of(row["timestamp"]),
        comments=tuple(json.loads(row["comments"])),
        submitted_at=row["submitted_at"],
        submission_url=row["submission_url"],
        attempts=row["attempts"],
        is_overridden=bool(row["is_overridden"]),
    )
