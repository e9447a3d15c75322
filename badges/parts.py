"""What belongs to a credential: which other credentials it names, holds, or is endorsed by.

Only where they stand is found out here; `badges.verification` verifies each on its own.
Sources: https://www.w3.org/TR/vc-data-model-2.0/#integrity-of-related-resources,
https://www.imsglobal.org/spec/clr/v2p0/#clrsubject, https://www.imsglobal.org/spec/ob/v3p0/
(`endorsement` and `endorsementJwt` of AchievementCredential, Achievement and Profile).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from badges.checks import PartKind

MEDIA_TYPES = frozenset({"application/vc", "application/vc+jwt", "application/vc+ld+json"})
"""What a related resource is that can be verified; others, such as pictures, are none."""
_ENDORSEMENTS = ("endorsement", "endorsementJwt")
_RECORD = "verifiableCredential"

_Document = Mapping[str, object]


class Place(NamedTuple):
    """Where a credential belongs to another one.

    `value` is what stands there: a credential as JSON or as a compact JWT; of a component
    the `relatedResource` entry. `subject_id` is what an endorsement there has to be about.
    """

    kind: PartKind
    pointer: str
    value: object
    subject_id: str = ""


def list_components(document: _Document) -> tuple[Place, ...]:
    """Return the credentials that a credential binds by the digests of their bytes."""
    related = _list(document.get("relatedResource"))
    return tuple(
        Place(kind=PartKind.COMPONENT, pointer=f"/relatedResource/{index}", value=one)
        for index, one in enumerate(related)
        if isinstance(one, Mapping) and one.get("mediaType") in MEDIA_TYPES
    )


def list_embedded(document: _Document) -> tuple[Place, ...]:
    """Return the credentials in a learner record."""
    return tuple(
        Place(kind=PartKind.EMBEDDED, pointer=f"/credentialSubject/{_RECORD}/{index}", value=value)
        for index, value in enumerate(_list(_subject(document).get(_RECORD)))
    )


def list_endorsements(document: _Document) -> tuple[Place, ...]:
    """Return what endorses a credential or anything that it says.

    Not what stands within the credentials of a learner record: each brings its own.
    """
    return tuple(_endorsements(document, ""))


def list_foreign_associations(document: _Document) -> tuple[str, ...]:
    """Return the ids in a learner record's associations that name no achievement in it."""
    subject = _subject(document)
    known = {_id(one) for one in _list(subject.get("achievement"))}
    for credential in _list(subject.get(_RECORD)):
        if isinstance(credential, Mapping):
            known |= {_id(one) for one in _list(_subject(credential).get("achievement"))}
    named = (
        str(association.get(end))
        for association in _list(subject.get("association"))
        if isinstance(association, Mapping)
        for end in ("sourceId", "targetId")
    )
    return tuple(dict.fromkeys(one for one in named if one not in known))


def has_associations(document: _Document) -> bool:
    """Whether a learner record says how achievements go together."""
    return bool(_list(_subject(document).get("association")))


def _endorsements(node: object, pointer: str) -> Iterator[Place]:
    match node:
        case Mapping():
            for name, child in node.items():
                here = f"{pointer}/{name}"
                if name in _ENDORSEMENTS:
                    yield from (
                        Place(
                            kind=PartKind.ENDORSEMENT,
                            pointer=f"{here}/{index}",
                            value=one,
                            subject_id=_id(node),
                        )
                        for index, one in enumerate(_list(child))
                    )
                elif name != _RECORD and not isinstance(child, str):
                    yield from _endorsements(child, here)
        case list():
            for index, child in enumerate(node):
                if not isinstance(child, str):
                    yield from _endorsements(child, f"{pointer}/{index}")


def _subject(document: _Document) -> _Document:
    subject = document.get("credentialSubject")
    return subject if isinstance(subject, Mapping) else {}


def _id(node: object) -> str:
    id_ = node.get("id") if isinstance(node, Mapping) else None
    return id_ if isinstance(id_, str) else ""


def _list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
