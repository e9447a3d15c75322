"""The pages of a program: its badges, its people, its courses, its log."""

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from lti_tool.services.desk.coordinating import INVITE_LASTS
from lti_tool.services.names import display_name
from lti_tool.services.pages.assessor import Pager
from lti_tool.services.pages.desk import (
    AskedProgram,
    CoursesPage,
    CourseView,
    DeskBadge,
    DeskHead,
    DeskHomePage,
    EventView,
    InviteView,
    LogPage,
    PeoplePage,
    PersonView,
    ProgramPage,
)
from lti_tool.services.presenting import achievement_summary
from lti_tool.services.urls import CourseURLs, DeskURLs, PublicURLs
from lti_tool.store import coordination, programs
from lti_tool.store.programs import VersionParts
from lti_tool.store.rows import AchievementVersionRow, ContextRow, ProgramRow, UserRow
from lti_tool.values import Clock, Launch, ProgramScope

EVENTS_PER_PAGE = 50


def desk_home(session: Session, launch: Launch, *, code: str = "") -> DeskHomePage:
    """Return the programs that the launch's person coordinates, and whom to ask about others."""
    urls = DeskURLs(launch.ref)
    own = coordination.list_programs(session, launch.organisation_id, launch.user_id)
    own_ids = {one.id for one in own}
    return DeskHomePage(
        programs=tuple((one.title, urls.program(one.id)) for one in own),
        others=tuple(
            asked(session, one)
            for one in programs.list_programs(session, launch.organisation_id)
            if one.id not in own_ids
        ),
        invite_url=urls.invite,
        course_url=CourseURLs(launch.ref).home,
        code=code,
    )


def asked(session: Session, program: ProgramRow) -> AskedProgram:
    """Return whom to ask about a program."""
    found = coordination.list_coordinators(session, program.id)
    return AskedProgram(
        title=program.title, coordinators=tuple(display_name(user) for _, user in found)
    )


def desk_head(session: Session, launch: Launch, scope: ProgramScope) -> DeskHead:
    """Return what stands on top of every page of the program."""
    urls, id_ = DeskURLs(launch.ref), scope.program_id
    own = coordination.list_programs(session, launch.organisation_id, launch.user_id)
    return DeskHead(
        program_title=session.get_one(ProgramRow, id_).title,
        home_url=urls.program(id_),
        tabs=(
            ("badges", urls.program(id_)),
            ("stack", urls.stack(id_)),
            ("learners", urls.learners(id_)),
            ("people", urls.people(id_)),
            ("courses", urls.courses(id_)),
            ("log", urls.log(id_)),
        ),
        programs_url=urls.home if len(own) > 1 else None,
        course_url=CourseURLs(launch.ref).home,
    )


def program_page(
    session: Session, launch: Launch, scope: ProgramScope, *, public_urls: PublicURLs
) -> ProgramPage:
    """Return a program with its badges."""
    urls, program = DeskURLs(launch.ref), session.get_one(ProgramRow, scope.program_id)
    newest: dict[UUID, list[VersionParts]] = {}
    for parts in programs.list_versions(session, scope.organisation_id):
        if parts[2].id == program.id:
            newest.setdefault(parts[1].id, []).append(parts)
    badges = tuple(
        _badge(session, [version for version, _, _ in parts], urls.badge(id_), public_urls)
        for id_, parts in newest.items()
    )
    return ProgramPage(
        head=desk_head(session, launch, scope),
        description=program.description,
        badges=badges,
        count_defined=sum(one.state in {"published", "retired"} for one in badges),
        open_questions=tuple(json.loads(program.open_questions)),
        add_url=urls.add_badge(scope.program_id),
    )


