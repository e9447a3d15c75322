"""What counts beside the badges of a program, as pages show it."""

from collections.abc import Mapping
from hashlib import sha256

from badges.pathway import AcceptedCredential
from badges.pathway_definition import PathwayDefinition
from lti_tool.services.pages.stack import AcceptedView


def accepted_key(one: AcceptedCredential) -> str:
    """Return what names an accepted credential within its pathway, in a form."""
    return sha256("\n".join(one.key).encode()).hexdigest()[:16]


def accepted_views(
    definition: PathwayDefinition, titles: Mapping[str, str]
) -> tuple[AcceptedView, ...]:
    """Return what a pathway accepts from elsewhere; `titles` are its badges', by slug."""
    return tuple(
        AcceptedView(
            key=accepted_key(one),
            badge=titles.get(one.component, one.component),
            title=one.title,
            issuer_name=one.issuer_name,
            achievement=one.achievement,
            issuer=one.issuer,
            url=one.achievement if one.achievement.startswith("https://") else None,
        )
        for one in definition.accepts
    )
