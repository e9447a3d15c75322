"""Offline kits: a credential with all that somebody needs to check it without asking anybody.

Everything is as issued, byte for byte, or as it is served now: the issuer's document and
the status lists are of the day on which the kit is made, and the kit says so.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from badges.baking import bake
from badges.summary import read_summary
from badges.untrusted import parse_object
from keys.did import did_web_document_url
from lti_tool.errors import NotFoundError
from lti_tool.services.endorsed import endorsements_in
from lti_tool.services.foreign.saved import SavedCredential, SavedDocument, list_saved
from lti_tool.services.jwt_forms import complete
from lti_tool.services.pictures import PNG, picture_of
from lti_tool.services.records import SigningParts
from lti_tool.services.resolving import did_document_of, jwk_of
from lti_tool.services.urls import IMAGE_ENDINGS, PublicURLs
from lti_tool.store import awards, pathways, shares
from lti_tool.store.awards import CredentialParts
from lti_tool.store.rows import EndorsementRow, IssuerRow

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class KitFile:
    """One file; `kind` says what it is, for the kit's README to put into words."""

    name: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KitIssuer:
    """An issuer's document, and the key that signed the token, unless nobody may believe it."""

    did: str
    document: bytes
    jwk: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KitList:
    """A status list in both forms, as served."""

    document: bytes
    token: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KitCredential:
    """A credential in both forms, as issued."""

    title: str
    document: bytes
    token: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """A credential with what it takes to check it, as of `saved_at`.

    `components` are the badges that a microcredential rests on; issuers and lists are
    those of all of them and of endorsers of ours, the credential's own first. `foreign` are
    credentials of other issuers on which it rests, with what was saved of those.
    """

    credential_id: UUID
    saved_at: datetime
    credential: KitCredential
    components: tuple[KitCredential, ...]
    issuers: tuple[KitIssuer, ...]
    lists: tuple[KitList, ...]
    issuer_name: str
    picture: bytes
    """The badge's image, without the credential in it."""
    picture_type: str
    learner_record: bytes | None
    """The record that holds a microcredential with its badges; none beside a badge."""
    png: bytes
    """The image as PNG; the very same where it is one."""
    picture_alt: str
    foreign: tuple[SavedCredential, ...] = ()

    @property
    def foreign_documents(self) -> tuple[SavedDocument, ...]:
        """What was saved of other issuers, each document once."""
        found = {(one.kind, one.uri): one for whole in self.foreign for one in whole.documents}
        return tuple(found.values())

    @property
    def files(self) -> tuple[KitFile, ...]:
        """What the folder holds, apart from the page and the README."""
        return tuple(self._files())

    @property
    def page_data(self) -> dict[str, object]:
        """What the page checks, as it stands in the page. Files are UTF-8, so text keeps them."""
        return {
            "savedAt": self.saved_at.isoformat(),
            "credential": _forms(self.credential),
            "components": [
                *(_forms(one) | {"title": one.title} for one in self.components),
                *map(_elsewhere, self.foreign),
            ],
            "issuers": [
                *(one.document.decode() for one in self.issuers),
                *(one.body.decode() for one in self.foreign_documents if one.kind == "issuer"),
            ],
            # The page reads lists as tokens only.
            "lists": [
                *(one.token.decode() for one in self.lists),
                *(
                    one.body.decode()
                    for one in self.foreign_documents
                    if one.kind == "list" and not one.is_json
                ),
            ],
        }

    @property
    def picture_url(self) -> str:
        """The picture as a data URL."""
        return f"data:{self.picture_type};base64,{b64encode(self.picture).decode()}"

    @property
    def issuer_urls(self) -> tuple[str, ...]:
        """Where the issuers' documents are served."""
        return tuple(did_web_document_url(one.did) for one in self.issuers)

    def _files(self) -> Iterator[KitFile]:
        yield KitFile(name="credential.json", kind="document", data=self.credential.document)
        yield KitFile(name="credential.jwt", kind="token", data=self.credential.token)
        for picture, media_type in dict.fromkeys(
            ((self.png, PNG), (self.picture, self.picture_type))
        ):
            name = f"badge.{IMAGE_ENDINGS[media_type]}"
            baked = bake(picture, self.credential.document)
            yield KitFile(name=name, kind="picture", data=baked)
        for end, issuer in _numbered(self.issuers):
            yield KitFile(name=f"did{end}.json", kind="issuer", data=issuer.document)
            if issuer.jwk is not None:
                yield KitFile(name=f"key{end}.json", kind="key", data=issuer.jwk)
        for end, listed in _numbered(self.lists):
            yield KitFile(name=f"status-list{end}.json", kind="list", data=listed.document)
            yield KitFile(name=f"status-list{end}.jwt", kind="list", data=listed.token)
        if self.learner_record is not None:
            yield KitFile(name="learner-record.json", kind="record", data=self.learner_record)
        for number, one in enumerate(self.components, start=1):
            for form, data in (("json", one.document), ("jwt", one.token)):
                yield KitFile(name=f"component-{number}.{form}", kind="component", data=data)
        yield from self._files_of_others()

    def _files_of_others(self) -> Iterator[KitFile]:
        # Known by the end of the address under which the microcredential names it.
        for saved in self.foreign:
            yield KitFile(name=f"{saved.id}.{saved.form}", kind="foreign", data=saved.document)
        for end, document in _numbered(self.foreign_documents):
            form = "json" if document.is_json else "jwt"
            yield KitFile(name=f"elsewhere{end}.{form}", kind="elsewhere", data=document.body)


