"""Which artefact requirement a file or link is for, and what that asks of it. Pure."""

from collections.abc import Sequence

from badges.definition import AchievementDefinition
from lti_tool.files.names import extension_of
from lti_tool.files.sniffing import DOWNLOAD_ONLY
from lti_tool.store.rows import ArtefactRow
from rubrics.form import ArtefactKind, ArtefactRequirement, candidates, only_candidate

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_BY_NAME = {
    "doc": "application/msword",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "odp": f"{_OPEN}presentation",
    "ods": f"{_OPEN}spreadsheet",
    "odt": f"{_OPEN}text",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "xls": "application/vnd.ms-excel",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "zip": "application/zip",
}


def served(
    row: ArtefactRow, requirements: Sequence[ArtefactRequirement], chosen: str | None = None
) -> ArtefactRequirement | None:
    """Return what an artefact is for: what was chosen, or the only one that takes its kind."""
    wanted = row.requirement_id if chosen is None else chosen
    if wanted:
        return next((one for one in requirements if one.id == wanted), None)
    return only_candidate(requirements, row.kind)


def is_split(definition: AchievementDefinition) -> bool:
    """Whether things are added under one of several requirements."""
    return len(definition.artefact_requirements) > 1


def find_requirement(
    requirements: Sequence[ArtefactRequirement], requirement_id: str, kind: ArtefactKind
) -> ArtefactRequirement | None:
    """Return the requirement that something new is added for; None where none takes it."""
    if not requirement_id:
        return only_candidate(requirements, kind)
    possible = candidates(requirements, kind)
    return next((one for one in possible if one.id == requirement_id), None)


def media_type_of(stored_type: str, name: str) -> str:
    """Return what a file is: its bytes say it, and of what they do not tell apart its name."""
    if stored_type != DOWNLOAD_ONLY:
        return stored_type
    return _BY_NAME.get(extension_of(name), stored_type)
