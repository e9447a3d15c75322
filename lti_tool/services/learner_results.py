"""What came of an attempt, as its learner reads it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.services import history
from lti_tool.services.decision_inputs import read_inputs
from lti_tool.services.decisions import Verdict, judge_inputs
from lti_tool.services.disclosing import disclosure_of
from lti_tool.services.drafts import Work
from lti_tool.services.forms import can_hide_levels
from lti_tool.services.own_stacks import find_stack_url
from lti_tool.services.pages.learner import OwnCredential, ResultPage
from lti_tool.services.presenting import achievement_summary, trace_view
from lti_tool.services.rounds import round_views
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store import awards, deliveries, programs, shares
from lti_tool.store.rows import AwardRow, CredentialRow, DecisionRow
from lti_tool.values import Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The award that a decision led to, with its credential."""

    award: AwardRow
    credential: CredentialRow


def result_page(
    session: Session, launch: Launch, work: Work, *, public_urls: PublicURLs
) -> ResultPage:
    """Return the result of a decided or returned attempt.

    Raises:
        NotFoundError: there is no decision.
    """
    decision = get_decision(session, work)
    held = find_held(session, decision)
    judgement = judge_inputs(work.definition, read_inputs(decision.inputs))
    is_corrected = decision.supersedes_id is not None
    return ResultPage(
        achievement=achievement_summary(work.version, work.definition, public_urls),
        attempt_number=work.attempt.number,
        decided_at=decision.released_at,
        outcome=_outcome(decision, held),
        comment=history.decision_comment(decision),
        results=history.decision_results(work.definition, decision),
        trace=trace_view(judgement),
        is_corrected=is_corrected,
        is_entered=work.attempt.is_entered,
        correction_reason=decision.note if is_corrected else None,
        resubmit_url=CourseURLs(launch.ref).resubmit
        if may_try_again(session, work, decision)
        else None,
        attempts_left=None,
        credential=_own_credential(session, launch, work, held, public_urls),
        gradebook=_gradebook(session, work, decision, held),
        rounds=round_views(session, work.attempt, work.definition),
        stack_url=find_stack_url(session, launch, work.submission.achievement_id),
        previous=history.list_previous(
            session,
            work.submission.id,
            before_number=work.attempt.number,
            definition=work.definition,
        ),
    )


def get_decision(session: Session, work: Work) -> DecisionRow:
    """Return the standing decision on the newest attempt, or raise `NotFoundError`."""
    decision = awards.find_standing_decision(session, work.attempt.id)
    if decision is None:
        raise NotFoundError(f"no decision on attempt {work.attempt.id}")
    return decision


def may_try_again(session: Session, work: Work, decision: DecisionRow) -> bool:
    """Whether the learner may open the next attempt."""
    if decision.verdict == Verdict.RETURNED:
        return True
    program = programs.get_program_of(session, work.submission.achievement_id)
    if decision.verdict == Verdict.AWARDED:
        held = find_held(session, decision)
        was_lost = held is not None and held.award.revoked_at is not None
        return was_lost and program.allows_another_try and not _is_held(session, held)
    return program.allows_another_try


def _is_held(session: Session, lost: "Held | None") -> bool:
    """Whether somebody holds again what they lost."""
    if lost is None:
        return False
    award = lost.award
    return awards.find_live_award(session, award.earner_id, award.achievement_id) is not None


def find_held(session: Session, decision: DecisionRow) -> Held | None:
    """Return what the earner holds by this decision, or held."""
    award = awards.find_award_behind(session, decision.id)
    credential = awards.find_credential_of_award(session, award.id) if award else None
    return Held(award=award, credential=credential) if award and credential else None


def _outcome(decision: DecisionRow, held: Held | None) -> str:
    return "revoked" if held and held.award.revoked_at else str(decision.verdict)


def _own_credential(
    session: Session, launch: Launch, work: Work, held: Held | None, public_urls: PublicURLs
) -> OwnCredential | None:
    if held is None:
        return None
    urls, id_ = CourseURLs(launch.ref), held.credential.id
    version = programs.get_version(session, held.award.achievement_version_id)
    share = shares.find_share(session, id_)
    return OwnCredential(
        page_url=urls.own_credential(id_),
        json_url=urls.own_credential(id_, ".json"),
        jwt_url=urls.own_credential(id_, ".jwt"),
        image_url=public_urls.image(version.id, version.image_type),
        image_alt=work.definition.image_alt,
        share_link=public_urls.shared(share.token) if share else None,
        shows=disclosure_of(share).value,
        has_levels=held.award.revoked_at is None and can_hide_levels(held.credential),
        share_url=urls.share,
        unshare_url=urls.unshare,
        evidence_url=urls.own_evidence(id_) if held.award.decision_id else None,
        keep_url=urls.keep,
        issued_on=held.credential.issued_at,
        revoked_on=held.award.revoked_at,
        status="revoked" if held.award.revoked_at else "valid",
    )


def _gradebook(session: Session, work: Work, decision: DecisionRow, held: Held | None) -> str:
    """Return what the course's gradebook gets by this decision.

    A revocation changes nothing there, a correction only where somebody chose to send it.
    """
    if not deliveries.list_graded_links(session, work.submission):
        return "none"
    is_silent = decision.supersedes_id is not None and not any(
        row.occurred_at >= decision.released_at
        for row in deliveries.list_latest(session, work.submission.id)
    )
    if is_silent or (held and held.award.revoked_at):
        return "unchanged"
    return "full_points" if decision.verdict == Verdict.AWARDED else "no_score"
