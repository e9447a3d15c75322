"""A published pathway as the Open Badges achievement that its microcredentials carry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from badges.achievement import Achievement, Alignment, Evidence, Image, Issuer, RelatedResource
from badges.definition import DefinitionState
from badges.errors import UnpublishedDefinitionError
from badges.pathway import AcceptedCredential
from badges.pathway_definition import PathwayDefinition
from badges.publication import escape_markdown

MICROCREDENTIAL = "MicroCredential"
MEDIA_TYPE = "application/vc"
MEDIA_TYPES = {"json": MEDIA_TYPE, "jwt": "application/vc+jwt"}
"""What a credential is, by its form."""
GENRE = "OpenBadgeCredential"
TARGET_TYPE = "ext:Badge"
"""Open Badges has no word of its own for an alignment to another achievement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedBadge:
    """A badge that counts toward a microcredential: its title, and its achievement's URL."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBadge:
    """A component that an earner holds: the credential, byte for byte as issued.

    `accepted` is there where it is one of another issuer, which counts as the component.
    """

    title: str
    credential_url: str
    evidence_url: str
    is_attested: bool
    document: bytes
    media_type: str = MEDIA_TYPE
    accepted: AcceptedCredential | None = None


def achievement_of_pathway(
    definition: PathwayDefinition,
    components: Sequence[StackedBadge],
    *,
    id_: str,
    version: str,
    creator: Issuer,
    criteria_url: str,
    image_url: str,
) -> Achievement:
    """Return the achievement that a pathway describes; `components` are in its order.

    Raises:
        UnpublishedDefinitionError: nothing of it may be issued yet.
    """
    if definition.state is DefinitionState.DRAFT:
        raise UnpublishedDefinitionError(definition.id)
    return Achievement(
        id=id_,
        name=definition.title,
        description=definition.description,
        version=version,
        creator=creator,
        image=Image(url=image_url, caption=definition.image_alt),
        criteria_url=criteria_url,
        criteria_narrative="\n\n".join(_paragraphs(definition, components)),
        alignments=tuple(
            Alignment(
                id=f"{id_}#component/{slug}",
                target_name=one.title,
                target_url=one.url,
                target_type=TARGET_TYPE,
            )
            for slug, one in zip(definition.components, components, strict=True)
        ),
        tags=tuple(dict.fromkeys(definition.tags)),
        achievement_type=MICROCREDENTIAL,
    )


def evidence_of(held: HeldBadge) -> Evidence:
    """Return a component as evidence of its microcredential."""
    narrative = f"The badge [{escape_markdown(held.title)}]({held.credential_url})."
    if held.is_attested:
        narrative += " The program attests it from before."
    if held.accepted is not None:
        # By what the pathway calls it: whatever else it says, its issuer says.
        narrative = (
            f"[A credential of another issuer]({held.credential_url}), which counts as the badge "
            f"{escape_markdown(held.title)}:{_what(held.accepted)}. It was valid when this was "
            "issued."
        )
    return Evidence(url=held.evidence_url, name=held.title, narrative=narrative, genre=GENRE)


def binding_of(held: HeldBadge) -> RelatedResource:
    """Return what binds a microcredential to the exact credential of a component."""
    return RelatedResource(
        id=held.credential_url, media_type=held.media_type, document=held.document
    )


def holding_text(definition: PathwayDefinition, held: Sequence[HeldBadge]) -> str:
    """Return what one microcredential was given for."""
    names = ", ".join(
        f"{one.title} (by a credential of another issuer)" if one.accepted else one.title
        for one in held
    )
    return f"Holds {len(held)} of the {len(definition.components)} badges: {names}."


def _paragraphs(definition: PathwayDefinition, components: Sequence[StackedBadge]) -> Iterator[str]:
    if definition.criteria_narrative:
        yield definition.criteria_narrative
    required, total = definition.pathway.required, len(definition.components)
    asked = f"all {total}" if required == total else f"at least {required}"
    yield f"The earner holds {asked} of these {total} badges:"
    mark = "1." if definition.is_ordered else "-"
    yield "\n".join(f"{mark} [{escape_markdown(one.title)}]({one.url})" for one in components)
    yield from _accepted(definition, components)
    if definition.is_ordered:
        yield "They are earned in this order."
    if definition.needs_sign_off:
        yield "A coordinator of the program signs it off."
    if definition.attribution:
        yield f"**Credit.** {definition.attribution}"
    if definition.licence:
        licence = definition.licence
        yield f"**Licence of these texts.** [{escape_markdown(licence.title)}]({licence.url})"


def _accepted(definition: PathwayDefinition, components: Sequence[StackedBadge]) -> Iterator[str]:
    """Say what else counts: by its ids, as links, since whoever verifies compares those."""
    if not definition.accepts:
        return
    yield "For the same earner, a verified credential from elsewhere counts as one of them:"
    titles = {slug: one.title for slug, one in zip(definition.components, components, strict=True)}
    yield "\n".join(
        f"- as {escape_markdown(titles[one.component])}:{_what(one)}" for one in definition.accepts
    )


def _what(one: AcceptedCredential) -> str:
    return f"{_named(one.title)} <{one.achievement}> of{_named(one.issuer_name)} <{one.issuer}>"


def _named(name: str) -> str:
    return f" {escape_markdown(name)}" if name else ""
