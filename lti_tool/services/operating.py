"""What an operator sets up: organisations, issuers, programs and their badges."""

import json
import re

from sqlalchemy.orm import Session

from badges.definition import (
    DefinitionState,
    parse_definition,
    with_choice,
)
from badges.library import load_shipped
from keys.did import did_web
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.lti.addresses import is_web_address
from lti_tool.services.badge_versions import add_achievement
from lti_tool.services.keyring import TOOL
from lti_tool.services.pathway_versions import add_pathway
from lti_tool.services.publishing import publish_version
from lti_tool.services.texts import plain_line
from lti_tool.store import organisations
from lti_tool.store.rows import (
    AchievementVersionRow,
    IssuerRow,
    OrganisationRow,
    ProgramRow,
)
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Clock, NewId
from rubrics.model import LevelSource, ScoredTask

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLUG_CHARACTERS = 60
NAME_CHARACTERS = 200


def add_organisation(
    session: Session, *, slug: str, name: str, clock: Clock, new_id: NewId
) -> OrganisationRow:
    """Add a tenant.

    Raises:
        InvalidInputError: the slug is none, or the name is empty.
        ConflictError: there is one of this slug.
    """
    _check_slug(slug)
    values = {"id": new_id(), "slug": slug, "name": _name(name), "created_at": clock()}
    if not insert_unless_present(session, OrganisationRow, values):
        raise ConflictError(
            f"organisation {slug} is there: go on with it, or choose another slug",
            code="organisation_exists",
        )
    return session.get_one(OrganisationRow, values["id"])


def add_issuer(
    session: Session,
    organisation: OrganisationRow,
    *,
    slug: str,
    name: str,
    url: str,
    base_url: str,
    clock: Clock,
    new_id: NewId,
) -> IssuerRow:
    """Add an issuer. Its DID is made from `base_url` once and never again.

    Raises:
        InvalidInputError: the slug or the URL is none, or the name is empty.
        ConflictError: there is one of this slug, in whatever organisation.
    """
    _check_slug(slug)
    if slug == TOOL:
        raise InvalidInputError("the slug names the tool's own keys: choose another", field="slug")
    if not is_web_address(url):
        raise InvalidInputError(
            f"{url!r} is no web address such as https://www.my-college.example/", field="url"
        )
    values = {
        "id": new_id(),
        "organisation_id": organisation.id,
        "slug": slug,
        "did": did_web(base_url, "issuers", slug),
        "name": _name(name),
        "url": url,
        "created_at": clock(),
    }
    if not insert_unless_present(session, IssuerRow, values):
        raise ConflictError(
            f"issuer {slug} is there: go on with it, or choose another slug, "
            "which no organisation here has",
            code="issuer_exists",
        )
    return session.get_one(IssuerRow, values["id"])


def install_program(
    session: Session,
    issuer: IssuerRow,
    *,
    name: str,
    release_by: str,
    clock: Clock,
    new_id: NewId,
) -> ProgramRow:
    """Install a shipped program with its definitions as first versions.

    Definitions that lack nothing are still drafts: `publish_achievement` opens them.
    """
    shipped = load_shipped(name)
    if organisations.find_program(session, issuer.organisation_id, shipped.id) is not None:
        raise ConflictError(
            f"program {shipped.id} is installed in this organisation: open its badges with "
            "`quatrefoil badges publish`",
            code="program_installed",
        )
    program = ProgramRow(
        id=new_id(),
        organisation_id=issuer.organisation_id,
        issuer_id=issuer.id,
        slug=shipped.id,
        title=shipped.title,
        description=shipped.description,
        open_questions=json.dumps([one.text for one in shipped.open_questions]).encode(),
        courses="any",
        release_by=release_by,
        allows_another_try=True,
        created_at=clock(),
    )
    session.add(program)
    session.flush()
    for definition in shipped.achievements:
        add_achievement(session, program, definition, clock=clock, new_id=new_id)
    for pathway in shipped.pathways:
        add_pathway(session, program, pathway, clock=clock, new_id=new_id)
    return program


def add_program(
    session: Session, issuer: IssuerRow, *, slug: str, title: str, clock: Clock, new_id: NewId
) -> ProgramRow:
    """Add a program without badges.

    Raises:
        InvalidInputError: the slug is none, or the title is empty.
        ConflictError: the organisation has one of this slug.
    """
    _check_slug(slug)
    values = {
        "id": new_id(),
        "organisation_id": issuer.organisation_id,
        "issuer_id": issuer.id,
        "slug": slug,
        "title": _name(title),
        "description": "",
        "open_questions": b"[]",
        "courses": "any",
        "release_by": "instructor",
        "allows_another_try": True,
        "created_at": clock(),
    }
    if not insert_unless_present(session, ProgramRow, values):
        raise ConflictError(
            f"program {slug} is there: invite its coordinators, or choose another slug",
            code="program_exists",
        )
    return session.get_one(ProgramRow, values["id"])


def publish_achievement(
    session: Session,
    *,
    slug: str,
    level_source: LevelSource,
    organisation: str | None = None,
    tasks: tuple[ScoredTask, ...] = (),
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Make the program's choice of how levels arise, and publish.

    `slug` names the achievement, and `organisation` whose, where several have
    one. With `LevelSource.TASKS` and no tasks given, the definition's
    suggestion is taken.

    Raises:
        NotFoundError: no such achievement.
        ConflictError: several organisations have it, or its newest version is
            published already.
        BadgesError: it is a placeholder, or cannot be published as it is.
    """
    found = organisations.list_achievements_called(session, slug, organisation=organisation)
    if not found:
        raise NotFoundError(
            f"no badge {slug!r} in an installed program: `quatrefoil programs install` installs "
            "one, and prints its badges"
        )
    if len(found) > 1:
        raise ConflictError(
            f"several organisations have {slug}: name one with --organisation", code="ambiguous"
        )
    version = organisations.get_latest_version(session, found[0].id)
    definition = parse_definition(version.document)
    if definition.state is DefinitionState.PUBLISHED:
        raise ConflictError(
            f"{slug} is published, and stays as it is: instructors can choose it in their courses",
            code="already_published",
        )
    if definition.get_rubric().level_source is not level_source or tasks:
        suggested = definition.suggested_tasks if level_source is LevelSource.TASKS else ()
        definition = with_choice(definition, level_source, tasks or suggested)
    return publish_version(
        session,
        version,
        definition,
        by=None,
        note="",
        log=f"levels from {level_source.value}",
        clock=clock,
        new_id=new_id,
    ).version


def _name(text: str) -> str:
    name = plain_line(text, field="name", most=NAME_CHARACTERS)
    if not name:
        raise InvalidInputError("the name is empty: give one with --name", field="name")
    return name


def _check_slug(slug: str) -> None:
    if len(slug) > SLUG_CHARACTERS or not SLUG.fullmatch(slug):
        raise InvalidInputError(
            f"{slug!r}: at most {SLUG_CHARACTERS} small letters, digits and single hyphens",
            field="slug",
        )
