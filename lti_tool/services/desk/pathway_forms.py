"""A pathway as its form has it, and back."""

import re
from dataclasses import replace

from badges.definition import DefinitionState
from badges.errors import InvalidDefinitionError
from badges.pathway import OnRevoked
from badges.pathway_definition import PathwayDefinition, serialize_pathway
from lti_tool.errors import InvalidFieldsError, TooLargeError
from lti_tool.lti.addresses import is_web_address
from lti_tool.services.accepted import accepted_key
from lti_tool.services.pages.pathways import PathwayForm
from lti_tool.services.texts import plain_line, plain_text
from rubrics.model import Licence

LINE_CHARACTERS = 300
TEXT_CHARACTERS = 5000
TAGS_MOST = 20
COMPONENTS_MOST = 50
_SLUG = re.compile(r"[a-z0-9]{1,64}(-[a-z0-9]{1,64})*")
_NEEDED = re.compile(r"[0-9]{1,2}")

_Faults = dict[str, tuple[str, str | None]]


def form_of(definition: PathwayDefinition) -> PathwayForm:
    """Return a definition as its form shows it."""
    licence = definition.licence
    return PathwayForm(
        title=definition.title,
        description=definition.description,
        image_alt=definition.image_alt,
        criteria_narrative=definition.criteria_narrative,
        components=definition.components,
        count="all" if definition.needed is None else "some",
        needed="" if definition.needed is None else str(definition.needed),
        order="ordered" if definition.is_ordered else "any",
        on_revoked=definition.on_revoked.value,
        sign_off="coordinator" if definition.needs_sign_off else "automatic",
        tags=", ".join(definition.tags),
        attribution=definition.attribution,
        licence_title=licence.title if licence else "",
        licence_url=licence.url if licence else "",
    )


def parse_form(form: PathwayForm, former: PathwayDefinition) -> PathwayDefinition:
    """Return the draft that a form describes; what it does not have stays as it was.

    Raises:
        InvalidFieldsError: fields that cannot be stored. What is only not ready to be
            published can.
    """
    faults: _Faults = {}
    definition = replace(
        former,
        state=DefinitionState.DRAFT,
        title=_line(form, "title", faults, is_required=True) or former.title,
        description=_text(form, "description", faults),
        image_alt=_line(form, "image_alt", faults),
        criteria_narrative=_text(form, "criteria_narrative", faults),
        components=tuple(filter(_SLUG.fullmatch, form.components))[:COMPONENTS_MOST],
        needed=_needed(form, faults),
        is_ordered=form.order == "ordered",
        on_revoked=OnRevoked.KEEP if form.on_revoked == OnRevoked.KEEP else OnRevoked.REVOKE,
        needs_sign_off=form.sign_off == "coordinator",
        tags=_tags(form, faults),
        attribution=_text(form, "attribution", faults),
        licence=_licence(form, former, faults),
        accepts=tuple(one for one in former.accepts if accepted_key(one) != form.dropped),
    )
    if faults:
        raise InvalidFieldsError(faults)
    try:
        serialize_pathway(definition)
    except InvalidDefinitionError as error:
        # A character that no text of a definition may hold.
        field = re.split(r"[.\[/]", error.place.strip("/"))[0]
        raise InvalidFieldsError({field: ("unfit", None)}) from error
    return definition


def _line(form: PathwayForm, field: str, faults: _Faults, *, is_required: bool = False) -> str:
    try:
        line = plain_line(getattr(form, field), field=field, most=LINE_CHARACTERS)
    except TooLargeError:
        faults[field] = ("too_many_characters", str(LINE_CHARACTERS))
        return ""
    if is_required and not line:
        faults[field] = ("required", None)
    return line


def _text(form: PathwayForm, field: str, faults: _Faults) -> str:
    """Return paragraphs without tabs and without space at the ends."""
    try:
        text = plain_text(getattr(form, field), field=field, most=TEXT_CHARACTERS)
    except TooLargeError:
        faults[field] = ("too_many_characters", str(TEXT_CHARACTERS))
        return ""
    return "\n".join(line.rstrip() for line in text.replace("\t", " ").split("\n")).strip()


def _tags(form: PathwayForm, faults: _Faults) -> tuple[str, ...]:
    parts = (one.strip() for one in _line(form, "tags", faults).split(","))
    tags = tuple(dict.fromkeys(filter(None, parts)))
    if len(tags) > TAGS_MOST:
        faults["tags"] = ("too_many_tags", str(TAGS_MOST))
    return tags[:TAGS_MOST]


def _needed(form: PathwayForm, faults: _Faults) -> int | None:
    if form.count != "some":
        return None
    typed = form.needed.strip()
    if _NEEDED.fullmatch(typed):
        return int(typed)
    faults["needed"] = ("not_whole_number", f"1-{max(1, len(form.components))}")
    return None


def _licence(form: PathwayForm, former: PathwayDefinition, faults: _Faults) -> Licence | None:
    title, url = _line(form, "licence_title", faults), form.licence_url.strip()
    if not title and not url:
        return None
    if not title or not url:
        faults["licence_url" if title else "licence_title"] = ("required", None)
        return None
    if not is_web_address(url):
        faults["licence_url"] = ("not_a_link", None)
        return None
    if former.licence and (former.licence.title, former.licence.url) == (title, url):
        return former.licence
    return Licence(title=title, url=url)
