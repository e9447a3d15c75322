"""The demo's installation in this process: no sockets, SQLite with synchronous FULL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import select

from keys.ring import KeyRing
from lti_tool.app import create_app, make_runtime
from lti_tool.cli.demo import DemoPlaces, prepare
from lti_tool.config import settings_from
from lti_tool.environment import read_settings_file
from lti_tool.lti.jwks_cache import JWKSCache
from lti_tool.runtime import Runtime
from lti_tool.sandbox.app import close_platform, create_platform
from lti_tool.sandbox.demo import demo_settings
from lti_tool.services.releasing import release_decision
from lti_tool.store.rows import AwardRow, CredentialRow, IssuerRow, ShareRow
from tests.demo_course import Work, store_work, with_learners

SHARE_TOKEN = "the-share-link-of-a-benchmark"  # noqa: S105 - opens an invented badge
PLACES = DemoPlaces(folder=Path(), port=8100, lms_port=8101)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The tool and the practice LMS, work in a course of it, and the first badge from there."""

    runtime: Runtime
    tool: Flask
    lms: Flask
    work: Work
    award: AwardRow
    credential: CredentialRow
    ring: KeyRing


@contextmanager
def an_installation(*, learners: int) -> Iterator[Installation]:
    """Lend an installation with so many learners whose work waits; the first has the badge."""
    with TemporaryDirectory() as folder:
        places = replace(PLACES, folder=Path(folder))
        prepare(places)
        settings = settings_from(read_settings_file(places.settings_file))
        runtime = make_runtime(settings, wake=lambda: None)
        practice = with_learners(
            demo_settings(base_url=places.lms_url, tool_url=places.tool_url), learners
        )
        lms = create_platform(practice)
        keys = lms.test_client().get("/lti/jwks.json", base_url=places.lms_url).data
        runtime = replace(runtime, jwks=JWKSCache(lambda _: keys, runtime.clock))
        work = store_work(runtime, practice, learners=learners)
        try:
            yield _with_first_badge(runtime, lms, work)
        finally:
            close_platform(lms)
            runtime.database.dispose()


def _with_first_badge(runtime: Runtime, lms: Flask, work: Work) -> Installation:
    first = work.waiting[0]
    release_decision(
        runtime.issuing, work.assessors[0], first.attempt_id, inputs_hash=first.inputs_hash
    )
    with runtime.writing() as session:
        credential = session.scalars(select(CredentialRow)).one()
        session.add(
            ShareRow(
                id=runtime.new_id(),
                credential_id=credential.id,
                token=SHARE_TOKEN,
                created_at=runtime.clock(),
                ended_at=None,
            )
        )
        return Installation(
            runtime=runtime,
            tool=create_app(runtime),
            lms=lms,
            work=work,
            award=session.get_one(AwardRow, credential.award_id),
            credential=credential,
            ring=runtime.rings.load(session, session.get_one(IssuerRow, credential.issuer_id)),
        )
