"""Platforms as LTI names them: registrations, deployments, contexts, resource links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row, one_of


class RegistrationRow(Row):
    """What a platform and the tool know of each other.

    .. no_pii: addresses and identifiers of a platform.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("issuer", "client_id"),
        one_of("status", "active", "disabled"),
        one_of("family", "generic", "canvas", "moodle"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    issuer: Mapped[str]
    client_id: Mapped[str]
    auth_login_url: Mapped[str]
    auth_token_url: Mapped[str]
    token_audience: Mapped[str | None]
    """`aud` of client assertions where it is not the token URL."""
    jwks_url: Mapped[str]
    family: Mapped[str]
    frame_origins: Mapped[str]
    """Origins that may frame the tool, separated by spaces."""
    status: Mapped[str]
    paused_until: Mapped[datetime | None]
    """Its services did not answer or asked for patience: no score is sent before this."""
    created_at: Mapped[datetime]


class DeploymentRow(Row):
    """One placement of the tool on a platform. Pending until an operator approves it.

    .. no_pii: identifiers of a platform.
    """

    __tablename__ = "deployment"
    __table_args__ = (
        UniqueConstraint("registration_id", "lti_deployment_id"),
        one_of("status", "pending", "approved", "disabled"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    lti_deployment_id: Mapped[str]
    """Unique within the registration only."""
    status: Mapped[str]
    platform_guid: Mapped[str]
    platform_name: Mapped[str]
    platform_version: Mapped[str]
    first_seen_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]


class ContextRow(Row):
    """A course of a deployment.

    .. no_pii: a course's title.
    """

    __tablename__ = "context"
    __table_args__ = (UniqueConstraint("deployment_id", "lti_context_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"))
    lti_context_id: Mapped[str]
    """Unique within the deployment only."""
    title: Mapped[str]
    memberships_url: Mapped[str | None]
    created_at: Mapped[datetime]


class ResourceLinkRow(Row):
    """One placement in a course that opens the tool.

    .. no_pii: an activity's title and its line item.
    """

    __tablename__ = "resource_link"
    __table_args__ = (UniqueConstraint("context_id", "lti_resource_link_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    context_id: Mapped[UUID] = mapped_column(ForeignKey("context.id"))
    lti_resource_link_id: Mapped[str]
    title: Mapped[str]
    line_item_url: Mapped[str | None]
    """AGS line item, from a verified launch only. Empty: the platform keeps no grade here."""
    ags_scopes: Mapped[str]
    """Granted AGS scopes, separated by spaces."""
    created_at: Mapped[datetime]


class LoginAttemptRow(Row):
    """One login that was begun; it ends in at most one launch.

    .. no_pii: hashes of random values. Deleted after it expires.
    """

    __tablename__ = "login_attempt"

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    nonce_hash: Mapped[str]
    browser_hash: Mapped[str]
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    target_link_uri: Mapped[str]
    storage_target: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
