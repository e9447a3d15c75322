"""Several issuers under one host: each with its own DID, keys and lists."""

import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from badges.verification import verify
from keys.did import did_web_document_url
from lti_tool.runtime import Runtime
from lti_tool.services import compromising, rotating
from lti_tool.services.examining import examine
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import CredentialRow, IssuerRow, StatusListRow, UserRow
from tests import rows
from tests.stages import PASS, Stage, a_stage


@pytest.fixture
def stages(runtime: Runtime) -> tuple[Stage, Stage]:
    """Two departments of one college, with a program each; one learner's work for both."""
    first = a_stage(runtime, PASS)
    with runtime.writing() as session:
        program = rows.a_program(
            session, first.course.organisation, slug="music", issuer_slug="music"
        )
        achievement = rows.an_achievement(session, program)
        course = replace(
            first.course,
            program=program,
            issuer=session.get_one(IssuerRow, program.issuer_id),
            achievement=achievement,
            version=rows.a_version(session, achievement),
        )
        learner = session.get_one(UserRow, first.learner_id)
        attempt = rows.an_attempt(session, rows.a_submission(session, course, learner))
        rater = session.get_one(UserRow, first.launch.user_id)
        rows.an_assessment(session, attempt, rater, PASS)
        rotating.make_missing_keys(session, runtime.key_parts)
    second = replace(first, course=course, attempt_id=attempt.id)
    for stage in (first, second):
        stage.release()
    return first, second


def the_credential(stage: Stage) -> CredentialRow:
    """The badge of one department."""
    with stage.runtime.reading() as session:
        return session.scalars(
            select(CredentialRow).where(CredentialRow.issuer_id == stage.course.issuer.id)
        ).one()


def test_each_department_signs_with_its_own_keys(stages: tuple[Stage, Stage], app: Flask) -> None:
    """Its document is where its DID says, lists its keys and nobody else's; both badges verify."""
    runtime, client = stages[0].runtime, app.test_client()
    resolver = OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))
    listed: list[set[str]] = []
    for stage in stages:
        did, credential = stage.course.issuer.did, the_credential(stage)
        url = did_web_document_url(did)
        assert url == f"https://tool.example/issuers/{stage.course.issuer.slug}/did.json"
        document = client.get(url.removeprefix("https://tool.example")).json
        assert document is not None
        assert document["id"] == did
        assert {one["controller"] for one in document["verificationMethod"]} == {did}
        listed.append({one["id"].partition("#")[2] for one in document["verificationMethod"]})
        named = json.loads(credential.document)["proof"][0]["verificationMethod"]
        assert named in document["assertionMethod"]
        for form in (credential.document, credential.token or b""):
            found = verify(form, resolver=resolver, now=runtime.clock())
            assert found.issuer_id == did
    assert [len(one) for one in listed] == [2, 2]
    assert listed[0].isdisjoint(listed[1])
    with runtime.reading() as session:
        lists = session.scalars(select(StatusListRow)).all()
    assert {one.issuer_id for one in lists} == {stage.course.issuer.id for stage in stages}
    assert len(lists) == 2


def test_a_key_that_one_department_lost_is_not_the_others_trouble(
    stages: tuple[Stage, Stage],
) -> None:
    """The other's badge, list and keys stay as they are."""
    runtime = stages[0].runtime
    credentials = [the_credential(stage) for stage in stages]
    lost, spared = credentials
    compromising.compromise(
        runtime.issuing, runtime.key_parts, lost.document_key_id, since=runtime.clock()
    )

    resolver = OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))
    reports = [
        examine(one.document, resolver=resolver, now=runtime.clock()).status for one in credentials
    ]
    assert reports == ["broken", "valid"]
    with runtime.reading() as session:
        found = rotating.list_keys(session, now=runtime.clock())
    assert {one.id: one.state for one in found}[spared.document_key_id] == "current"
