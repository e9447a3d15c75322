"""The tool's public keys, fetched from its JWK Set when an unknown one is named."""

from threading import Lock

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lti_tool.sandbox.errors import TokenInvalidError
from lti_tool.sandbox.jose import ParsedToken, parse_jwk_set, parse_token, verify_signature

TIMEOUT_SECONDS = (3, 10)


class ToolKeys:
    """The keys of one tool; each is fetched once, an unknown one every time."""

    def __init__(self, jwks_url: str) -> None:
        self._jwks_url = jwks_url
        self._keys: dict[str, RSAPublicKey] = {}
        self._lock = Lock()

    def verify(self, text: str) -> ParsedToken:
        """Return the parts of a JWT that the tool signed.

        Raises:
            TokenInvalidError: malformed, of an unknown key, or of another hand.
        """
        token = parse_token(text)
        verify_signature(token, self._find(str(token.header["kid"])))
        return token

    def _find(self, kid: str) -> RSAPublicKey:
        """Return the key `kid` of the tool."""
        with self._lock:
            if kid not in self._keys:
                self._keys = self._fetch()
            key = self._keys.get(kid)
        if key is None:
            raise TokenInvalidError("the tool publishes no such key")
        return key

    def _fetch(self) -> dict[str, RSAPublicKey]:
        """Return what the tool publishes now."""
        try:
            answer = requests.get(self._jwks_url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            answer.raise_for_status()
            document = answer.json()
        except requests.RequestException as error:
            raise TokenInvalidError("the tool's keys could not be fetched") from error
        return parse_jwk_set(document)
