"""Keys made once for all tests of the package: generating an RSA key takes a while."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from keys.signing import SigningKey, generate_ed25519, generate_p256, generate_rsa


@pytest.fixture(scope="session")
def ed25519_key() -> SigningKey:
    """An Ed25519 key that lives as long as the tests."""
    return generate_ed25519()


@pytest.fixture(scope="session")
def rsa_key() -> SigningKey:
    """An RSA key that lives as long as the tests."""
    return generate_rsa()


@pytest.fixture(scope="session")
def p256_key() -> SigningKey:
    """A P-256 key that lives as long as the tests."""
    return generate_p256()


@pytest.fixture(scope="session")
def own_keys(
    ed25519_key: SigningKey, rsa_key: SigningKey, p256_key: SigningKey
) -> tuple[SigningKey, ...]:
    """One key of each kind that we use."""
    return ed25519_key, rsa_key, p256_key


@pytest.fixture(scope="session")
def weak_key() -> RSAPrivateKey:
    """An RSA key that is too short to be accepted anywhere."""
    return generate_private_key(65537, 1024)  # noqa: S505 - its weakness is the point
