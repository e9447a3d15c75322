"""The definition of a microcredential: its words, and the pathway that leads to it.

    draft -> published -> retired

A draft may lack what publishing asks for; `find_faults` says what, field by field. A
published definition never changes: its bytes are stored, hashed, and signed by.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from jsonschema.protocols import Validator

from badges.definition_values import DefinitionState, invalid_definition
from badges.errors import PathwayNotPublishableError, PublishedDefinitionError
from badges.pathway import AcceptedCredential, OnRevoked, Pathway
from badges.pathway_faults import PathwayFault, PathwayFaultCode
from rubrics import definition as rubric_parts
from rubrics.documents import check_document, load_validator, read_json, without_empty, write_json
from rubrics.errors import InvalidDocumentError
from rubrics.model import Licence

PATHWAY_SCHEMA = ("badges.schemas", "pathway.schema.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayDefinition:
    """A microcredential of a program. `components` are ids of badges of the same program.

    `needed` is how many of them, None for all. `accepts` are credentials from elsewhere,
    each of which counts as its component.
    """

    id: str
    title: str
    program: str
    state: DefinitionState
    description: str = ""
    image_alt: str = ""
    criteria_narrative: str = ""
    components: tuple[str, ...] = ()
    needed: int | None = None
    is_ordered: bool = False
    on_revoked: OnRevoked = OnRevoked.REVOKE
    needs_sign_off: bool = False
    accepts: tuple[AcceptedCredential, ...] = ()
    tags: tuple[str, ...] = ()
    licence: Licence | None = None
    attribution: str = ""

    @property
    def is_published(self) -> bool:
        """Whether it was opened, also when retired since."""
        return self.state is not DefinitionState.DRAFT

    @property
    def pathway(self) -> Pathway:
        """What leads to it.

        Raises:
            InvalidPathwayError: a draft that cannot be walked yet.
        """
        return Pathway(
            components=self.components,
            needed=self.needed,
            is_ordered=self.is_ordered,
            on_revoked=self.on_revoked,
            needs_sign_off=self.needs_sign_off,
        )

    def accepted_for(self, component: str) -> tuple[AcceptedCredential, ...]:
        """Return what counts as one of its components, in the definition's order."""
        return tuple(one for one in self.accepts if one.component == component)


def find_faults(
    definition: PathwayDefinition,
    program: Collection[str],
    *,
    own_issuers: Collection[str] = (),
) -> tuple[PathwayFault, ...]:
    """Return all that keeps a pathway from being published.

    `program` are the ids of its program's badges, `own_issuers` those of the issuers of the
    installation, whose credentials are not from elsewhere.
    """
    return (
        *_faults(definition, program),
        *_accepted_faults(definition, own_issuers),
    )


def publish_pathway(
    definition: PathwayDefinition,
    program: Collection[str],
    *,
    own_issuers: Collection[str] = (),
) -> PathwayDefinition:
    """Return the draft as a published definition; the rest as for `find_faults`.

    Raises:
        PathwayNotPublishableError: something has to change; lists all.
        PublishedDefinitionError: it is no draft any more.
    """
    faults = find_faults(definition, program, own_issuers=own_issuers)
    if faults:
        raise PathwayNotPublishableError(faults)
    if definition.state is not DefinitionState.DRAFT:
        raise PublishedDefinitionError(definition.id)
    return replace(definition, state=DefinitionState.PUBLISHED)


# Whoever opens a page of a program looks at all its pathways; values are frozen.
@lru_cache(maxsize=32)
def parse_pathway(document: bytes) -> PathwayDefinition:
    """Return the definition that untrusted bytes describe.

    Raises:
        InvalidDefinitionError: they describe none; names the place.
    """
    try:
        accepted = check_document(read_json(document), _validator())
    except InvalidDocumentError as error:
        raise invalid_definition(error) from error
    values = accepted | {
        "state": DefinitionState(accepted["state"]),
        "components": tuple(accepted.get("components", ())),
        "on_revoked": OnRevoked(accepted["on_revoked"]),
        "accepts": tuple(AcceptedCredential(**one) for one in accepted.get("accepts", ())),
        "tags": tuple(accepted.get("tags", ())),
    }
    if "licence" in accepted:
        values["licence"] = rubric_parts.licence_from(accepted["licence"])
    return PathwayDefinition(**values)


