"""A badge as a learner, an assessor and the world would see it. Nothing is stored."""

import json
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, DefinitionState
from badges.draft_check import text_of_finding
from badges.errors import InvalidDraftError
from lti_tool.errors import NotFoundError
from lti_tool.services.checklist import find_missing, make_checklist
from lti_tool.services.credential_facts import (
    AwardFacts,
    Reservation,
    Subject,
    unsigned_credential,
)
from lti_tool.services.criterion_scores import criterion_scores
from lti_tool.services.decision_inputs import CriterionInput
from lti_tool.services.decisions import judge
from lti_tool.services.desk.editor_pages import badge_head
from lti_tool.services.desk.latest import latest_definition
from lti_tool.services.draft_content import DraftContent
from lti_tool.services.draft_fields import StoredDraft, stored_fields
from lti_tool.services.learner_pages import also_asked
from lti_tool.services.models import AchievementSummary, AnswerView
from lti_tool.services.pages.assessor import ClaimView, ScorePage
from lti_tool.services.pages.learner import ActivityPage, WorkPage
from lti_tool.services.pages.previewing import CredentialPreview, PreviewPage
from lti_tool.services.presenting import (
    artefact_rule_views,
    prompt_title,
    prompt_views,
    rubric_view,
    trace_view,
)
from lti_tool.services.rules import rule_views
from lti_tool.services.sheets import blank_sheet
from lti_tool.services.urls import CourseURLs, DeskURLs, PublicURLs
from lti_tool.services.work_page import Surroundings, self_rounds_of
from lti_tool.services.work_parts import PartAround, make_parts, source_options
from lti_tool.store import organisations
from lti_tool.store.rows import AttemptRow, IssuerRow, ProgramRow
from lti_tool.values import Clock, Launch, ProgramScope
from rubrics.model import LevelSource
from rubrics.scoring import CriterionRating, score

KINDS = ("learner", "work", "assessor", "credential")
NOBODY = UUID(int=0)
NAME = "Sam Sample"
NOTHING = "…"
INERT = "#"
"""Where the buttons of a preview lead."""


def preview_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    kind: str,
    public_urls: PublicURLs,
) -> PreviewPage:
    """Return the page that holds the frames; what is missing where there is nothing to show."""
    urls = DeskURLs(launch.ref)
    kind = kind if kind in KINDS else KINDS[0]
    lacks: tuple[str, ...] = ()
    is_there = False
    try:
        is_there = latest_definition(session, scope, achievement_id) is not None
    except InvalidDraftError as error:
        lacks = tuple(dict.fromkeys(map(text_of_finding, error.findings)))
    own = urls.badge(achievement_id, "preview")
    return PreviewPage(
        badge=badge_head(session, launch, scope, achievement_id, public_urls=public_urls),
        edit_url=urls.badge(achievement_id, "edit"),
        kinds=tuple((one, f"{own}?of={one}") for one in KINDS),
        kind=kind,
        frame_url=urls.badge(achievement_id, f"preview/{kind}") if is_there else "",
        lacks=lacks,
    )


def as_learner(
    session: Session, launch: Launch, scope: ProgramScope, achievement_id: UUID
) -> ActivityPage:
    """Return the activity as a learner meets it.

    Raises:
        NotFoundError: there is nothing to show yet.
    """
    definition = _definition(session, scope, achievement_id)
    program = session.get_one(ProgramRow, scope.program_id)
    return ActivityPage(
        achievement=_summary(session, launch, scope, achievement_id, definition),
        rubric=rubric_view(definition),
        prompts=prompt_views(definition),
        artefact_rules=artefact_rule_views(definition),
        also=also_asked(definition),
        start_url=INERT,
        allow_resubmission=program.allows_another_try,
    )


def as_work(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    around: Surroundings,
) -> WorkPage:
    """Return the form that a learner fills in, empty.

    Raises:
        NotFoundError: there is nothing to show yet.
    """
    definition = _definition(session, scope, achievement_id)
    fields = stored_fields(
        definition,
        StoredDraft(
            attempt=AttemptRow(name_on_badge=NAME, name_confirmed=False),
            answers={},
            artefacts=(),
            references=(),
            self_ratings={},
        ),
    )
    content = DraftContent(
        definition=definition, fields=fields, artefacts=(), references=(), kept=frozenset()
    )
    parts = PartAround(
        links=around.links,
        urls=CourseURLs(launch.ref),
        received=around.received,
        maximum_bytes=around.maximum_bytes,
        refused_links={},
    )
    return WorkPage(
        achievement=_summary(session, launch, scope, achievement_id, definition),
        rubric=rubric_view(definition),
        attempt_id=str(NOBODY),
        attempt_number=1,
        revision=0,
        saved_at=None,
        draft_url=INERT,
        uploads_url=INERT,
        refresh_url=INERT,
        parts=make_parts(content, content, None, parts),
        self_rounds=self_rounds_of(content),
        sources=source_options(content),
        name_on_badge=NAME,
        name_confirmed=False,
        checklist=make_checklist(content, find_missing(content)),
        previous=None,
        conflicts=(),
        kept_texts=(),
    )


