"""Accepting badges of other issuers in place of a program's own, for a microcredential."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import DefinitionState
from badges.document_checks import CredentialKind
from badges.pathway import AcceptedCredential
from badges.pathway_definition import PathwayDefinition, find_faults, unfit_fields
from badges.pathway_faults import PathwayFaultCode
from badges.untrusted import MAXIMUM_BYTES
from lti_tool.errors import InvalidFieldsError, TooLargeError
from lti_tool.services.desk.pages import desk_head
from lti_tool.services.desk.pathway_forms import LINE_CHARACTERS
from lti_tool.services.desk.pathways import get_pathway, store_draft
from lti_tool.services.examining import Report
from lti_tool.services.pages.accepting import AcceptForm, AcceptPage
from lti_tool.services.stacks import list_program_badges
from lti_tool.services.texts import plain_line
from lti_tool.services.urls import DeskURLs
from lti_tool.store import coordination, keys
from lti_tool.store.rows import AchievementVersionRow
from lti_tool.values import Clock, Launch, NewId, ProgramScope

ACCEPTED_MOST = 100
ID_CHARACTERS = 2000
_LIMITS = {
    "component": LINE_CHARACTERS,
    "title": LINE_CHARACTERS,
    "issuer_name": LINE_CHARACTERS,
    "achievement": ID_CHARACTERS,
    "issuer": ID_CHARACTERS,
}
_UNFIT = {"component": "choose_component", "achievement": "not_an_id", "issuer": "not_an_issuer"}
_FAULTS = {
    PathwayFaultCode.ACCEPTS_FOR_NONE: ("component", "choose_component"),
    PathwayFaultCode.ACCEPTS_REPEATED: ("achievement", "accepts_repeated"),
    PathwayFaultCode.ACCEPTS_OWN: ("issuer", "accepts_own"),
}


def accept_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    form: AcceptForm,
    *,
    text: str = "",
    url: str = "",
    read_status: str | None = None,
) -> AcceptPage:
    """Return the form that accepts a badge from elsewhere.

    Raises:
        NotFoundError: no such pathway.
    """
    urls = DeskURLs(launch.ref)
    _, _, definition = get_pathway(session, scope, achievement_id)
    titles = {
        one.achievement.slug: one.title for one in list_program_badges(session, scope.program_id)
    }
    return AcceptPage(
        head=desk_head(session, launch, scope),
        pathway=definition.title,
        form=form,
        components=tuple((slug, titles.get(slug, slug)) for slug in definition.components),
        text=text[:MAXIMUM_BYTES],
        url=url,
        maximum_bytes=MAXIMUM_BYTES,
        read_status=read_status,
        action_url=urls.accept(scope.program_id, achievement_id),
        back_url=urls.pathway(scope.program_id, achievement_id),
    )


def filled_from(report: Report, form: AcceptForm, *, field: str) -> AcceptForm:
    """Return the form with what a verified credential says of itself.

    One that has run out or was taken back will do: what it was given for is the same.
    `field` is where it came from.

    Raises:
        InvalidFieldsError: nobody stands behind its words, or it is no badge.
    """
    found = report.summary
    if report.status == "unreadable":
        raise InvalidFieldsError({field: ("no_credential", None)})
    if found is None:
        raise InvalidFieldsError({field: ("credential_unproved", None)})
    if report.kind is not CredentialKind.BADGE or found.achievement_id is None:
        raise InvalidFieldsError({field: ("credential_no_badge", None)})
    return replace(
        form,
        achievement=found.achievement_id,
        issuer=found.issuer_id,
        title=_shortened(found.achievement_name),
        issuer_name=_shortened(found.issuer_name or ""),
    )


def accept(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    form: AcceptForm,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Let a badge from elsewhere count, in the draft of a microcredential.

    Raises:
        NotFoundError: no such pathway.
        InvalidFieldsError: fields that need another look, each with its reason.
    """
    program = coordination.lock_program(session, scope.program_id)
    achievement, latest, former = get_pathway(session, scope, achievement_id)
    accepted = _parse(form)
    definition = replace(former, state=DefinitionState.DRAFT, accepts=(*former.accepts, accepted))
    _check(definition, own_issuers=keys.list_issuer_ids(session))
    return store_draft(
        session, scope, program, achievement, latest, definition, clock=clock, new_id=new_id
    )


def _parse(form: AcceptForm) -> AcceptedCredential:
    faults: dict[str, tuple[str, str | None]] = {}
    values = {}
    for name, most in _LIMITS.items():
        try:
            values[name] = plain_line(getattr(form, name), field=name, most=most)
        except TooLargeError:
            faults[name] = ("too_many_characters", str(most))
    if faults:
        raise InvalidFieldsError(faults)
    accepted = AcceptedCredential(**values)
    unfit = unfit_fields(accepted)
    if unfit:
        raise InvalidFieldsError({name: (_UNFIT.get(name, "unfit"), None) for name in unfit})
    return accepted


def _check(definition: PathwayDefinition, *, own_issuers: frozenset[str]) -> None:
    """Refuse what publishing would refuse of the last accepted credential, or one too many."""
    if len(definition.accepts) > ACCEPTED_MOST:
        raise InvalidFieldsError({"": ("too_many_accepted", str(ACCEPTED_MOST))})
    last = len(definition.accepts) - 1
    faults = {
        name: (code, None)
        for fault in find_faults(definition, definition.components, own_issuers=own_issuers)
        if fault.position == last
        for name, code in (_FAULTS[fault.code],)
    }
    if faults:
        raise InvalidFieldsError(faults)


def _shortened(name: str) -> str:
    return plain_line(name[:LINE_CHARACTERS], field="title", most=LINE_CHARACTERS)
