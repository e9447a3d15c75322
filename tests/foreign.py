"""An issuer elsewhere, served over HTTP on this machine, and its badges: valid by default."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from badges.achievement import Status
from badges.credential import build_credential
from badges.pathway import AcceptedCredential
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.status_list import StatusList, build_status_list_credential
from badges.written import serialize
from keys.did import verification_method_id
from keys.did_document import build_did_document
from keys.jwk import public_jwk, thumbprint
from keys.ring import HeldKey
from keys.signing import SigningKey, generate_ed25519, generate_rsa
from lti_tool.lti.http import GuardedSession
from lti_tool.runtime import Runtime
from lti_tool.services.foreign.checking import ForeignParts
from tests.conftest import FakeClock
from tests.credentials import an_achievement, an_issuer, some_facts

ACHIEVEMENT = "https://college.example/achievements/listening"
ADDRESS = "ada@college.example"
LONG = timedelta(days=400)


@cache
def _keys() -> tuple[SigningKey, SigningKey]:
    return generate_ed25519(), generate_rsa()


@dataclass
class College:
    """Another issuer. `pages` are what its host answers, by path; a number is a status."""

    host: str
    clock: FakeClock
    pages: dict[str, bytes | int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Serve its document, its keys and a list with nothing in it."""
        document = build_did_document(self.did, (self.document_key, self.token_key))
        self.pages["/college/did.json"] = json.dumps(document).encode()
        jwk = public_jwk(self.token_key.public)
        self.pages["/college/keys/1"] = json.dumps(jwk).encode()
        self.revoke()

    @property
    def did(self) -> str:
        """Its id."""
        return f"did:web:{self.host.replace(':', '%3A')}:college"

    @property
    def document_key(self) -> HeldKey:
        """What signs documents."""
        key = _keys()[0]
        id_ = verification_method_id(self.did, key.public)
        return HeldKey(id=id_, public=key.public, signing=key)

    @property
    def token_key(self) -> HeldKey:
        """What signs tokens."""
        key = _keys()[1]
        id_ = f"{self.did}#{thumbprint(key.public)}"
        return HeldKey(id=id_, public=key.public, signing=key)

    @property
    def list_url(self) -> str:
        """Its status list."""
        return f"http://{self.host}/status/1"

    def accepted(self, component: str = "two", **changes: str) -> AcceptedCredential:
        """What a pathway accepts of it."""
        values = {
            "component": component,
            "achievement": ACHIEVEMENT,
            "issuer": self.did,
            "title": "Listening",
            "issuer_name": "The College",
        } | changes
        return AcceptedCredential(**values)

    def badge(
        self,
        number: int = 1,
        *,
        achievement: str = ACHIEVEMENT,
        address: str = ADDRESS,
        earned_at: datetime | None = None,
        **changes: object,
    ) -> dict[str, object]:
        """An unsigned badge of somebody; `number` is its place in the status list."""
        issuer = an_issuer(id=self.did, name="The College", url=f"http://{self.host}/")
        now = earned_at or self.clock()
        facts = some_facts(
            id=f"http://{self.host}/badges/{number}",
            issuer=issuer,
            achievement=an_achievement(
                id=achievement, creator=issuer, name="Listening", result_descriptions=()
            ),
            subject_id=f"did:example:{number}",
            subject_name="Ada L.",
            results=(),
            narrative="Earned at the college.",
            status=Status(list_url=self.list_url, index=number),
            awarded_at=now,
            valid_from=now,
        )
        document = build_credential(facts) | changes
        subject = dict(document["credentialSubject"])  # type: ignore[call-overload]  # an object
        if address:
            subject["identifier"] = [
                *subject["identifier"],
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": address,
                    "identityType": "emailAddress",
                },
            ]
        return document | {"credentialSubject": subject}

    def signed(self, document: Mapping[str, object] | None = None, **changes: object) -> bytes:
        """A badge with its proof, written as people write JSON."""
        value = document or self.badge(**changes)  # type: ignore[arg-type]  # a test's own keywords
        proved = add_data_integrity_proof(value, self.document_key, created=self.clock())
        return json.dumps(proved, indent=1, ensure_ascii=False).encode()

    def compact(self, **changes: object) -> bytes:
        """A badge with its proof, without white space."""
        return serialize(json.loads(self.signed(**changes)))  # type: ignore[arg-type]  # as above

    def token(self, **changes: object) -> bytes:
        """A badge as a JWT."""
        return sign_vc_jwt(self.badge(**changes), self.token_key).encode()  # type: ignore[arg-type]  # as above

    def revoke(self, *numbers: int) -> None:
        """Serve a list in which these badges are revoked."""
        document = build_status_list_credential(
            StatusList.empty().with_set(numbers),
            url=self.list_url,
            issuer_id=self.did,
            valid_from=self.clock(),
            valid_until=self.clock() + LONG,
        )
        signed = add_data_integrity_proof(document, self.document_key, created=self.clock())
        self.pages["/status/1"] = serialize(signed)

    def fall_silent(self) -> None:
        """Answer nothing but that something is wrong."""
        self.pages.update(dict.fromkeys(self.pages, 503))


@contextmanager
def a_college(clock: FakeClock) -> Iterator[College]:
    """Serve an issuer on a port of this machine."""
    made: list[College] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            college = made[0]
            college.asked.append(self.path)
            found = college.pages.get(self.path, 404)
            body = found if isinstance(found, bytes) else b""
            self.send_response(200 if isinstance(found, bytes) else found)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.append(College(f"127.0.0.1:{server.server_port}", clock))
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield made[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def foreign_parts(runtime: Runtime, *hosts: str) -> ForeignParts:
    """What handing in needs, with these hosts of this machine let through."""
    return ForeignParts(
        issuing=runtime.issuing, http=GuardedSession(private_hosts=frozenset(hosts))
    )
