"""The worker is killed in mid-delivery, at each step of it: the score arrives, and is said once."""

from pathlib import Path

from sqlalchemy import delete, update

from lti_tool.config import Settings
from lti_tool.runtime import Runtime
from lti_tool.sandbox.model import Family
from lti_tool.sandbox.platform import EXTENSION
from lti_tool.services.delivering import deliver_due
from lti_tool.store.rows import AttemptRow, ScoreDeliveryRow, ServiceTokenRow
from tests.conftest import FakeClock
from tests.functional.durability_dying import deaths
from tests.gradebooks import Gradebook, a_gradebook, some_parts

COMMENT = "Badge earned."
# A token and the score, each on its way out and back; the lease and what became of it.
STEPS_AT_LEAST = 8


def deliver(runtime: Runtime) -> int:
    """Do what a worker does when it is woken."""
    return deliver_due(some_parts(runtime))


def test_a_score_arrives_once_whatever_step_its_worker_dies_at(
    runtime: Runtime, settings: Settings, clock: FakeClock, tmp_path: Path
) -> None:
    """The next worker finds out whether it arrived; even Canvas, which adds comments, has one."""
    with a_gradebook(runtime, tmp_path, family=Family.CANVAS) as gradebook:
        begin(gradebook)
        steps = []
        for step in deaths(settings, clock, deliver):
            outlive_the_lease(runtime)
            gradebook.deliver()
            check(gradebook, f"died at step {step}")
            begin(gradebook)
            steps.append(step)
        check(gradebook, "nobody died")

    assert len(steps) >= STEPS_AT_LEAST


def begin(gradebook: Gradebook) -> None:
    """Put a score into the outbox of an installation that has said nothing yet."""
    with gradebook.runtime.writing() as session:
        for row in (ScoreDeliveryRow, AttemptRow, ServiceTokenRow):
            session.execute(delete(row))
    with gradebook.server.app.extensions[EXTENSION].state.transaction() as db:
        db.execute("DELETE FROM result")
        db.execute("DELETE FROM score_post")
    gradebook.say(comment=COMMENT)


def outlive_the_lease(runtime: Runtime) -> None:
    """Let the lease of whoever died run out, as it does by itself."""
    with runtime.writing() as session:
        session.execute(
            update(ScoreDeliveryRow)
            .where(ScoreDeliveryRow.leased_until.is_not(None))
            .values(leased_until=runtime.clock().replace(year=2000))
        )


def check(gradebook: Gradebook, why: str) -> None:
    """The gradebook has full points and one comment, by one message."""
    result = gradebook.result()
    assert gradebook.last().state == "delivered", why
    assert result is not None, why
    assert (result["score"], result["comments"]) == (20, [COMMENT]), why
    assert len(gradebook.posts()) == 1, why
