"""What is in an offline kit, as files and as the page in it reads them. Pure."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from badges.baking import bake
from keys.did import did_web_document_url
from lti_tool.services.foreign.saved import SavedCredential, SavedDocument
from lti_tool.services.pictures import PNG
from lti_tool.services.urls import IMAGE_ENDINGS

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
