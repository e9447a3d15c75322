"""What crosses the protocol edge, as frozen values.

Claim URLs, role URIs and PyLTI1p3 objects stop in this package; what comes
out of it is written in these types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lti_tool.values import Role

Form = Mapping[str, list[str]]
"""A form or query as received, every value of every name: repeats are visible."""


class MessageType(StrEnum):
    """The messages that we know by name; the route says which of them it accepts."""

    RESOURCE_LINK = "LtiResourceLinkRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    DATA_PRIVACY = "DataPrivacyLaunchRequest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One platform's agreement with us: who it is and where its endpoints are.

    `issuer` and `client_id` together name it; on Canvas many customers share
    one issuer. `token_audience` is the `aud` of our client assertions where
    the platform wants another than its token URL. `family` names the quirks:
    `canvas`, `moodle` or `generic`.
    """

    id: UUID
    issuer: str
    client_id: str
    auth_login_url: str
    auth_token_url: str
    jwks_url: str
    token_audience: str | None = None
    family: str = "generic"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAttempt:
    """What is kept of one login until its launch arrives, under the state's hash.

    Secrets are kept as SHA-256 in hexadecimal. `storage_target` is the frame in
    which the platform offers to keep a value for us, if it offers.
    """

    registration_id: UUID
    nonce_hash: str
    browser_hash: str
    storage_target: str | None
    target_link_uri: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRead:
    """What the launch page asks the platform for: one `lti.get_data` message."""

    registration_id: UUID
    frame: str
    origin: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageWrite:
    """What the login page hands to the platform: one `lti.put_data` message."""

    frame: str
    origin: str
    key: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRedirect:
    """Where the browser goes next. With `storage`, its page writes that first."""

    url: str = field(repr=False)
    registration_id: UUID
    storage: StorageWrite | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A person's name as the platform shares it; at least one part is there."""

    full: str | None
    given: str | None
    family: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The course of a message. `id` is unique within its deployment only."""

    id: str
    title: str | None
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLink:
    """The placement that was opened. `id` is unique within its deployment only."""

    id: str
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the platform says it is. `family` is its `product_family_code`."""

    guid: str | None
    name: str | None
    family: str | None
    version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AGSEndpoint:
    """Where scores of this link go. `line_item_url` is absent unless exactly one is tied to it."""

    line_item_url: str | None
    line_items_url: str | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLinkingSettings:
    """What a deep linking request will take back, and where."""

    return_url: str
    accept_types: frozenset[str]
    accepts_multiple: bool
    data: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchMessage:
    """One accepted message of a platform, every claim checked.

    `platform_user_id` is the `sub` claim and `deployment_id` the platform's own
    text, both opaque and unique within the registration only. `custom` lacks
    the variables that the platform did not expand. `for_user_id` names whose
    work a submission review opens; without it, the whole list is meant.
    What is personal does not show in `repr`.
    """

    registration_id: UUID
    deployment_id: str
    platform_user_id: str = field(repr=False)
    name: PersonName | None = field(repr=False)
    email: str | None = field(repr=False)
    message_type: MessageType
    roles: frozenset[Role]
    raw_roles: tuple[str, ...]
    is_test_user: bool
    context: Context | None
    resource_link: ResourceLink | None
    custom: Mapping[str, str] = field(repr=False)
    target_link_uri: str
    platform: Platform
    return_url: str | None = field(repr=False)
    locale: str | None
    ags: AGSEndpoint | None
    memberships_url: str | None
    deep_linking: DeepLinkingSettings | None
    for_user_id: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceToken:
    """An access token of a platform's services, and the end of its life."""

    value: str = field(repr=False)
    expires_at: datetime
