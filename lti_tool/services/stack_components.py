"""What a microcredential rests on, badge by badge, as pages show it."""

from collections.abc import Callable
from uuid import UUID

from badges.pathway import Standing
from lti_tool.services.foreign.listing import foreign_view
from lti_tool.services.pages.foreign import ForeignView
from lti_tool.services.pages.stack import ComponentView
from lti_tool.services.stacks import Stack
from lti_tool.services.urls import PublicURLs
from lti_tool.store.pathways import AwardParts
from lti_tool.store.rows import ForeignCredentialRow

CredentialURL = Callable[[UUID], str | None]
"""Where a credential is shown to the reader; nothing where they may not see it."""


def component_view(
    title: str, parts: AwardParts, credential_url: CredentialURL, about_url: str | None
) -> ComponentView:
    """Return a badge of ours that a microcredential rests on, as it stands now."""
    award, credential, attestation = parts
    is_revoked = award.revoked_at is not None
    return ComponentView(
        title=title,
        standing=(Standing.REVOKED if is_revoked else Standing.HELD).value,
        since=attestation.held_since if attestation else award.awarded_at,
        revoked_at=award.revoked_at,
        is_attested=attestation is not None,
        url=credential_url(credential.id),
        about_url=about_url,
    )


def foreign_component(
    stack: Stack, title: str, row: ForeignCredentialRow, urls: PublicURLs, about_url: str | None
) -> ComponentView:
    """Return a badge of another issuer that it rests on, as it was last verified."""
    return ComponentView(
        title=title,
        standing=(Standing.REVOKED if row.revoked_at else Standing.HELD).value,
        since=row.earned_at,
        revoked_at=row.revoked_at,
        about_url=about_url,
        foreign=foreign_of(stack, title, row, urls),
    )


def foreign_of(
    stack: Stack, title: str, row: ForeignCredentialRow, urls: PublicURLs
) -> ForeignView:
    """Return the credential of another issuer that stands for a badge of a stack."""
    return foreign_view(
        row,
        urls=urls,
        pathway_title=stack.definition.title,
        component_title=title,
        can_withdraw=False,
    )
