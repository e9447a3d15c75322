"""The public pages and documents as files, fetched as a visitor of the tool itself gets them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from importlib.resources import files
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, render_template
from flask.testing import FlaskClient

from lti_tool.errors import LtiToolError
from lti_tool.runtime import Runtime
from lti_tool.services import evidence_pages, sites
from lti_tool.services.models import ArtefactView, CriterionEvidence
from lti_tool.services.pages.evidence import EvidencePage
from lti_tool.services.sites import LongList, Visit
from lti_tool.services.urls import PublicURLs
from lti_tool.views.kits import verifying_page
from lti_tool.views.surroundings import COPIED_ON, file_links

File = tuple[str, bytes]
"""A path below the site, and what stands there."""
FILES = "/files/"
"""What the addresses of files have in them. They end after some hours."""
_LIBRARY = re.compile(rb'(?:href|src)="(/bootstrap/[^"?]+)')


class Exporter:
    """Visits an application from inside, and hands on what it answers."""

    def __init__(self, app: Flask, here: Runtime) -> None:
        self._app = app
        self._here = here
        self._urls = PublicURLs(here.settings.base_url)
        self._copied = {COPIED_ON: here.clock()}
        self._client: FlaskClient = app.test_client()
        self._libraries: set[str] = set()

    def documents(self, valid_for: timedelta) -> Iterator[File]:
        """Yield what verifiers ask for: issuers, keys and lists; and the page that verifies."""
        database, urls = self._here.database, self._urls
        issuers = sites.issuer_documents(database, urls=urls)
        for url, document in issuers:
            if urlsplit(url).netloc == urlsplit(urls.base_url).netloc:
                yield urlsplit(url).path.removeprefix("/"), document
        yield from self._visit(sites.key_visits(database, urls=urls))
        yield from self._visit(sites.endorsement_visits(database, urls=urls))
        tokens = []
        for one in self._lists(valid_for):
            yield f"status/{one.id}", one.document
            yield f"status-jwt/{one.id}", one.token
            tokens.append(one.token)
        with self._app.test_request_context(base_url=urls.base_url):
            page = verifying_page([one for _, one in issuers], tokens, self._here.clock())
        yield "verify/index.html", page.encode()

    def elsewhere(self) -> Iterator[File]:
        """Yield issuers' documents whose host is another one than the tool's, by host and path."""
        for url, document in sites.issuer_documents(self._here.database, urls=self._urls):
            parts = urlsplit(url)
            if parts.netloc != urlsplit(self._urls.base_url).netloc:
                yield f"{parts.netloc}{parts.path}", document

    def pages(self) -> Iterator[File]:
        """Yield all that people see, then the style sheets and scripts of it."""
        database, urls = self._here.database, self._urls
        yield from self._visit(sites.version_visits(database, urls=urls))
        for shared in sites.shared_pages(database, urls=urls):
            yield from self._visit(shared.visits)
            if shared.evidence_page_id is not None:
                path = f"evidence/{shared.evidence_page_id}/index.html"
                yield path, self._evidence(shared.evidence_page_id)
        libraries = sorted(self._libraries)
        yield from self._visit(Visit(url=one, path=one[1:], accept="*/*") for one in libraries)
        yield from _static_files()

    def _lists(self, valid_for: timedelta) -> Iterator[LongList]:
        here = self._here
        return sites.long_lists(
            here.database,
            valid_for=valid_for,
            rings=here.rings,
            urls=self._urls,
            clock=here.clock,
        )

    def _visit(self, visits: Iterable[Visit]) -> Iterator[File]:
        for visit in visits:
            data = self._fetch(visit.url, visit.accept)
            # What its earner took back since it was listed is left out.
            if data is not None:
                yield visit.path, data

    def _fetch(self, url: str, accept: str) -> bytes | None:
        """Return what the tool answers; None where it says that there is nothing."""
        answer = self._client.get(
            urlsplit(url).path,
            base_url=self._urls.base_url,
            headers={"Accept": accept},
            environ_overrides=self._copied,
        )
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        if answer.status_code != HTTPStatus.OK:
            raise LtiToolError(f"{url} answered {answer.status_code}, so nothing is complete")
        data: bytes = answer.data
        self._libraries |= {found.decode() for found in _LIBRARY.findall(data)}
        return data

    def _evidence(self, evidence_page_id: UUID) -> bytes:
        with self._app.test_request_context(
            base_url=self._urls.base_url, environ_overrides=self._copied
        ):
            with self._here.reading() as session:
                page = evidence_pages.public_page(
                    session, evidence_page_id, urls=self._urls, links=file_links()
                )
            text = render_template("credentials/evidence.html", page=_without_files(page))
        return text.encode()


def _without_files(page: EvidencePage) -> EvidencePage:
    """Return the page without handing out a file: whoever is in one may say no at any time."""
    return replace(
        page,
        artefacts=tuple(map(_named_alone, page.artefacts)),
        criteria=tuple(map(_pointing_within, page.criteria)),
    )


def _named_alone(artefact: ArtefactView) -> ArtefactView:
    if artefact.kind == "link":
        return artefact
    return replace(artefact, kind="file", url="", download_url=None)


def _pointing_within(evidence: CriterionEvidence) -> CriterionEvidence:
    return replace(
        evidence,
        references=tuple(
            replace(one, url=f"#artefact-{one.source_id}") if FILES in one.url else one
            for one in evidence.references
        ),
    )


def _static_files() -> Iterator[File]:
    root = files("lti_tool") / "static"
    folders = [("static", root)]
    while folders:
        path, folder = folders.pop()
        for one in sorted(folder.iterdir(), key=lambda found: found.name):
            if one.is_dir():
                folders.append((f"{path}/{one.name}", one))
            else:
                yield f"{path}/{one.name}", one.read_bytes()