def people_page(
    session: Session, launch: Launch, scope: ProgramScope, *, clock: Clock, code: str = ""
) -> PeoplePage:
    """Return who looks after the program and who assesses for it; `code` is a new invitation's."""
    named = coordination.list_assessors(session, scope.program_id)
    named_ids = {user.id for _, user in named}
    return PeoplePage(
        head=desk_head(session, launch, scope),
        coordinators=tuple(
            PersonView(
                id=str(user.id),
                name=display_name(user),
                since=row.added_at,
                is_me=user.id == launch.user_id,
            )
            for row, user in coordination.list_coordinators(session, scope.program_id)
        ),
        invites=tuple(
            InviteView(id=str(one.id), label=one.label, expires_at=one.expires_at)
            for one in coordination.list_open_invites(session, scope.program_id, now=clock())
        ),
        assessors=tuple(
            PersonView(
                id=str(user.id),
                name=display_name(user),
                since=row.added_at,
                is_me=user.id == launch.user_id,
                may_release=row.may_release,
            )
            for row, user in named
        ),
        staff=tuple(
            (str(user.id), display_name(user))
            for user in coordination.list_staff(session, scope)
            if user.id not in named_ids
        ),
        release_by=session.get_one(ProgramRow, scope.program_id).release_by,
        url=DeskURLs(launch.ref).people(scope.program_id),
        code=code,
        code_days=INVITE_LASTS.days,
    )


def courses_page(session: Session, launch: Launch, scope: ProgramScope) -> CoursesPage:
    """Return which courses may award the program's badges."""
    return CoursesPage(
        head=desk_head(session, launch, scope),
        rule=session.get_one(ProgramRow, scope.program_id).courses,
        courses=tuple(
            CourseView(
                id=str(course.id),
                title=course_title(course),
                is_named=row is not None,
                until=row.until.date().isoformat() if row is not None and row.until else "",
            )
            for course, row in coordination.list_courses(session, scope)
        ),
        url=DeskURLs(launch.ref).courses(scope.program_id),
    )


def log_page(session: Session, launch: Launch, scope: ProgramScope, *, page: int) -> LogPage:
    """Return what happened in the program, newest first; `page` counts from 1."""
    urls = DeskURLs(launch.ref)
    pages = max(1, -(-coordination.count_events(session, scope) // EVENTS_PER_PAGE))
    page = min(max(page, 1), pages)
    events = coordination.list_events(
        session, scope, offset=(page - 1) * EVENTS_PER_PAGE, limit=EVENTS_PER_PAGE
    )
    subjects = _subjects(session, (event.subject_id for event, _ in events))
    return LogPage(
        head=desk_head(session, launch, scope),
        events=tuple(
            EventView(
                at=event.at,
                actor=display_name(user) if user else "",
                action=event.action,
                subject=subjects.get(event.subject_id, ""),
                text=event.note,
            )
            for event, user in events
        ),
        pager=Pager(
            page=page,
            pages=pages,
            previous_url=urls.log(scope.program_id, page - 1) if page > 1 else None,
            next_url=urls.log(scope.program_id, page + 1) if page < pages else None,
        ),
    )


def course_title(course: ContextRow) -> str:
    """Return what a course is called; platforms may send no title."""
    return course.title or course.lti_context_id


def _badge(
    session: Session, versions: list[AchievementVersionRow], url: str, public_urls: PublicURLs
) -> DeskBadge:
    """Return a badge from its versions, newest first."""
    shown = next((one for one in versions if one.published_at), versions[0])
    definition = parse_definition(shown.document)
    publisher = session.get(UserRow, shown.published_by) if shown.published_by else None
    return DeskBadge(
        summary=achievement_summary(shown, definition, public_urls),
        state=shown.state,
        version=shown.number,
        published_by=display_name(publisher) if publisher else "",
        published_at=shown.published_at,
        has_draft=shown is not versions[0],
        count_criteria=len(definition.rubric.rated_criteria) if definition.rubric else 0,
        open_questions=tuple(one.text for one in definition.provenance.open_questions),
        url=url,
    )


def _subjects(session: Session, ids: Iterable[UUID | None]) -> Mapping[UUID | None, str]:
    """Return what the subjects of events are called, as far as they have names."""
    found: dict[UUID | None, str] = {}
    for id_ in {one for one in ids if one is not None}:
        if user := session.get(UserRow, id_):
            found[id_] = display_name(user)
        elif version := session.get(AchievementVersionRow, id_):
            found[id_] = version.title
        elif course := session.get(ContextRow, id_):
            found[id_] = course_title(course)
    return found
