"""What a draft lacks, as the faults of its form's fields. Pure."""

from collections.abc import Mapping

from badges.definition import AchievementDefinition
from lti_tool.services.lengths import hours_text, length_text
from rubrics.requirements import Missing, MissingKind

_FAULTS = {
    MissingKind.ANSWER: ("answer.{0}", "required"),
    MissingKind.TOO_FEW_WORDS: ("answer.{0}", "too_short"),
    MissingKind.TOO_MANY_WORDS: ("answer.{0}", "too_long"),
    MissingKind.POOL_TOO_FEW_WORDS: ("pool.{0}", "pool_short"),
    MissingKind.POOL_TOO_MANY_WORDS: ("pool.{0}", "pool_long"),
    MissingKind.ARTEFACT: ("file", "artefact_missing"),
    MissingKind.MEDIA_TYPE: ("artefact.{0}", "other_type"),
    MissingKind.TOO_LARGE: ("artefact.{0}", "file_large"),
    MissingKind.LENGTH: ("artefact.{0}.length", "length_missing"),
    MissingKind.TOO_SHORT: ("artefact.{0}.length", "plays_short"),
    MissingKind.TOO_LONG: ("artefact.{0}.length", "plays_long"),
    MissingKind.ATTESTATION: ("artefact.{0}.attested.{1}", "unattested"),
    MissingKind.UPLOAD: ("artefact.{0}", "unfinished"),
    MissingKind.PEOPLE: ("artefact.{0}.people", "people_unanswered"),
    MissingKind.CONSENT: ("artefact.{0}.people", "no_consent"),
    MissingKind.LOG_ENTRIES: ("logs.{0}", "log_entries"),
    MissingKind.LOG_MINUTES: ("logs.{0}", "log_minutes"),
    MissingKind.REFERENCE: ("references.{0}", "reference_incomplete"),
    MissingKind.REFERENCE_TARGET: ("reference.{0}.source", "unknown_source"),
    MissingKind.INDICATOR: ("reference.{0}.criterion", "required"),
    MissingKind.LOCATOR: ("reference.{0}.locator", "required"),
    MissingKind.EXPLANATION: ("reference.{0}.explanation", "required"),
    MissingKind.COVERAGE: ("coverage.{0}", "family_missing"),
    MissingKind.SELF_RATING: ("self.{0}", "self_unrated"),
    MissingKind.NAME: ("name_confirmed", "name_unconfirmed"),
}
_LENGTHS = frozenset({MissingKind.LENGTH, MissingKind.TOO_SHORT, MissingKind.TOO_LONG})
_WORDS = frozenset(
    {
        MissingKind.TOO_FEW_WORDS,
        MissingKind.TOO_MANY_WORDS,
        MissingKind.POOL_TOO_FEW_WORDS,
        MissingKind.POOL_TOO_MANY_WORDS,
    }
)


def faults_of(
    missing: tuple[Missing, ...], definition: AchievementDefinition
) -> Mapping[str, tuple[str, str | None]]:
    """Return what is missing as faults of the form's fields, in the same order."""
    faults: dict[str, tuple[str, str | None]] = {}
    several = len(definition.artefact_requirements) > 1
    for one in missing:
        name, code = _FAULTS[one.kind]
        if one.kind is MissingKind.ARTEFACT and several:
            name = "slot.{0}"
        field = name.format(one.subject_id, one.part_id)
        if one.kind is MissingKind.COVERAGE:
            known = faults.get(field, ("", None))[1]
            family = definition.get_rubric().criterion(one.part_id).title
            faults[field] = (code, f"{known}, {family}" if known else family)
        else:
            faults.setdefault(field, (code, limit_of(one)))
    return faults


def limit_of(one: Missing) -> str | None:
    """Return the limit that was not kept, as the words of a fault take it."""
    if one.required is None:
        return None
    if one.kind in _LENGTHS:
        return length_text(one.required * 1000)
    if one.kind is MissingKind.TOO_LARGE:
        return str(one.required // 1024**2)
    if one.kind is MissingKind.LOG_MINUTES:
        return hours_text(one.required)
    if one.kind in _WORDS or one.kind is MissingKind.LOG_ENTRIES:
        return f"{one.required}"
    return None
