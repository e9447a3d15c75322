"""One class for each table, grouped by topic. Every class names its personal data."""

from lti_tool.store.base import Row
from lti_tool.store.rows.assessments import (
    AssessmentRow,
    AttemptClaimRow,
    AttemptSeatRow,
    DecisionRow,
    HandInRow,
    RatingRow,
    TaskScoreRow,
)
from lti_tool.store.rows.awards import (
    AttestationRow,
    AwardComponentRow,
    AwardRow,
    CredentialFormRow,
    CredentialRow,
    EvidenceChoiceRow,
    FormerCredentialRow,
    ShareRow,
    StatusEntryRow,
    StatusListRow,
)
from lti_tool.store.rows.coordination import (
    ProgramCoordinatorRow,
    ProgramCourseRow,
    ProgramInviteRow,
)
from lti_tool.store.rows.deliveries import ScoreDeliveryRow, ServiceTokenRow
from lti_tool.store.rows.editing import (
    DefinitionDraftRow,
    DefinitionEditorRow,
    DefinitionRevisionRow,
)
from lti_tool.store.rows.endorsements import EndorsementRow
from lti_tool.store.rows.foreign import (
    ForeignComponentRow,
    ForeignCredentialRow,
    ForeignDocumentRow,
)
from lti_tool.store.rows.organisations import (
    AuditEventRow,
    IssuerRow,
    OrganisationRow,
    ProgramAssessorRow,
    ProgramRow,
    SigningKeyRow,
)
from lti_tool.store.rows.people import (
    BrowserRow,
    EarnerRow,
    KeepLinkRow,
    LaunchRow,
    MembershipRow,
    UserRow,
)
from lti_tool.store.rows.platforms import (
    ContextRow,
    DeploymentRow,
    LoginAttemptRow,
    RegistrationRow,
    ResourceLinkRow,
)
from lti_tool.store.rows.programs import AchievementRow, AchievementVersionRow, LinkBindingRow
from lti_tool.store.rows.submissions import (
    AnswerRow,
    ArtefactRow,
    AttemptRow,
    EvidenceReferenceRow,
    FileDeletionRow,
    KeptTextRow,
    LogEntryRow,
    SubmissionRow,
)

__all__ = [
    "AchievementRow",
    "AchievementVersionRow",
    "AnswerRow",
    "ArtefactRow",
    "AssessmentRow",
    "AttemptClaimRow",
    "AttemptRow",
    "AttemptSeatRow",
    "AttestationRow",
    "AuditEventRow",
    "AwardComponentRow",
    "AwardRow",
    "BrowserRow",
    "ContextRow",
    "CredentialFormRow",
    "CredentialRow",
    "DecisionRow",
    "DefinitionDraftRow",
    "DefinitionEditorRow",
    "DefinitionRevisionRow",
    "DeploymentRow",
    "EarnerRow",
    "EndorsementRow",
    "EvidenceChoiceRow",
    "EvidenceReferenceRow",
    "FileDeletionRow",
    "ForeignComponentRow",
    "ForeignCredentialRow",
    "ForeignDocumentRow",
    "FormerCredentialRow",
    "HandInRow",
    "IssuerRow",
    "KeepLinkRow",
    "KeptTextRow",
    "LaunchRow",
    "LinkBindingRow",
    "LogEntryRow",
    "LoginAttemptRow",
    "MembershipRow",
    "OrganisationRow",
    "ProgramAssessorRow",
    "ProgramCoordinatorRow",
    "ProgramCourseRow",
    "ProgramInviteRow",
    "ProgramRow",
    "RatingRow",
    "RegistrationRow",
    "ResourceLinkRow",
    "Row",
    "ScoreDeliveryRow",
    "ServiceTokenRow",
    "ShareRow",
    "SigningKeyRow",
    "StatusEntryRow",
    "StatusListRow",
    "SubmissionRow",
    "TaskScoreRow",
    "UserRow",
]
