"""Our registrations in the shape that PyLTI1p3 wants them in."""

from pylti1p3.deployment import Deployment
from pylti1p3.registration import Registration as LibraryRegistration
from pylti1p3.request import Request
from pylti1p3.tool_config.abstract import ToolConfAbstract

from lti_tool.lti.messages import Registration
from lti_tool.lti.ports import Registrations
from lti_tool.lti.refusals import Refusal, refused


class KnownRegistration(LibraryRegistration):
    """PyLTI1p3's registration, made from ours, which it still carries."""

    def __init__(self, registration: Registration) -> None:
        self.known = registration
        self.set_issuer(registration.issuer)
        self.set_client_id(registration.client_id)
        self.set_auth_login_url(registration.auth_login_url)
        self.set_auth_token_url(registration.auth_token_url)
        self.set_key_set_url(registration.jwks_url)
        if registration.token_audience is not None:
            self.set_auth_audience(registration.token_audience)


class StoredToolConfig(ToolConfAbstract[Request]):
    """Looks registrations up in the store.

    Every issuer may have many clients, so PyLTI1p3's table of relation types,
    which all of its instances share, is never read.
    """

    def __init__(self, registrations: Registrations) -> None:
        self._registrations = registrations

    def check_iss_has_one_client(self, iss: str) -> bool:
        """Never: Canvas's customers share one issuer."""
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        """Always, if only one of them is there yet."""
        return True

    def find_registration_by_params(
        self, iss: str, client_id: str, *args: object, **kwargs: object
    ) -> KnownRegistration:
        """Return the registration of this issuer and client id.

        Raises:
            LaunchRejectedError: `platform_unknown`.
        """
        registration = self._registrations.find(iss, client_id)
        if registration is None:
            raise refused(Refusal.PLATFORM_UNKNOWN)
        return KnownRegistration(registration)

    def find_registration_by_issuer(
        self, iss: str, *args: object, **kwargs: object
    ) -> KnownRegistration:
        """Refuse: an issuer alone names nobody.

        Raises:
            LaunchRejectedError: `platform_ambiguous`.
        """
        raise refused(Refusal.PLATFORM_AMBIGUOUS)

    def find_deployment(self, iss: str, deployment_id: str) -> Deployment:
        """Return the deployment as named: an unknown one becomes a pending row, not an error."""
        return Deployment().set_deployment_id(deployment_id)

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: object, **kwargs: object
    ) -> Deployment:
        """Return the deployment as named: the store decides what a new one may do."""
        return self.find_deployment(iss, deployment_id)
