"""The grid of a program: who stands how with which badge, on a page and as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.desk.pages import course_title, desk_head
from lti_tool.services.pages.assessor import Pager
from lti_tool.services.pages.desk import GridBadge, GridCell, GridPage, GridRow
from lti_tool.services.stacks import list_stacks, stand_all
from lti_tool.services.texts import plain_line
from lti_tool.services.urls import DeskURLs
from lti_tool.store import grids, programs
from lti_tool.store.grids import EarnerParts, GridFilter, Standing
from lti_tool.values import Launch, ProgramScope
from rubrics.tables import write_table

PAGE_SIZE = 50
NAME_CHARACTERS = 100
_EMPTY = GridCell(state="", since=None)


def parse_filter(sent: Mapping[str, str]) -> GridFilter:
    """Return the filter that a query string asks for; what is none is not filtered by."""
    badge, _, standing = sent.get("badge", "").partition(":")
    achievement_id = _uuid(badge)
    return GridFilter(
        context_id=_uuid(sent.get("course", "")),
        achievement_id=achievement_id,
        standing=Standing(standing) if achievement_id and standing in set(Standing) else None,
        name=plain_line(sent.get("name", "")[:NAME_CHARACTERS], field="name", most=NAME_CHARACTERS),
    )


def grid_page(
    session: Session, launch: Launch, scope: ProgramScope, wanted: GridFilter, *, page: int
) -> GridPage:
    """Return one page of the grid; `page` counts from 1."""
    urls, query = DeskURLs(launch.ref), _query(wanted)
    badges = _badges(session, scope)
    count = grids.count_earners(session, scope, wanted)
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    earners = grids.list_earners(
        session, scope, wanted, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )

    def counted(badge: GridBadge, standing: Standing) -> int:
        asked = replace(wanted, achievement_id=UUID(badge.id), standing=standing)
        return grids.count_earners(session, scope, asked)

    return GridPage(
        head=desk_head(session, launch, scope),
        badges=tuple(
            replace(
                badge,
                count_earned=counted(badge, Standing.EARNED),
                count_working=counted(badge, Standing.WORKING),
            )
            for badge in badges
        ),
        rows=_rows(session, scope, badges, earners),
        count=count,
        courses=tuple(
            (str(one.id), course_title(one)) for one in grids.list_grid_courses(session, scope)
        ),
        course=query.get("course", ""),
        badge=query.get("badge", ""),
        name=wanted.name,
        url=urls.learners(scope.program_id),
        revoke_url=urls.revoke(scope.program_id),
        bulk_url=urls.bulk(scope.program_id),
        csv_url=_with(urls.learners(scope.program_id, ".csv"), query),
        pager=Pager(
            page=page,
            pages=pages,
            previous_url=_with(urls.learners(scope.program_id), {**query, "page": str(page - 1)})
            if page > 1
            else None,
            next_url=_with(urls.learners(scope.program_id), {**query, "page": str(page + 1)})
            if page < pages
            else None,
        ),
    )


def grid_csv(session: Session, scope: ProgramScope, wanted: GridFilter) -> bytes:
    """Return the whole grid as CSV: for each badge how a learner stands, and since when (UTC).

    Cells that a spreadsheet would run as formulas are guarded.
    """
    badges = _badges(session, scope)
    rows = _rows(session, scope, badges, grids.list_earners(session, scope, wanted))
    header = ["Learner", *(f"{one.title}: {what}" for one in badges for what in ("state", "since"))]
    return write_table(
        [
            header,
            *(
                [row.name, *(text for cell in row.cells for text in (cell.state, _day(cell.since)))]
                for row in rows
            ),
        ]
    )


def _badges(session: Session, scope: ProgramScope) -> tuple[GridBadge, ...]:
    """Return the badges of the program, and the microcredentials that are open."""
    badges: dict[UUID, GridBadge] = {}
    for version, achievement, program in programs.list_versions(session, scope.organisation_id):
        if program.id == scope.program_id and achievement.id not in badges:
            badges[achievement.id] = GridBadge(
                id=str(achievement.id), position=achievement.position, title=version.title
            )
    for stack in list_stacks(session, scope.program_id):
        badges[stack.achievement.id] = GridBadge(
            id=str(stack.achievement.id), position=len(badges) + 1, title=stack.definition.title
        )
    return tuple(badges.values())


def _rows(
    session: Session,
    scope: ProgramScope,
    badges: Sequence[GridBadge],
    earners: Sequence[EarnerParts],
) -> tuple[GridRow, ...]:
    ids = [id_ for id_, _ in earners]
    awards = grids.list_awards(session, scope, ids)
    cells: dict[tuple[UUID, str], GridCell] = {}
    lost = {(one.earner_id, one.achievement_id) for one in awards if one.revoked_at}
    for award in awards:
        if award.revoked_at:
            cell = GridCell(state="revoked", since=award.revoked_at)
            cells[award.earner_id, str(award.achievement_id)] = cell
    for earner_id, achievement_id, attempt in grids.list_work(session, scope, ids):
        key = earner_id, str(achievement_id)
        if attempt.state != "decided":
            since = attempt.closed_at or attempt.submitted_at or attempt.created_at
            cells[key] = GridCell(state=attempt.state, since=since)
        elif key not in cells:
            # Whether it led to an award is seen below, or was revoked.
            cells[key] = GridCell(state="not_awarded", since=attempt.closed_at)
    for award in awards:
        if not award.revoked_at:
            state = "attested" if award.origin == "attested" else "awarded"
            cell = GridCell(
                state=state,
                since=award.awarded_at,
                is_again=(award.earner_id, award.achievement_id) in lost,
            )
            cells[award.earner_id, str(award.achievement_id)] = cell
    cells |= _from_elsewhere(session, scope, ids)
    return tuple(
        GridRow(
            name=name or f"#{str(id_)[:8]}",
            cells=tuple(cells.get((id_, badge.id), _EMPTY) for badge in badges),
        )
        for id_, name in earners
    )


def _from_elsewhere(
    session: Session, scope: ProgramScope, earner_ids: Sequence[UUID]
) -> Mapping[tuple[UUID, str], GridCell]:
    """Return who has which badge met by one of another issuer, and since when they hold that."""
    return {
        (earner_id, str(badge.achievement.id)): GridCell(
            state="from_elsewhere", since=row.earned_at
        )
        for stack in list_stacks(session, scope.program_id)
        if stack.definition.accepts
        for earner_id, standings in stand_all(session, stack, earner_ids).items()
        for badge in stack.badges
        if (row := standings.foreign.get(badge.achievement.slug)) is not None
    }


def _query(wanted: GridFilter) -> dict[str, str]:
    query = {
        "course": str(wanted.context_id or ""),
        "badge": f"{wanted.achievement_id}:{wanted.standing}" if wanted.standing else "",
        "name": wanted.name,
    }
    return {name: value for name, value in query.items() if value}


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(query)}" if query else url


def _day(instant: datetime | None) -> str:
    return instant.date().isoformat() if instant else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
