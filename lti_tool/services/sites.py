"""What a static copy of the public pages consists of: which documents, under which paths.

The copy answers when the tool is switched off. Nothing can be taken back in it any more,
so its status lists are signed for years, and only for it: those that are stored and
served stay as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from keys.did import did_web_document_url
from lti_tool.services.keyring import RingCache
from lti_tool.services.resolving import did_document_of
from lti_tool.services.status_lists import sign_for
from lti_tool.services.urls import PublicURLs
from lti_tool.store import foreign, shares, sites
from lti_tool.store import keys as key_rows
from lti_tool.store.database import Database
from lti_tool.values import Clock

BATCH = 200
"""Rows that are read at a time: what is in memory does not grow with the installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page or document that the tool serves: where, as what, and under which path it goes."""

    url: str
    path: str
    accept: str = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPages:
    """The pages of one shared badge, and the evidence page behind it, if it has one."""

    visits: tuple[Visit, ...]
    evidence_page_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LongList:
    """A status list that is good for years, in both forms."""

    id: UUID
    document: bytes
    token: bytes


def issuer_documents(database: Database, *, urls: PublicURLs) -> tuple[tuple[str, bytes], ...]:
    """Return every issuer's document, with the URL that its did:web stands for."""
    with database.reading() as session:
        return tuple(
            (
                did_web_document_url(issuer.did),
                did_document_of(session, issuer.slug, urls=urls),
            )
            for issuer in key_rows.list_issuers(session)
        )


def key_visits(database: Database, *, urls: PublicURLs) -> Iterator[Visit]:
    """Yield the keys that JWTs name, and each issuer's set of keys."""
    with database.reading() as session:
        found = [(issuer.slug, key.id) for issuer, key in sites.list_issuer_keys(session)]
    for slug, key_id in found:
        yield _as_is(urls.key(slug, key_id))
    for slug in dict.fromkeys(slug for slug, _ in found):
        yield _as_is(f"{urls.base_url}/issuers/{slug}/jwks.json")


def endorsement_visits(database: Database, *, urls: PublicURLs) -> Iterator[Visit]:
    """Yield what issuers of ours have endorsed."""
    with database.reading() as session:
        ids = sites.list_endorsement_ids(session)
    for id_ in ids:
        yield _as_is(urls.endorsement(id_))


def long_lists(
    database: Database,
    *,
    valid_for: timedelta,
    rings: RingCache,
    urls: PublicURLs,
    clock: Clock,
) -> Iterator[LongList]:
    """Yield every status list, signed for so long. Nothing is stored."""
    with database.reading() as session:
        ids = sites.list_status_list_ids(session)
    for id_ in ids:
        signed = sign_for(database, id_, valid_for, rings=rings, urls=urls, clock=clock)
        yield LongList(id=id_, document=signed.document, token=signed.token)


def version_visits(database: Database, *, urls: PublicURLs) -> Iterator[Visit]:
    """Yield what there is of every version that was published at some time."""
    after = None
    while True:
        with database.reading() as session:
            batch = sites.list_public_versions(session, after=after, limit=BATCH)
        for id_, kind, image_type in batch:
            yield from _of_version(id_, kind, image_type, urls)
        if len(batch) < BATCH:
            return
        after = batch[-1][0]


def shared_pages(database: Database, *, urls: PublicURLs) -> Iterator[SharedPages]:
    """Yield the pages of every badge that its earner shares, in the form that they share."""
    after = None
    while True:
        with database.reading() as session:
            batch = sites.list_live_shares(session, after=after, limit=BATCH)
            records = _public_records(session, [one[5] for one in batch])
            # A link to a microcredential shows it whole: it has no other form.
            elsewhere = foreign.list_shared_ids(session, [one[2] for one in batch])
        for _, token, shown_id, evidence_page_id, origin, record_id in batch:
            yield SharedPages(
                visits=(
                    *_of_share(token, shown_id, urls),
                    *_of_record(token, records, record_id, urls),
                ),
                evidence_page_id=evidence_page_id if origin != "pathway" else None,
            )
        for foreign_id in elsewhere:
            visit = _as_is(urls.component(foreign_id))
            yield SharedPages(visits=(visit,), evidence_page_id=None)
        if len(batch) < BATCH:
            return
        after = batch[-1][0]


def _of_version(id_: UUID, kind: str, image_type: str, urls: PublicURLs) -> Iterator[Visit]:
    page = urls.achievement(id_)
    yield Visit(url=page, path=f"{_path(page)}/index.html")
    # A redirect to the page, here the page itself: a file cannot lead elsewhere.
    yield Visit(url=page, path=f"{_path(urls.criteria(id_))}/index.html")
    yield _as_is(urls.achievement(id_, ".json"))
    if kind == "badge":
        rubric = urls.rubric(id_)
        yield Visit(url=rubric, path=f"{_path(rubric)}/index.html")
    for media_type in dict.fromkeys((image_type, "image/png")):
        yield _as_is(urls.image(id_, media_type))
    yield _as_is(urls.card(id_))


def _of_share(token: str, shown_id: UUID, urls: PublicURLs) -> Iterator[Visit]:
    page, credential = urls.shared(token), urls.credential(shown_id)
    yield Visit(url=page, path=f"{_path(page)}/index.html")
    # Programs ask here for the document; people come by the link that they were given.
    yield Visit(url=credential, path=_path(credential), accept="application/vc")
    yield Visit(url=credential, path=f"credential-pages/{shown_id}.html")
    for form in (".json", ".jwt", ".png", ".picture"):
        yield _as_is(urls.shared(token, form))


def _public_records(session: Session, ids: Sequence[UUID | None]) -> frozenset[UUID]:
    """Return which learner records the world sees: those of which everything is shared."""
    return frozenset(
        id_
        for id_ in ids
        if id_ is not None and shares.find_shared_record(session, shares.is_record(id_))
    )


def _of_record(
    token: str, public: frozenset[UUID], record_id: UUID | None, urls: PublicURLs
) -> Iterator[Visit]:
    if record_id in public and record_id is not None:
        yield _as_is(urls.shared(token, ".record"))
        credential = urls.credential(record_id)
        yield Visit(url=credential, path=_path(credential), accept="application/vc")


def _as_is(url: str) -> Visit:
    return Visit(url=url, path=_path(url), accept="*/*")


def _path(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
