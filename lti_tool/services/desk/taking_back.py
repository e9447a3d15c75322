"""Taking many badges back at the desk: whom, with what follows, then for good."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import InvalidFieldsError, InvalidInputError
from lti_tool.services.desk.pages import desk_head
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.names import display_name
from lti_tool.services.pages.revoke import GivenView, RevokePage
from lti_tool.services.revoking import RevocationWish, find_following, revoke_many
from lti_tool.services.stacks import list_program_badges
from lti_tool.services.texts import is_visible, plain_text
from lti_tool.services.urls import DeskURLs
from lti_tool.store import pathways
from lti_tool.values import Launch, ProgramScope

LISTED = 500
"""How many are listed, and taken back in one request."""
REASON_CHARACTERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the form holds, as it was typed; `credentials` are ids, unless all are meant."""

    badge: str = ""
    since: str = ""
    until: str = ""
    reason: str = ""
    credentials: frozenset[str] = frozenset()
    is_all: bool = False


def check(session: Session, scope: ProgramScope, chosen: Chosen) -> tuple[RevocationWish, ...]:
    """Return what a coordinator wants to take back; what others took back is left out.

    Raises:
        InvalidFieldsError: `required` or `too_many_characters` at `reason`, `required` at
            `credential`, `not_a_day` at `since` or `until`.
    """
    faults: dict[str, tuple[str, str | None]] = {}
    reason = ""
    try:
        reason = plain_text(chosen.reason, field="reason", most=REASON_CHARACTERS).strip()
    except InvalidInputError:
        faults["reason"] = ("too_many_characters", str(REASON_CHARACTERS))
    else:
        if not is_visible(reason):
            faults["reason"] = ("required", None)
    given = _given(session, scope, chosen)
    ids = [one.id for _, one in given if chosen.is_all or str(one.id) in chosen.credentials]
    if not ids:
        faults["credential"] = ("required", None)
    if faults:
        raise InvalidFieldsError(faults)
    return tuple(RevocationWish(credential_id=id_, reason=reason) for id_ in ids)


def check_days(chosen: Chosen) -> None:
    """Raise `InvalidFieldsError` where a day is none: `not_a_day`."""
    for name in ("since", "until"):
        _day(getattr(chosen, name), name)


def take_back(parts: IssuingParts, scope: ProgramScope, wishes: tuple[RevocationWish, ...]) -> None:
    """Take badges back for good, and sign their lists."""
    for _ in revoke_many(parts, wishes, actor_id=scope.user_id):
        pass


def revoke_page(
    parts: IssuingParts,
    launch: Launch,
    scope: ProgramScope,
    chosen: Chosen,
    *,
    wishes: tuple[RevocationWish, ...] = (),
) -> RevokePage:
    """Return the page: who holds a badge, or, with `wishes`, what would become of it."""
    urls, ids = DeskURLs(launch.ref), {one.credential_id for one in wishes}
    lost = find_following(parts, ids) if ids else ()
    with parts.database.reading() as session:
        try:
            found = _given(session, scope, chosen)
        except InvalidFieldsError:
            found = []
        shown = [(award, one) for award, one in found if not ids or one.id in ids]
        earners = {award.earner_id for award, _ in shown} | {one.earner_id for one in lost}
        names = {id_: display_name(u) for id_, u in pathways.list_names(session, earners).items()}
        return RevokePage(
            head=desk_head(session, launch, scope),
            is_checked=bool(ids),
            badges=tuple(
                (str(one.achievement.id), one.title)
                for one in list_program_badges(session, scope.program_id)
                if not one.is_placeholder
            ),
            badge=chosen.badge,
            since=chosen.since,
            until=chosen.until,
            given=tuple(
                GivenView(
                    id=str(one.id),
                    name=names.get(award.earner_id, ""),
                    given_on=award.awarded_at,
                    is_attested=award.origin == "attested",
                    is_chosen=str(one.id) in chosen.credentials,
                )
                for award, one in shown
            ),
            has_more=len(found) == LISTED,
            reason=chosen.reason,
            following=tuple((names.get(one.earner_id, ""), one.title) for one in lost),
            url=urls.revoke(scope.program_id),
            back_url=urls.learners(scope.program_id),
        )


def _given(session: Session, scope: ProgramScope, chosen: Chosen) -> list[pathways.GivenParts]:
    try:
        achievement_id = UUID(chosen.badge)
    except ValueError:
        return []
    until = _day(chosen.until, "until")
    return list(
        pathways.list_given(
            session,
            scope.program_id,
            achievement_id,
            since=_day(chosen.since, "since"),
            until=until and _day_after(until),
            limit=LISTED,
        )
    )


def _day_after(day: datetime) -> datetime | None:
    """Return the day after; None after the last that there is."""
    last = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
    return day + timedelta(days=1) if day <= last else None


def _day(text: str, field: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) if text else None
    except ValueError as error:
        raise InvalidFieldsError({field: ("not_a_day", None)}) from error
