"""The programs and definitions that come with the product.

`<program>.program.json` names the definitions of a program's stack,
`<definition>.json` holds one of them in its canonical bytes, and
`<pathway>.pathway.json` a microcredential. What was
transcribed from a source keeps the source's words, oddities included; see
`provenance` in the file for licence, credit and what stayed open.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from badges.definition import AchievementDefinition, OpenQuestion, Origin, parse_definition
from badges.definition_document import DEFINITION_SCHEMA, open_questions_from
from badges.errors import UnknownShippedProgramError
from badges.pathway_definition import PathwayDefinition, parse_pathway
from rubrics.definition import SCHEMA as RUBRIC_SCHEMA
from rubrics.documents import check_document, load_validator, read_json

_PROGRAM_SCHEMA = ("badges.schemas", "program.schema.json")
_SUFFIX = ".program.json"
_PATHWAY_SUFFIX = ".pathway.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedProgram:
    """A program with the definitions of its stack, in order."""

    id: str
    title: str
    description: str
    origin: Origin
    achievements: tuple[AchievementDefinition, ...]
    pathways: tuple[PathwayDefinition, ...]
    open_questions: tuple[OpenQuestion, ...]


def list_shipped() -> tuple[str, ...]:
    """Return the ids of the shipped programs, sorted."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


@cache
def load_shipped(name: str) -> ShippedProgram:
    """Return the shipped program of that id.

    Raises:
        UnknownShippedProgramError: there is none.
    """
    if name not in list_shipped():
        raise UnknownShippedProgramError(name)
    validator = load_validator(_PROGRAM_SCHEMA, DEFINITION_SCHEMA, RUBRIC_SCHEMA)
    program = check_document(read_json(_read(f"{name}{_SUFFIX}")), validator)
    return ShippedProgram(
        id=program["id"],
        title=program["title"],
        description=program["description"],
        origin=Origin(program["origin"]),
        achievements=tuple(
            parse_definition(_read(f"{achievement}.json"))
            for achievement in program["achievements"]
        ),
        pathways=tuple(
            parse_pathway(_read(f"{pathway}{_PATHWAY_SUFFIX}"))
            for pathway in program.get("pathways", ())
        ),
        open_questions=open_questions_from(program),
    )


def _read(file_name: str) -> bytes:
    return resources.files(__name__).joinpath(file_name).read_bytes()
