"""The form of a microcredential as a request sends it, and what its buttons do to it."""

from dataclasses import replace

from flask import request

from lti_tool.services.pages.pathways import PathwayForm


def sent_form() -> PathwayForm:
    """Return the form of a microcredential as this request sent it."""
    sent = request.form
    names = (
        "title",
        "description",
        "image_alt",
        "criteria_narrative",
        "count",
        "needed",
        "order",
        "on_revoked",
        "sign_off",
        "tags",
        "attribution",
        "licence_title",
        "licence_url",
    )
    return PathwayForm(
        components=tuple(sent.getlist("component")),
        **{name: sent.get(name, "").replace("\r\n", "\n") for name in names},
    )


def acted_form(form: PathwayForm, verb: str, subject: str) -> PathwayForm:
    """Return the form after a button of its lists: add, remove, up, down or unaccept."""
    components = list(form.components)
    at = components.index(subject) if subject in components else None
    match verb:
        case "add":
            chosen = request.form.get("add", "")
            components += [chosen] if chosen and chosen not in components else []
        case "remove" if at is not None:
            del components[at]
        case "up" if at is not None and at > 0:
            components[at - 1 : at + 1] = [components[at], components[at - 1]]
        case "down" if at is not None and at + 1 < len(components):
            components[at : at + 2] = [components[at + 1], components[at]]
        case _:
            pass
    dropped = subject if verb == "unaccept" else ""
    return replace(form, components=tuple(components), dropped=dropped)
