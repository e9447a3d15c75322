"""What a static copy consists of, read batch by batch from either database."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from lti_tool.runtime import Runtime
from lti_tool.services import endorsing, sharing, sites
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import AchievementVersionRow, ShareRow
from lti_tool.views.sites import Exporter
from tests.stacked import Ladder, a_ladder, add_dean

URLS = PublicURLs("https://tool.example")
YEAR = timedelta(days=365)


@pytest.fixture(params=[1, 3, 200])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that end before, at and behind the last row."""
    monkeypatch.setattr(sites, "BATCH", request.param)


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Four badges, three of them shared."""
    made = a_ladder(runtime)
    made.release_all()
    for slug in ("one", "two", "three"):
        sharing.share(
            runtime.issuing,
            made.learner.earner_id,
            made.credential(slug).id,
            random_token=runtime.random_token,
        )
    return made


@pytest.mark.usefixtures("batch")
def test_each_row_comes_once_whatever_the_batch(ladder: Ladder) -> None:
    """Every published version, and every link that lives."""
    runtime = ladder.runtime
    with runtime.reading() as session:
        tokens = set(session.scalars(select(ShareRow.token)))
    shared = list(sites.shared_pages(runtime.database, urls=URLS))
    pages = [one.visits[0].url for one in shared]
    versions = [
        visit.path.split("/")[1]
        for visit in sites.version_visits(runtime.database, urls=URLS)
        if visit.path.endswith("card.png")
    ]

    assert sorted(pages) == sorted(URLS.shared(token) for token in tokens)
    assert sorted(map(UUID, versions)) == sorted(ladder.versions.values())
    assert all(one.evidence_page_id for one in shared)


def test_what_ends_meanwhile_is_left_out(ladder: Ladder, app: Flask) -> None:
    """A badge that its earner hides while the copy is written, and a version that is a draft."""
    runtime = ladder.runtime
    with runtime.writing() as session:
        session.execute(
            update(AchievementVersionRow)
            .where(AchievementVersionRow.id == ladder.versions["four"])
            .values(state="draft")
        )
        share = session.scalars(
            select(ShareRow).where(ShareRow.credential_id == ladder.credential("two").id)
        ).one()
    exported = Exporter(app, runtime)
    files = dict(exported.documents(YEAR))
    for path, data in exported.pages():
        files[path] = data
        with runtime.writing() as session:
            session.get_one(ShareRow, share.id).ended_at = runtime.clock()

    assert not [path for path in files if share.token in path]
    assert not [path for path in files if str(ladder.versions["four"]) in path]
    assert len([path for path in files if path.startswith("credentials/")]) == 2


def test_every_page_of_the_copy_says_that_it_is_one(ladder: Ladder, app: Flask) -> None:
    """With its day, as it hears of nothing after; the tool's own pages never do."""
    files = dict(Exporter(app, ladder.runtime).pages())
    pages = [data.decode() for path, data in files.items() if path.endswith(".html")]
    path = next(path for path in files if path.startswith("s/") and path.endswith("/index.html"))
    own = app.test_client().get(f"/{path.removesuffix('/index.html')}", base_url=URLS.base_url)

    assert len(pages) > 10
    assert all("A copy of" in page and "November 21, 2026" in page for page in pages)
    assert own.status_code == 200
    assert "A copy of" not in own.text


def test_what_our_issuers_endorse_is_in_the_copy(ladder: Ladder, app: Flask) -> None:
    """At its own id, as served."""
    runtime = ladder.runtime
    add_dean(runtime)
    row = endorsing.endorse(
        runtime.issuing,
        endorser="dean",
        subject=URLS.achievement(ladder.versions["one"]),
        comment="Sound.",
    )

    files = dict(Exporter(app, runtime).documents(YEAR))
    assert files[f"endorsements/{row.id}"] == row.document


def test_the_copy_has_the_same_bytes_as_the_tool(ladder: Ladder, app: Flask) -> None:
    """Documents and pictures; lists are its own."""
    runtime, client = ladder.runtime, app.test_client()
    exported = Exporter(app, runtime)
    files = dict(exported.documents(YEAR)) | dict(exported.pages())
    same = [path for path in files if path.endswith((".json", ".jwt", ".png", ".svg", ".css"))]

    for path in (*same, *(path for path in files if path.startswith("credentials/"))):
        answer = client.get(
            f"/{path}", base_url="https://tool.example", headers={"Accept": "application/vc, */*"}
        )
        assert (answer.status_code, answer.data) == (200, files[path]), path
    (path,) = (path for path in files if path.startswith("status/"))
    served = json.loads(client.get(f"/{path}", base_url="https://tool.example").data)
    exported_list = json.loads(files[path])
    assert exported_list["credentialSubject"] == served["credentialSubject"]
    assert exported_list["validUntil"] > served["validUntil"]