def as_assessor(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    clock: Clock,
) -> ScorePage:
    """Return the scoring page, with nothing rated and nothing handed in.

    Raises:
        NotFoundError: there is nothing to show yet, or nobody has said how levels arise.
    """
    definition = _definition(session, scope, achievement_id)
    rubric = definition.get_rubric()
    if rubric.level_source is None:
        raise NotFoundError("nobody has said how levels arise")
    criteria = tuple(CriterionInput(criterion_id=one.id) for one in rubric.rated_criteria)
    judgement = judge(definition, criteria)
    return ScorePage(
        achievement=_summary(session, launch, scope, achievement_id, definition),
        rubric=rubric_view(definition),
        attempt_id=str(NOBODY),
        learner_name=NAME,
        name_on_badge=NAME,
        attempt_number=1,
        submitted_at=clock(),
        revision=0,
        saved_at=None,
        assessment_url=INERT,
        claim_url=INERT,
        queue_url=INERT,
        previous_url=None,
        next_url=None,
        position=None,
        count=None,
        claim=ClaimView(is_mine=True, held_by=None, until=None, take_url=None),
        answers=tuple(
            AnswerView(prompt_id=one.id, title=prompt_title(definition, one), text=NOTHING, words=0)
            for one in definition.prompts
        ),
        artefacts=(),
        logs=(),
        criteria=criterion_scores(
            judgement,
            blank_sheet(rubric),
            references={one.id: () for one in rubric.rated_criteria},
            kept=frozenset(),
            sources={},
        ),
        comment="",
        trace=trace_view(judgement),
        decision=None,
        history=(),
        rounds=(),
        conflicts=(),
        kept_texts=(),
        only_task=None,
        may_release=True,
        seats=None,
    )


def as_credential(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
    clock: Clock,
) -> CredentialPreview:
    """Return the credential of somebody invented, who reached the highest of everything.

    Raises:
        NotFoundError: there is nothing to show yet, or nobody has said how levels arise.
    """
    definition = _definition(session, scope, achievement_id)
    program = session.get_one(ProgramRow, scope.program_id)
    issuer = session.get_one(IssuerRow, program.issuer_id)
    newest = organisations.get_latest_version(session, achievement_id)
    facts = AwardFacts(
        # Only what is published is issued; a draft is shown as if it were.
        definition=replace(definition, state=DefinitionState.PUBLISHED),
        version_id=NOBODY,
        version_number=newest.number + (newest.published_at is not None),
        image_type="image/svg+xml",
        issuer=issuer,
        subject=Subject(urn=NOBODY.urn, name=NAME),
        result=score(definition.get_rubric(), _best(definition)),
        awarded_at=clock(),
        issued_at=clock(),
    )
    nowhere = Reservation(
        credential_id=NOBODY, evidence_page_id=NOBODY, status_list_id=NOBODY, position=0
    )
    document = unsigned_credential(facts, nowhere, urls=public_urls)
    return CredentialPreview(
        achievement=_summary(session, launch, scope, achievement_id, definition),
        issuer_name=issuer.name,
        name=NAME,
        rules=rule_views(definition),
        document=json.dumps(document, ensure_ascii=False, indent=2),
    )


def _best(definition: AchievementDefinition) -> Mapping[str, CriterionRating]:
    rubric = definition.get_rubric()
    if rubric.level_source is None:
        raise NotFoundError("nobody has said how levels arise")
    ratings = {}
    for one in rubric.rated_criteria:
        if rubric.level_source is LevelSource.TASKS and rubric.is_derived(one):
            points = {task.id: task.maximum for task in rubric.tasks}
            ratings[one.id] = CriterionRating(task_points=points)
        elif one.numbers is not None:
            ratings[one.id] = CriterionRating(number=one.numbers.maximum, is_signed=True)
        else:
            level = one.highest_level
            level_id = level.id if level else None
            ratings[one.id] = CriterionRating(level_id=level_id, is_signed=True)
    return ratings


def _definition(
    session: Session, scope: ProgramScope, achievement_id: UUID
) -> AchievementDefinition:
    try:
        definition = latest_definition(session, scope, achievement_id)
    except InvalidDraftError as error:
        raise NotFoundError("the draft is no definition yet") from error
    if definition is None:
        raise NotFoundError("nothing is known of this badge")
    return definition


def _summary(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    definition: AchievementDefinition,
) -> AchievementSummary:
    return AchievementSummary(
        title=definition.title,
        description=definition.description,
        program=session.get_one(ProgramRow, scope.program_id).title,
        position=definition.position,
        total_in_stack=definition.total_in_stack,
        image_url=f"{DeskURLs(launch.ref).badge(achievement_id, 'picture')}?shown=1",
        image_alt=definition.image_alt,
        criteria_url=INERT,
    )
