"""Kits in every state, and somebody who opens their pages from a disk without a network."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from badges.proof import sign_vc_jwt
from badges.status_list import StatusList, build_status_list_credential
from badges.written import serialize
from keys.ring import HeldKey
from lti_tool.services.kit_files import Kit, KitCredential, KitList
from lti_tool.views.kits import PAGE, kit_files, verifying_page
from tests.credentials import (
    DID,
    LIST_URL,
    NOW,
    a_did_document,
    a_document,
    a_jwt,
    issuer_keys,
)
from tests.kits import SAVED_AT, a_kit, a_list, issued, written
from tests.verifying import a_token

ED25519, RSA = issuer_keys()
LATER = SAVED_AT + timedelta(days=2)
YEARS_LATER = SAVED_AT + timedelta(days=3650)


class Visitor:
    """Somebody who opens a kit's page from their disk."""

    def __init__(self, pages: Flask, offline: BrowserContext, folder: Path) -> None:
        self._pages, self._folder = pages, folder
        self.page: Page = offline.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, kit: Kit, *, now: datetime = LATER) -> "Visitor":
        """Write the kit's files, and open its page at a time."""
        with self._pages.test_request_context():
            written(self._folder, kit_files(kit))
        self.page.clock.set_fixed_time(now)
        self.page.goto((self._folder / PAGE).as_uri())
        return self.checked()

    def open_without_badge(self, kit: Kit) -> "Visitor":
        """Open the page that stands beside no badge, for those of these issuers."""
        issuers = [one.document for one in kit.issuers]
        lists = [one.token for one in kit.lists]
        with self._pages.test_request_context():
            text = verifying_page(issuers, lists, kit.saved_at)
        (self._folder / PAGE).write_text(text, "utf-8")
        self.page.clock.set_fixed_time(LATER)
        self.page.goto((self._folder / PAGE).as_uri())
        expect(self.page.locator("#hero")).to_have_attribute("data-status", "waiting")
        return self

    def checked(self) -> "Visitor":
        """Wait until everything was checked."""
        expect(self.page.locator("#hero")).not_to_have_attribute("data-status", "checking")
        expect(self.page.locator("#checked")).to_be_visible()
        return self

    def give(self, name: str, data: bytes) -> str:
        """Give the page a file; return what it says about it."""
        file = FilePayload(name=name, mimeType="text/plain", buffer=data)
        self.page.set_input_files("#newer", file)
        told = self.page.locator("#told p")
        expect(told).to_contain_text(name)
        return told.inner_text()

    def drop(self, name: str, data: bytes, *, on: str = "#drop") -> None:
        """Drop a file somewhere on the page, as from a file manager."""
        self.page.evaluate(
            """([place, name, text]) => {
              const dataTransfer = new DataTransfer();
              dataTransfer.items.add(new File([text], name));
              const event = new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer});
              window.wasPrevented = !document.querySelector(place).dispatchEvent(event);
            }""",
            [on, name, data.decode()],
        )

    @property
    def status(self) -> str:
        """The verdict."""
        return self.page.get_attribute("#hero", "data-status") or ""

    def text(self, place: str = "main") -> str:
        """What somebody reads."""
        return self.page.inner_text(place)

    def states(self, place: str = "#checks") -> list[str]:
        """The outcome of each check."""
        return [
            item.get_attribute("data-state") or ""
            for item in self.page.locator(f"{place} li").all()
        ]

    def reasons(self) -> list[str]:
        """The codes of what does not hold, or is not known."""
        return self.page.locator("#checks code").all_inner_texts()


def token_of(unsigned: Mapping[str, object], **claims: object) -> KitCredential:
    """A token of the issuer's key with other claims than the credential implies."""
    header = {"alg": "RS256", "typ": "JWT", "kid": RSA.id}
    honest = sign_vc_jwt(unsigned, RSA).split(".")[1]
    payload = json_part(honest) | claims
    payload = {name: value for name, value in payload.items() if value is not None}
    return replace(issued(unsigned), token=a_token(header, payload).encode())


def json_part(part: str) -> dict[str, Any]:
    """One part of a token, read."""
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return dict(found)


def with_token(token: bytes) -> Kit:
    """The kit with another token beside the same document."""
    kit = a_kit()
    return replace(kit, credential=replace(kit.credential, token=token))


def with_json(document: Mapping[str, object]) -> Kit:
    """The kit with another JSON form beside the same token."""
    kit = a_kit()
    return replace(kit, credential=replace(kit.credential, document=serialize(document)))


def with_document(*keys: HeldKey, **changes: object) -> Kit:
    """The kit with an issuer document that lists other keys, or differs."""
    kit = a_kit()
    document = serialize({**a_did_document(*keys), **changes})
    return replace(kit, issuers=(replace(kit.issuers[0], document=document),))


def an_unsigned_list(*revoked: int, url: str = LIST_URL, issuer_id: str = DID) -> dict[str, object]:
    """The issuer's list with other values than usual."""
    return build_status_list_credential(
        StatusList.empty().with_set(revoked),
        url=url,
        issuer_id=issuer_id,
        valid_from=NOW,
        valid_until=NOW + timedelta(days=60),
    )


def of_list(unsigned: Mapping[str, object], key: HeldKey = RSA) -> tuple[KitList, ...]:
    """The one list of a kit."""
    return (replace(a_list(), token=sign_vc_jwt(unsigned, key).encode()),)


def a_changed_byte() -> bytes:
    """The token with another letter within its payload's text, which is still JSON."""
    header, payload, signature = a_jwt().split(".")
    padded = payload + "=" * (-len(payload) % 4)
    changed = base64.urlsafe_b64decode(padded).replace(b"Ada Lovelace", b"Eve Lovelace")
    again = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
    return f"{header}.{again}.{signature}".encode()


def an_expired_badge() -> Kit:
    """A badge whose last day is over."""
    document = a_document(validUntil="2026-11-22T00:00:00Z")
    return a_kit(credential=issued(document))
