"""What the editor shows of a draft's structure: competencies, conditions, choices."""

from collections.abc import Iterable

from badges.conditions import condition_from
from badges.definition import AchievementDefinition
from badges.draft import Draft
from badges.draft_check import definition_of
from badges.draft_places import Document, criteria_of
from badges.errors import InvalidDraftError
from badges.licences import OFFERED
from badges.wording import rule_text
from lti_tool.services.desk.editor_fields import CONDITION
from lti_tool.services.pages.editor import Choices, ConditionForm, CriterionForm


def criterion_forms(document: Document) -> tuple[CriterionForm, ...]:
    """Return the competencies with what stands below them."""
    number = 0

    def form(criterion: Document) -> CriterionForm:
        nonlocal number
        number += 1
        place = f"rubric/criteria/{criterion['id']}"
        return CriterionForm(
            place=place,
            number=number,
            levels=tuple(level["id"] for level in criterion.get("levels", ())),
            scale=str(criterion.get("scale", "ordinal")),
            alignments=alignment_places(document, criterion["id"]),
            indicators=tuple(form(one) for one in criterion.get("criteria", ())),
        )

    found = []
    for position, one in enumerate(document.get("rubric", {}).get("criteria", ())):
        number = position
        found.append(form(one))
    return tuple(found)


def alignment_places(document: Document, criterion_id: str | None) -> tuple[str, ...]:
    """Return the places of what a competency is aligned to, or the badge for None."""
    return tuple(
        f"alignments/{at}"
        for at, one in enumerate(document.get("alignments", ()))
        if one.get("criterion_id") == criterion_id
    )


def condition_forms(
    conditions: Iterable[Document], place: str, draft: Draft
) -> tuple[ConditionForm, ...]:
    """Return the conditions of a rule, or of a group in it."""
    return tuple(
        ConditionForm(
            place=f"{place}/{at}",
            kind=one["kind"],
            parts=condition_forms(one.get("conditions", ()), f"{place}/{at}/conditions", draft),
            words="" if one["kind"] in _WITH_BLANKS else _condition_words(one, draft),
        )
        for at, one in enumerate(conditions)
    )


_WITH_BLANKS = frozenset({*CONDITION, "all_of", "any_of"}) - {"hours_at_least", "covered"}


def _condition_words(document: Document, draft: Draft) -> str:
    """Return a condition that the page has no blanks for in words, as far as it can be read."""
    definition = find_definition(draft)
    return rule_text(condition_from(document), definition) if definition else document["kind"]


def find_definition(draft: Draft) -> AchievementDefinition | None:
    """Return the definition that a draft says; None while it says none."""
    try:
        return definition_of(draft)
    except InvalidDraftError:
        return None


def choices_of(document: Document, program: Iterable[AchievementDefinition]) -> Choices:
    """Return what the fields of a draft offer."""
    levels = {
        level["id"]: str(level.get("title") or level["id"])
        for one in reversed(list(criteria_of(document)))
        for level in reversed(one.get("levels", []))
    }
    counted = (*document.get("artefact_requirements", ()), *document.get("logs", ()))
    return Choices(
        criteria=_pairs(criteria_of(document)),
        levels=tuple(reversed(levels.items())),
        counted=_pairs(counted),
        badges=tuple((one.id, one.title) for one in program if one.id != document["id"]),
        licences=tuple((one.url, one.title) for one in OFFERED),
    )


def _pairs(entries: Iterable[Document]) -> tuple[tuple[str, str], ...]:
    return tuple((one["id"], str(one.get("title") or one["id"])) for one in entries)


def names_of(document: Document) -> dict[str, str]:
    """Return what the entries of a draft are called, by their places; "" for no name."""
    names = {f"rubric/criteria/{one['id']}": _title(one) for one in criteria_of(document)}
    for level in (level for one in criteria_of(document) for level in one.get("levels", ())):
        names[f"levels/{level['id']}"] = _title(level)
    lists = {
        "rubric/tasks": document.get("rubric", {}).get("tasks", ()),
        "prompts": document.get("prompts", ()),
        "artefact_requirements": document.get("artefact_requirements", ()),
    }
    for place, entries in lists.items():
        names |= {f"{place}/{one['id']}": _title(one) for one in entries}
    names |= {
        f"alignments/{at}": _title(one) for at, one in enumerate(document.get("alignments", ()))
    }
    return names | dict.fromkeys(
        _condition_places(document.get("conditions", ()), "conditions"), ""
    )


def _condition_places(conditions: Iterable[Document], place: str) -> Iterable[str]:
    for at, one in enumerate(conditions):
        yield f"{place}/{at}"
        yield from _condition_places(one.get("conditions", ()), f"{place}/{at}/conditions")


def _title(entry: Document) -> str:
    return str(entry.get("title", ""))


def places_in(entries: Iterable[Document], place: str) -> tuple[str, ...]:
    """Return the places of a list's entries."""
    return tuple(f"{place}/{one['id']}" for one in entries)