def serialize_pathway(definition: PathwayDefinition) -> bytes:
    """Return the canonical bytes: equal definitions give equal bytes, and back.

    Raises:
        InvalidDefinitionError: `parse_pathway` would not read them again.
    """
    document = without_empty(
        {
            "id": definition.id,
            "title": definition.title,
            "program": definition.program,
            "state": str(definition.state),
            "description": definition.description,
            "image_alt": definition.image_alt,
            "criteria_narrative": definition.criteria_narrative,
            "components": list(definition.components),
            "needed": definition.needed,
            "is_ordered": definition.is_ordered or None,
            "on_revoked": str(definition.on_revoked),
            "needs_sign_off": definition.needs_sign_off or None,
            "accepts": [_accepted_document(one) for one in definition.accepts],
            "tags": list(definition.tags),
            "licence": definition.licence and rubric_parts.licence_document(definition.licence),
            "attribution": definition.attribution,
        }
    )
    try:
        check_document(document, _validator())
    except InvalidDocumentError as error:
        raise invalid_definition(error) from error
    return write_json(document)


def unfit_fields(accepted: AcceptedCredential) -> tuple[str, ...]:
    """Return the fields of an accepted credential with which no definition can be stored."""
    item = {"$ref": "urn:quatrefoil:schema:pathway#/properties/accepts/items"}
    document: Any = _accepted_document(accepted)
    errors = _validator().evolve(schema=item).iter_errors(document)
    return tuple(dict.fromkeys(str(error.absolute_path[0]) for error in errors))


def pathway_hash(definition: PathwayDefinition) -> str:
    """Return the SHA-256 of the canonical bytes, in lower-case hex."""
    return hashlib.sha256(serialize_pathway(definition)).hexdigest()


def _faults(definition: PathwayDefinition, program: Collection[str]) -> Iterator[PathwayFault]:
    for field in ("description", "image_alt"):
        if not getattr(definition, field):
            yield PathwayFault(field=field, code=PathwayFaultCode.MISSING)
    components, needed = definition.components, definition.needed
    if not components:
        yield PathwayFault(field="components", code=PathwayFaultCode.NO_COMPONENTS)
    for id_ in dict.fromkeys(components):
        code = _component_fault(definition, id_, program)
        if code is not None:
            yield PathwayFault(field="components", code=code, subject=id_)
    if needed is not None and needed < 1:
        yield PathwayFault(field="needed", code=PathwayFaultCode.NEEDED_NONE)
    if needed is not None and needed > len(components):
        yield PathwayFault(field="needed", code=PathwayFaultCode.NEEDED_TOO_MANY)


def _component_fault(
    definition: PathwayDefinition, id_: str, program: Collection[str]
) -> PathwayFaultCode | None:
    if id_ == definition.id:
        return PathwayFaultCode.ITSELF
    if id_ not in program:
        return PathwayFaultCode.UNKNOWN
    return PathwayFaultCode.REPEATED if definition.components.count(id_) > 1 else None


def _accepted_faults(
    definition: PathwayDefinition, own_issuers: Collection[str]
) -> Iterator[PathwayFault]:
    seen = set()
    for position, one in enumerate(definition.accepts):
        code = None
        if one.component not in definition.components:
            code = PathwayFaultCode.ACCEPTS_FOR_NONE
        elif one.key in seen:
            code = PathwayFaultCode.ACCEPTS_REPEATED
        elif one.issuer in own_issuers:
            code = PathwayFaultCode.ACCEPTS_OWN
        seen.add(one.key)
        if code is not None:
            yield PathwayFault(field="accepts", code=code, subject=one.component, position=position)


def _accepted_document(one: AcceptedCredential) -> dict[str, object]:
    named = {"title": one.title, "issuer_name": one.issuer_name}
    return {
        "component": one.component,
        "achievement": one.achievement,
        "issuer": one.issuer,
    } | without_empty(named)


@cache
def _validator() -> Validator:
    return load_validator(PATHWAY_SCHEMA, rubric_parts.SCHEMA)
