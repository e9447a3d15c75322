"""Gradebooks of the practice LMS that know the installation under test, and learners in them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any, cast
from uuid import UUID
from wsgiref.types import StartResponse, WSGIEnvironment

import requests
from sqlalchemy import select
from werkzeug.serving import make_server

from lti_tool.jobs.worker import service_client
from lti_tool.lti.scores import ScoreKind
from lti_tool.runtime import Runtime
from lti_tool.sandbox.app import create_platform
from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.model import Family
from lti_tool.sandbox.server import PracticeServer
from lti_tool.sandbox.settings import PlatformSettings
from lti_tool.services import deliveries, keyring
from lti_tool.services.delivering import DeliveringParts, Turns, deliver_due
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import ScoreDeliveryRow, SubmissionRow, UserRow
from tests import rows
from tests.functional.sandbox_tool import ACTIVITY, COURSE, give_key
from tests.ports import free_port

ROSA, MAXIMILIANA, LAYLA = "6", "7", "8"
"""The platform user ids of the practice LMS's learners."""


@dataclass(frozen=True, kw_only=True)
class Gradebook:
    """One platform that runs, its course in our database, and a worker's parts."""

    runtime: Runtime
    settings: PlatformSettings
    server: PracticeServer
    course: rows.Course
    learners: Mapping[str, UserRow]
    submissions: Mapping[str, SubmissionRow]
    parts: DeliveringParts

    def say(
        self,
        kind: ScoreKind = ScoreKind.EARNED,
        *,
        to: str = ROSA,
        comment: str = "Badge earned.",
        is_again: bool = False,
    ) -> UUID:
        """Put a message for a learner into the outbox; return its id."""
        with self.runtime.writing() as session:
            submission = self.submissions[to]
            attempt = rows.an_attempt(
                session,
                submission,
                state="decided",
                number=1 + len(self.deliveries(to)),
            )
            deliveries.enqueue(
                session,
                kind,
                submission_id=submission.id,
                attempt_id=attempt.id,
                comment=comment,
                occurred_at=self.runtime.clock(),
                clock=self.runtime.clock,
                new_id=self.runtime.new_id,
                is_again=is_again,
            )
        return self.deliveries(to)[-1].id

    def deliver(self) -> int:
        """Let a worker do what is due; return how many it tried."""
        return deliver_due(self.parts)

    def deliveries(self, to: str = ROSA) -> Sequence[ScoreDeliveryRow]:
        """A learner's rows, in the order of their timestamps."""
        with self.runtime.reading() as session:
            return session.scalars(
                select(ScoreDeliveryRow)
                .where(ScoreDeliveryRow.submission_id == self.submissions[to].id)
                .order_by(ScoreDeliveryRow.timestamp)
            ).all()

    def last(self, to: str = ROSA) -> ScoreDeliveryRow:
        """A learner's newest row."""
        return self.deliveries(to)[-1]

    def change(self, delivery_id: UUID, **values: object) -> None:
        """Set columns of a row."""
        with self.runtime.writing() as session:
            row = session.get_one(ScoreDeliveryRow, delivery_id)
            for name, value in values.items():
                setattr(row, name, value)

    def control(self, method: str, path: str, document: object = None) -> Any:  # noqa: ANN401 - JSON
        """Use the platform's switchboard."""
        url = f"{self.settings.base_url}/control{path}"
        body = None if method == "GET" else document or {}
        answer = requests.request(method, url, json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def fail(self, **failure: object) -> None:
        """Arrange a failure."""
        self.control("POST", "/failures", failure)

    def posts(self) -> list[dict[str, Any]]:
        """Every score message that arrived, in order."""
        return cast(list[dict[str, Any]], self.control("GET", "/scores"))

    def result(self, of: str = ROSA) -> dict[str, Any] | None:
        """What the gradebook holds for a learner."""
        found = self.control("GET", "/results")
        return next((one for one in found if one["person_id"] == of), None)


@contextmanager
def a_gradebook(
    runtime: Runtime, folder: Path, *, family: Family = Family.GENERIC, slug: str = "harbour"
) -> Iterator[Gradebook]:
    """Run a practice LMS of one family, whose registration is stored."""
    state_path = folder / f"practice-{slug}.db"
    give_key(state_path)
    with runtime.writing() as session:
        keyring.ensure_tool_key(
            session,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
    with _serving_keys(runtime) as tool_url:
        port = free_port()
        settings = demo_settings(
            base_url=f"http://127.0.0.1:{port}",
            tool_url=tool_url,
            state_path=state_path,
            family=family,
        )
        settings = replace(settings, clock=runtime.clock)
        with PracticeServer(create_platform(settings), host="127.0.0.1", port=port) as server:
            yield _gradebook(runtime, settings, server, slug)


def _gradebook(
    runtime: Runtime, settings: PlatformSettings, server: PracticeServer, slug: str
) -> Gradebook:
    query = "?type_id=1" if settings.family is Family.MOODLE else ""
    with runtime.writing() as session:
        course = rows.a_course(session, slug=slug)
        course.registration.auth_token_url = settings.token_url
        course.registration.client_id = settings.tool.client_id
        course.registration.family = settings.family.value
        course.link.line_item_url = (
            f"{settings.base_url}/services/{COURSE}/lineitems/{ACTIVITY}0/lineitem{query}"
        )
        learners = {}
        for sub in (ROSA, MAXIMILIANA, LAYLA):
            learners[sub] = rows.a_user(session, course, name=f"Learner {sub}")
            learners[sub].sub = sub
        submissions = {
            sub: rows.a_submission(session, course, user) for sub, user in learners.items()
        }
    return Gradebook(
        runtime=runtime,
        settings=settings,
        server=server,
        course=course,
        learners=learners,
        submissions=submissions,
        parts=some_parts(runtime),
    )


def some_parts(runtime: Runtime) -> DeliveringParts:
    """What one worker has; another worker has its own."""
    return DeliveringParts(
        database=runtime.database,
        client=service_client(runtime),
        urls=PublicURLs(runtime.settings.base_url),
        clock=runtime.clock,
        random_bytes=bytes,
        turns=Turns(),
        is_stopping=lambda: False,
    )


@contextmanager
def _serving_keys(runtime: Runtime) -> Iterator[str]:
    """Serve the tool's public keys, whatever is asked for."""

    def answer(_: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        with runtime.reading() as session:
            body = keyring.tool_jwks(session, now=runtime.clock())
        start("200 OK", [("Content-Type", "application/json")])
        return [body]

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
