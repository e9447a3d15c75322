"""id_tokens: as they should be, and broken on purpose for tests."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from flask import Flask

from lti_tool.sandbox.claims import build_claims
from lti_tool.sandbox.courses import get_activity
from lti_tool.sandbox.documents import typed_values
from lti_tool.sandbox.errors import RequestError
from lti_tool.sandbox.jose import PlatformKey, encode, encode_json
from lti_tool.sandbox.launches import LaunchFacts, gather_facts
from lti_tool.sandbox.model import Launch
from lti_tool.sandbox.platform import EXTENSION, Platform
from lti_tool.sandbox.state import list_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaws:
    """How an id_token differs from a good one; the default does not."""

    claims: Mapping[str, object] = field(default_factory=dict)
    """Claims to set instead; None removes the claim."""
    header: Mapping[str, object] = field(default_factory=dict)
    """Header members to set instead, `alg` none and HS256 included; None removes one."""
    is_tampered: bool = False
    """A claim is changed after signing."""
    has_foreign_signature: bool = False
    """Another key signed, under the kid of the right one."""


def mint_id_token(
    app: Flask, *, person_id: str, activity_id: str, nonce: str, flaws: Flaws | None = None
) -> str:
    """Return an id_token for a person who opens an activity, without login or launch.

    Args:
        app: A platform that `create_platform` made.
        person_id: A member of the activity's course.
        activity_id: The resource link.
        nonce: The nonce of the tool's authentication request.
        flaws: What to break; nothing by default.
    """
    platform: Platform = app.extensions[EXTENSION]
    now = platform.now()
    with platform.state.transaction() as db:
        activity = get_activity(db, activity_id)
        launch = Launch(
            id=secrets.token_urlsafe(18),
            person_id=person_id,
            course_id=activity.course_id,
            activity_id=activity_id,
            target_link_uri=activity.url or platform.settings.tool.launch_url,
            created_at=now,
        )
        facts = gather_facts(db, platform.settings, launch)
        key = list_keys(db)[-1]
    return sign_launch(facts, key, nonce=nonce, now=now, flaws=flaws or Flaws())


def sign_launch(
    facts: LaunchFacts, key: PlatformKey, *, nonce: str, now: datetime, flaws: Flaws
) -> str:
    """Return the id_token of a launch, with its flaws."""
    claims = _changed(build_claims(facts, nonce=nonce, now=now), flaws.claims)
    header = _changed({"typ": "JWT", "alg": "RS256", "kid": key.kid}, flaws.header)
    signer = PlatformKey.generate(key.kid) if flaws.has_foreign_signature else key
    head, body = encode_json(header), encode_json(claims)
    signature = _sign(f"{head}.{body}".encode(), signer, str(header.get("alg", "")))
    if flaws.is_tampered:
        body = encode_json({**claims, "sub": f"{claims.get('sub', '')}9"})
    return f"{head}.{body}.{encode(signature)}"


def parse_flaws(document: object) -> Flaws:
    """Return the flaws that a JSON object describes, or raise `RequestError`."""
    if not isinstance(document, Mapping):
        raise RequestError("Send a JSON object.")
    plain = {name: value for name, value in document.items() if name not in {"claims", "header"}}
    claims, header = document.get("claims", {}), document.get("header", {})
    if not isinstance(claims, Mapping) or not isinstance(header, Mapping):
        raise RequestError("claims and header are JSON objects.")
    return Flaws(claims=claims, header=header, **typed_values(Flaws, plain))


def _changed(document: dict[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """Return `document` with `changes`, without what they set to None."""
    changed = {**document, **changes}
    return {name: value for name, value in changed.items() if changes.get(name, value) is not None}


def _sign(signed: bytes, key: PlatformKey, algorithm: str) -> bytes:
    """Sign as the header claims: none, HS256 with the public key as secret, or RS256."""
    if algorithm == "none":
        return b""
    if algorithm == "HS256":
        public = key.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hmac.new(public, signed, hashlib.sha256).digest()
    return key.sign(signed)