def find_kit(parts: SigningParts, credential_id: UUID) -> Kit:
    """Return the kit of a credential as it is now; a form that is missing is signed first.

    Raises:
        NotFoundError: its badge has no image, which a published one always has.
        BadgesError: a form that is missing would not verify.
    """
    with parts.database.reading() as session:
        asked = _find(session, credential_id)
        components = [one[0].id for one in _components(session, asked[1].id)]
    complete(parts, [credential_id, *components])
    with parts.database.reading() as session:
        found = _find(session, credential_id)
        return _gather(session, found, urls=parts.urls, now=parts.clock())


def _find(session: Session, credential_id: UUID) -> CredentialParts:
    found = awards.find_credential(session, credential_id)
    if found is None:
        raise NotFoundError("no such credential")
    return found


def _gather(session: Session, parts: CredentialParts, *, urls: PublicURLs, now: datetime) -> Kit:
    credential, award, version, issuer = parts
    if version.image is None:
        raise NotFoundError("no image")
    all_parts = (parts, *_components(session, award.id))
    endorsed = tuple(_own_endorsements(session, all_parts))
    record = shares.find_form(session, credential.id, shares.LEARNER_RECORD)
    summary = read_summary(parse_object(credential.document))
    return Kit(
        credential_id=credential.id,
        saved_at=now,
        credential=_credential(parts),
        components=tuple(map(_credential, all_parts[1:])),
        issuers=tuple(_issuers(session, all_parts, endorsed, urls)),
        lists=tuple(_lists(session, all_parts, endorsed)),
        issuer_name=issuer.name,
        picture=version.image,
        picture_type=version.image_type,
        png=picture_of(version, PNG),
        learner_record=record.document if record else None,
        picture_alt=summary.image_caption or version.title,
        foreign=list_saved(session, award.id, urls=urls),
    )


def _components(session: Session, award_id: UUID) -> Iterator[CredentialParts]:
    listed = pathways.list_components(session, award_id)
    for _, credential, _ in sorted(listed, key=lambda found: (found[0].awarded_at, found[0].id)):
        parts = awards.find_credential(session, credential.id)
        if parts is not None:
            yield parts


def _credential(parts: CredentialParts) -> KitCredential:
    credential, _, version, _ = parts
    if credential.token is None:
        raise LookupError(f"credential {credential.id} has no token")
    return KitCredential(title=version.title, document=credential.document, token=credential.token)


def _own_endorsements(
    session: Session, all_parts: tuple[CredentialParts, ...]
) -> Iterator[EndorsementRow]:
    """Yield what the credentials carry of issuers of ours; what others signed is theirs to tell."""
    for credential, *_ in all_parts:
        for row in endorsements_in(session, credential.document):
            if row.endorser_id is not None:
                yield row


def _issuers(
    session: Session,
    all_parts: tuple[CredentialParts, ...],
    endorsed: tuple[EndorsementRow, ...],
    urls: PublicURLs,
) -> Iterator[KitIssuer]:
    keys = {parts[3].id: parts[0].token_key_id for parts in reversed(all_parts)}
    signers = [parts[3] for parts in all_parts]
    endorsers = [session.get_one(IssuerRow, row.endorser_id) for row in endorsed]
    for issuer in {one.id: one for one in (*signers, *endorsers)}.values():
        try:
            jwk = jwk_of(session, issuer.slug, keys.get(issuer.id) or "")
        except NotFoundError:
            jwk = None
        document = did_document_of(session, issuer.slug, urls=urls)
        yield KitIssuer(did=issuer.did, document=document, jwk=jwk)


def _lists(
    session: Session,
    all_parts: tuple[CredentialParts, ...],
    endorsed: tuple[EndorsementRow, ...],
) -> Iterator[KitList]:
    ids = [parts[0].status_list_id for parts in all_parts]
    of_endorsements = [row.status_list_id for row in endorsed if row.status_list_id is not None]
    for list_id in dict.fromkeys((*ids, *of_endorsements)):
        row = awards.get_status_list(session, list_id)
        yield KitList(document=row.document, token=row.token)


def _forms(credential: KitCredential) -> dict[str, str]:
    return {"document": credential.document.decode(), "token": credential.token.decode()}


def _elsewhere(saved: SavedCredential) -> dict[str, str]:
    """Return a credential of another issuer as the page gets it: in the one form that there is."""
    form = "document" if saved.form == "json" else "token"
    return {
        "title": f"{saved.title} ({saved.issuer_name})",
        "url": saved.url,
        "savedAt": saved.checked_at.isoformat(),
        form: saved.document.decode(),
    }


def _numbered(items: tuple[Item, ...]) -> Iterator[tuple[str, Item]]:
    """Yield items with what their names end with: nothing for the first, then -2, -3."""
    for number, item in enumerate(items, start=1):
        yield (f"-{number}" if number > 1 else ""), item
