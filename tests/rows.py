"""Row factories: each stores one row that is valid by default and returns it.

`a_course(session)` stores all that a launch needs, down to a bound link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from badges.definition import (
    AchievementDefinition,
    publish,
    serialize_definition,
)
from lti_tool.lti.login import secret_hash
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AssessmentRow,
    AttemptRow,
    BrowserRow,
    ContextRow,
    DeploymentRow,
    EarnerRow,
    IssuerRow,
    LaunchRow,
    LinkBindingRow,
    MembershipRow,
    OrganisationRow,
    ProgramRow,
    RatingRow,
    RegistrationRow,
    ResourceLinkRow,
    Row,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Launch, Role, Scope
from tests.factories import a_definition

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
BROWSER_SECRET = "browser-secret-of-a-test"
AnyRow = TypeVar("AnyRow", bound=Row)


def an_id() -> UUID:
    """Make a fresh id."""
    return uuid4()


def stored(session: Session, row: AnyRow) -> AnyRow:
    """Store and return a row."""
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True, kw_only=True)
class Course:
    """The rows around one course with one bound link."""

    organisation: OrganisationRow
    issuer: IssuerRow
    program: ProgramRow
    achievement: AchievementRow
    version: AchievementVersionRow
    registration: RegistrationRow
    deployment: DeploymentRow
    context: ContextRow
    link: ResourceLinkRow
    binding: LinkBindingRow | None

    @property
    def scope(self) -> Scope:
        """The authority over the course."""
        return Scope(deployment_id=self.deployment.id, context_id=self.context.id)


def an_organisation(session: Session, *, slug: str = "harbour") -> OrganisationRow:
    """Store an organisation."""
    return stored(
        session, OrganisationRow(id=an_id(), slug=slug, name="Harbour College", created_at=NOW)
    )


def a_program(
    session: Session,
    organisation: OrganisationRow,
    *,
    release_by: str = "assessor",
    slug: str = "coaching",
    issuer_slug: str = "",
) -> ProgramRow:
    """Store a program with its issuer."""
    issuer_slug = issuer_slug or f"{organisation.slug}-issuer"
    issuer = stored(
        session,
        IssuerRow(
            id=an_id(),
            organisation_id=organisation.id,
            slug=issuer_slug,
            did=f"did:web:tool.example:issuers:{issuer_slug}",
            name=organisation.name,
            url="https://college.example",
            created_at=NOW,
        ),
    )
    return stored(
        session,
        ProgramRow(
            id=an_id(),
            organisation_id=organisation.id,
            issuer_id=issuer.id,
            slug=slug,
            title="Harbour Coaching Program",
            description="",
            open_questions=b"[]",
            courses="any",
            release_by=release_by,
            allows_another_try=True,
            created_at=NOW,
        ),
    )


def an_achievement(
    session: Session, program: ProgramRow, *, slug: str = "one", position: int = 1
) -> AchievementRow:
    """Store an achievement family."""
    return stored(
        session,
        AchievementRow(
            id=an_id(),
            program_id=program.id,
            kind="badge",
            slug=slug,
            position=position,
            created_at=NOW,
        ),
    )


@cache
def _published() -> AchievementDefinition:
    return publish(a_definition())


_document = cache(serialize_definition)
"""Each definition once: checking it against the schema takes longer than storing it."""


def a_version(
    session: Session,
    achievement: AchievementRow,
    definition: AchievementDefinition | None = None,
    *,
    number: int = 1,
) -> AchievementVersionRow:
    """Store a version in the state of its definition."""
    definition = definition or _published()
    document = _document(definition)
    return stored(
        session,
        AchievementVersionRow(
            id=an_id(),
            achievement_id=achievement.id,
            number=number,
            state=definition.state.value,
            title=definition.title,
            program_title="Harbour Coaching Program",
            document=document,
            document_sha256=sha256(document).hexdigest(),
            image=b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
            image_type="image/svg+xml",
            created_at=NOW,
            published_at=NOW,
            published_by=None,
            publish_note="",
        ),
    )


def a_registration(
    session: Session, organisation: OrganisationRow, *, issuer: str = "https://lms.example"
) -> RegistrationRow:
    """Store an active registration."""
    return stored(
        session,
        RegistrationRow(
            id=an_id(),
            organisation_id=organisation.id,
            issuer=issuer,
            client_id="client-1",
            auth_login_url=f"{issuer}/auth",
            auth_token_url=f"{issuer}/token",
            token_audience=None,
            jwks_url=f"{issuer}/jwks",
            family="generic",
            frame_origins=issuer,
            status="active",
            created_at=NOW,
        ),
    )


def a_deployment(
    session: Session, registration: RegistrationRow, *, status: str = "approved"
) -> DeploymentRow:
    """Store a deployment."""
    return stored(
        session,
        DeploymentRow(
            id=an_id(),
            registration_id=registration.id,
            organisation_id=registration.organisation_id,
            lti_deployment_id="1",
            status=status,
            platform_guid="guid",
            platform_name="practice",
            platform_version="1",
            first_seen_at=NOW,
            approved_at=NOW if status == "approved" else None,
        ),
    )


def a_context(
    session: Session, deployment: DeploymentRow, *, lti_context_id: str = "course-1"
) -> ContextRow:
    """Store a course."""
    return stored(
        session,
        ContextRow(
            id=an_id(),
            deployment_id=deployment.id,
            lti_context_id=lti_context_id,
            title="Coaching in Community Colleges",
            memberships_url=None,
            created_at=NOW,
        ),
    )


def a_link(
    session: Session, context: ContextRow, *, lti_resource_link_id: str = "link-1"
) -> ResourceLinkRow:
    """Store a resource link with a line item."""
    return stored(
        session,
        ResourceLinkRow(
            id=an_id(),
            context_id=context.id,
            lti_resource_link_id=lti_resource_link_id,
            title="Badge activity",
            line_item_url=f"https://lms.example/lineitems/{lti_resource_link_id}",
            ags_scopes="https://purl.imsglobal.org/spec/lti-ags/scope/score",
            created_at=NOW,
        ),
    )


def a_binding(
    session: Session,
    link: ResourceLinkRow,
    version: AchievementVersionRow,
    *,
    task_id: str | None = None,
) -> LinkBindingRow:
    """Store what a link opens."""
    return stored(
        session,
        LinkBindingRow(
            resource_link_id=link.id,
            achievement_id=version.achievement_id,
            achievement_version_id=version.id,
            task_id=task_id,
            returns_grade=True,
            due_at=None,
            bound_at=NOW,
        ),
    )


def a_course(
    session: Session,
    *,
    slug: str = "harbour",
    definition: AchievementDefinition | None = None,
    release_by: str = "assessor",
    is_bound: bool = True,
) -> Course:
    """Store a course with a link, by default bound to a published achievement."""
    organisation = an_organisation(session, slug=slug)
    program = a_program(session, organisation, release_by=release_by)
    achievement = an_achievement(session, program)
    version = a_version(session, achievement, definition)
    registration = a_registration(session, organisation, issuer=f"https://{slug}.lms.example")
    deployment = a_deployment(session, registration)
    context = a_context(session, deployment)
    link = a_link(session, context)
    issuer = session.get_one(IssuerRow, program.issuer_id)
    return Course(
        organisation=organisation,
        issuer=issuer,
        program=program,
        achievement=achievement,
        version=version,
        registration=registration,
        deployment=deployment,
        context=context,
        link=link,
        binding=a_binding(session, link, version) if is_bound else None,
    )


def a_user(session: Session, course: Course, *roles: Role, name: str = "Ada Learner") -> UserRow:
    """Store a member of the course; without roles, a learner."""
    earner = stored(
        session, EarnerRow(id=an_id(), subject_urn=f"urn:uuid:{an_id()}", created_at=NOW)
    )
    user = stored(
        session,
        UserRow(
            id=an_id(),
            registration_id=course.registration.id,
            sub=f"sub-{an_id()}",
            earner_id=earner.id,
            name=name,
            is_test=False,
            created_at=NOW,
            seen_at=NOW,
        ),
    )
    listed = " ".join(sorted(roles or (Role.LEARNER,)))
    stored(
        session,
        MembershipRow(context_id=course.context.id, user_id=user.id, roles=listed, seen_at=NOW),
    )
    return user


def a_launch(
    session: Session,
    course: Course,
    user: UserRow,
    *roles: Role,
    link: ResourceLinkRow | None = None,
) -> Launch:
    """Store a launch of the browser whose cookie holds `BROWSER_SECRET`."""
    hashed = secret_hash(BROWSER_SECRET)
    browser = session.query(BrowserRow).filter_by(secret_hash=hashed).one_or_none()
    browser = browser or stored(
        session, BrowserRow(id=an_id(), secret_hash=hashed, created_at=NOW, seen_at=NOW)
    )
    row = stored(
        session,
        LaunchRow(
            id=an_id(),
            browser_id=browser.id,
            token_hash=None,
            user_id=user.id,
            context_id=course.context.id,
            resource_link_id=(link or course.link).id,
            roles=" ".join(sorted(roles or (Role.LEARNER,))),
            locale="en",
            email=None,
            is_test_user=False,
            created_at=NOW,
            seen_at=NOW,
            expires_at=NOW + timedelta(hours=8),
        ),
    )
    return Launch(
        id=row.id,
        ref=str(row.id),
        scope=course.scope,
        user_id=user.id,
        earner_id=user.earner_id,
        registration_id=user.registration_id,
        organisation_id=course.organisation.id,
        resource_link_id=row.resource_link_id,
        roles=frozenset(roles or (Role.LEARNER,)),
        is_test_user=False,
        started_at=NOW,
    )


def a_submission(session: Session, course: Course, user: UserRow) -> SubmissionRow:
    """Store that a learner of the course works toward its achievement."""
    if session.get(MembershipRow, (course.context.id, user.id)) is None:
        member = MembershipRow(
            context_id=course.context.id, user_id=user.id, roles="learner", seen_at=NOW
        )
        stored(session, member)
    return stored(
        session,
        SubmissionRow(
            id=an_id(),
            context_id=course.context.id,
            achievement_id=course.achievement.id,
            achievement_version_id=course.version.id,
            user_id=user.id,
            created_at=NOW,
        ),
    )


def an_attempt(
    session: Session,
    submission: SubmissionRow,
    *,
    state: str = "submitted",
    number: int = 1,
    submitted_at: datetime = NOW,
) -> AttemptRow:
    """Store one attempt; a draft has not been submitted."""
    is_draft = state == "draft"
    return stored(
        session,
        AttemptRow(
            id=an_id(),
            submission_id=submission.id,
            number=number,
            state=state,
            name_on_badge="Ada Learner",
            name_confirmed=not is_draft,
            revision=1,
            created_at=NOW,
            saved_at=NOW,
            submitted_at=None if is_draft else submitted_at,
            opened_at=None if is_draft or state == "submitted" else submitted_at,
            closed_at=submitted_at if state in {"returned", "decided"} else None,
        ),
    )


def an_assessment(
    session: Session,
    attempt: AttemptRow,
    rater: UserRow,
    levels: Mapping[str, str | None],
    *,
    comment: str = "",
) -> AssessmentRow:
    """Store an assessment whose ratings are levels by criterion id."""
    row = stored(
        session,
        AssessmentRow(
            id=an_id(),
            attempt_id=attempt.id,
            seat=1,
            rater_id=rater.id,
            comment=comment,
            revision=1,
            created_at=NOW,
            saved_at=NOW,
        ),
    )
    for criterion_id, level_id in levels.items():
        stored(
            session,
            RatingRow(
                assessment_id=row.id,
                criterion_id=criterion_id,
                level_id=level_id,
                override_level_id=None,
                override_reason="",
                comment=f"On {criterion_id}.",
                is_kept=False,
                rated_by=rater.id,
                rated_at=NOW,
            ),
        )
    return row
