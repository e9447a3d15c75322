"""A folder of documents: what is in the files counts, and no file stops it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import ResolutionError, VerificationError
from badges.proof import sign_vc_jwt
from badges.verification import verify
from badges.written import serialize
from keys.jwk import public_jwk, thumbprint
from lti_tool.services.documents import FolderResolver
from tests.credentials import (
    DID,
    LIST_URL,
    NOW,
    a_did_document,
    a_jwt,
    a_signed_credential,
    a_signed_status_list,
    a_status_list_credential,
    es256_key,
    issuer_keys,
)

RSA = issuer_keys()[1]


def folder_with(folder: Path, **files: bytes) -> FolderResolver:
    """A resolver over files; `_` in a name stands for the dot of its ending."""
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    return FolderResolver(folder)


def test_documents_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    """Whatever the files are called; a key also by the document that lists it."""
    other = es256_key().public
    resolver = folder_with(
        tmp_path,
        a_json=serialize(a_did_document()),
        b_json=a_signed_status_list(),
        c_json=serialize(public_jwk(other)),
        d_txt=serialize({"id": "did:web:elsewhere.example", "verificationMethod": []}),
    )

    assert resolver.did_document(DID) == serialize(a_did_document())
    assert resolver.status_list(LIST_URL) == a_signed_status_list()
    assert resolver.jwk(RSA.id) == public_jwk(RSA.public)
    assert resolver.jwk(f"https://x.example/{thumbprint(other)}") == public_jwk(other)
    for ask, name in (
        (resolver.did_document, "did:web:elsewhere.example"),
        (resolver.status_list, DID),
        (resolver.jwk, "https://x.example/nothing"),
    ):
        with pytest.raises(ResolutionError):
            ask(name)


def test_a_list_may_be_there_as_a_token_alone(tmp_path: Path) -> None:
    """Or in a set of keys the key."""
    token = sign_vc_jwt(a_status_list_credential(), RSA).encode()
    resolver = folder_with(
        tmp_path, list_jwt=token + b"\n", keys_json=serialize({"keys": [public_jwk(RSA.public), 1]})
    )

    assert resolver.status_list(LIST_URL) == token
    assert resolver.jwk(RSA.id) == public_jwk(RSA.public)


def test_what_is_no_document_is_passed_over(tmp_path: Path) -> None:
    """Broken, deep, large, of wrong kinds: the good ones beside it still answer."""
    resolver = folder_with(
        tmp_path,
        a_json=b'{"id":' * 1000,
        b_json=b"\xff\xfe",
        c_json=b'{"id": 1, "type": [[]], "verificationMethod": 3}',
        d_json=b'{"kty": [], "kid": "x"}',
        e_json=b"{" + b" " * 2_000_000 + b"}",
        f_jwt=b"a.b.c",
        g_json=b'{"id": "did:x", "verificationMethod": [1, {"publicKeyJwk": 2}]}',
        good_json=serialize(a_did_document()),
    )

    assert resolver.did_document(DID) == serialize(a_did_document())


@given(
    data=st.binary(max_size=200) | st.text(alphabet='{}[]":,idtyp.e', max_size=80).map(str.encode)
)
def test_no_file_stops_it(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever is in it."""
    folder_with(tmp_path_factory.mktemp("documents"), a_json=data, b_jwt=data)


def test_nobody_elses_document_vouches(tmp_path: Path) -> None:
    """What the folder answers is checked as what the network answers."""
    resolver = folder_with(
        tmp_path,
        did_json=serialize(a_did_document(issuer_keys()[0])),
        key_json=serialize(public_jwk(RSA.public)),
        list_json=a_signed_status_list(),
    )

    verify(serialize(a_signed_credential()), resolver=resolver, now=NOW)
    with pytest.raises(VerificationError) as raised:
        verify(a_jwt(), resolver=resolver, now=NOW)
    assert "key_not_vouched_for" in {one.code for one in raised.value.checks}
