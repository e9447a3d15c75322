import pytest

from lti_tool.errors import LaunchRejectedError
from lti_tool.lti.tool_config import KnownRegistration, StoredToolConfig
from tests.unit.lti_tool.lti.factories import (
    CLIENT_ID,
    ISSUER,
    JWKS_URL,
    MemoryRegistrations,
    a_registration,
)


@pytest.fixture
def config() -> StoredToolConfig:
    """Return PyLTI1p3's view of one registration."""
    return StoredToolConfig(MemoryRegistrations(a_registration(token_audience="aud")))


def test_the_library_finds_a_registration(config: StoredToolConfig) -> None:
    """Everything that it may ask of one is there, and ours is still in it."""
    found = config.find_registration_by_params(ISSUER, CLIENT_ID)

    assert isinstance(found, KnownRegistration)
    assert found.known == a_registration(token_audience="aud")
    assert found.get_issuer() == ISSUER
    assert found.get_client_id() == CLIENT_ID
    assert found.get_auth_login_url() == f"{ISSUER}/auth"
    assert found.get_auth_token_url() == f"{ISSUER}/token"
    assert found.get_key_set_url() == JWKS_URL
    assert found.get_auth_audience() == "aud"
    assert KnownRegistration(a_registration()).get_auth_audience() is None


def test_an_unknown_client_is_refused(config: StoredToolConfig) -> None:
    """Not with the library's bare `Exception`."""
    with pytest.raises(LaunchRejectedError) as caught:
        config.find_registration_by_params(ISSUER, "other")

    assert caught.value.code == "platform_unknown"


def test_an_issuer_alone_names_nobody(config: StoredToolConfig) -> None:
    """Every issuer may have many clients, so the library never asks by issuer only."""
    assert not config.check_iss_has_one_client(ISSUER)
    assert config.check_iss_has_many_clients(ISSUER)
    with pytest.raises(LaunchRejectedError) as caught:
        config.find_registration_by_issuer(ISSUER)
    assert caught.value.code == "platform_ambiguous"


def test_every_deployment_is_known_to_the_library(config: StoredToolConfig) -> None:
    """Whether it is approved is for the store to say: an unknown one is no dead end."""
    found = config.find_deployment_by_params(ISSUER, "deployment-9", CLIENT_ID)

    assert found.get_deployment_id() == "deployment-9"
