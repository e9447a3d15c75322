"""First schema.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "browser",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_browser_secret_hash")),
    )
    op.create_table(
        "earner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_urn", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earner")),
        sa.UniqueConstraint("subject_urn", name=op.f("uq_earner_subject_urn")),
    )
    op.create_table(
        "file_deletion",
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("storage_key", name=op.f("pk_file_deletion")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "issuer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_issuer_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer")),
        sa.UniqueConstraint("did", name=op.f("uq_issuer_did")),
        sa.UniqueConstraint("slug", name=op.f("uq_issuer_slug")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("auth_login_url", sa.String(), nullable=False),
        sa.Column("auth_token_url", sa.String(), nullable=False),
        sa.Column("token_audience", sa.String(), nullable=True),
        sa.Column("jwks_url", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("frame_origins", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "family IN ('generic', 'canvas', 'moodle')", name=op.f("ck_registration_family_known")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'disabled')", name=op.f("ck_registration_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_registration_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_registration_issuer_client_id")),
    )
    op.create_table(
        "deployment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("lti_deployment_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("platform_guid", sa.String(), nullable=False),
        sa.Column("platform_name", sa.String(), nullable=False),
        sa.Column("platform_version", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'disabled')", name=op.f("ck_deployment_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_deployment_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_deployment_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint(
            "registration_id",
            "lti_deployment_id",
            name=op.f("uq_deployment_registration_id_lti_deployment_id"),
        ),
    )
    op.create_table(
        "login_attempt",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("nonce_hash", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("target_link_uri", sa.String(), nullable=False),
        sa.Column("storage_target", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_login_attempt_registration_id")
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_login_attempt")),
    )
    op.create_index(
        op.f("ix_login_attempt_expires_at"), "login_attempt", ["expires_at"], unique=False
    )
    op.create_table(
        "lti_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("earner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["earner_id"], ["earner.id"], name=op.f("fk_lti_user_earner_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_lti_user_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_user")),
        sa.UniqueConstraint("registration_id", "sub", name=op.f("uq_lti_user_registration_id_sub")),
    )
    op.create_index(op.f("ix_lti_user_earner_id"), "lti_user", ["earner_id"], unique=False)
    op.create_table(
        "program",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("open_questions", sa.LargeBinary(), nullable=False),
        sa.Column("courses", sa.String(), nullable=False),
        sa.Column("release_by", sa.String(), nullable=False),
        sa.Column("allows_another_try", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("courses IN ('any', 'named')", name=op.f("ck_program_courses_known")),
        sa.CheckConstraint(
            "release_by IN ('assessor', 'instructor', 'named')",
            name=op.f("ck_program_release_by_known"),
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_program_issuer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_program_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint(
            "organisation_id", "slug", name=op.f("uq_program_organisation_id_slug")
        ),
    )
    op.create_table(
        "service_token",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_service_token_registration_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", "scopes", name=op.f("pk_service_token")),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public_jwk", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compromised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compromise_noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('tool', 'data_integrity', 'jwt')",
            name=op.f("ck_signing_key_purpose_known"),
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["issuer.id"], name=op.f("fk_signing_key_issuer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    op.create_index(
        "uq_signing_key_current",
        "signing_key",
        ["issuer_id", "purpose"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL AND compromised_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND compromised_at IS NULL"),
    )
    op.create_index(
        "uq_signing_key_current_tool",
        "signing_key",
        ["purpose"],
        unique=True,
        sqlite_where=sa.text("issuer_id IS NULL AND retired_at IS NULL AND compromised_at IS NULL"),
        postgresql_where=sa.text(
            "issuer_id IS NULL AND retired_at IS NULL AND compromised_at IS NULL"
        ),
    )
    op.create_table(
        "status_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["issuer.id"], name=op.f("fk_status_list_issuer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_list")),
        sa.UniqueConstraint("issuer_id", "number", name=op.f("uq_status_list_issuer_id_number")),
    )
    op.create_table(
        "achievement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('badge', 'microcredential')", name=op.f("ck_achievement_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_achievement_program_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement")),
        sa.UniqueConstraint("program_id", "slug", name=op.f("uq_achievement_program_id_slug")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["lti_user.id"], name=op.f("fk_audit_event_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_audit_event_program_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
    op.create_index(op.f("ix_audit_event_program_id"), "audit_event", ["program_id"], unique=False)
    op.create_table(
        "context",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("lti_context_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("memberships_url", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_context_deployment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_context")),
        sa.UniqueConstraint(
            "deployment_id", "lti_context_id", name=op.f("uq_context_deployment_id_lti_context_id")
        ),
    )
    op.create_table(
        "program_assessor",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("may_release", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_program_assessor_program_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_program_assessor_user_id")
        ),
        sa.PrimaryKeyConstraint("program_id", "user_id", name=op.f("pk_program_assessor")),
    )
    op.create_table(
        "keep_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("earner_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["earner_id"], ["earner.id"], name=op.f("fk_keep_link_earner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keep_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_keep_link_token_hash")),
    )
    op.create_index(
        "uq_keep_link_live",
        "keep_link",
        ["earner_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "program_coordinator",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_program_coordinator_program_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_program_coordinator_user_id")
        ),
        sa.PrimaryKeyConstraint("program_id", "user_id", name=op.f("pk_program_coordinator")),
    )
    op.create_index(
        op.f("ix_program_coordinator_user_id"), "program_coordinator", ["user_id"], unique=False
    )
    op.create_table(
        "program_invite",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["lti_user.id"], name=op.f("fk_program_invite_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_program_invite_program_id")
        ),
        sa.ForeignKeyConstraint(
            ["used_by"], ["lti_user.id"], name=op.f("fk_program_invite_used_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_invite")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_program_invite_code_hash")),
    )
    op.create_index(
        op.f("ix_program_invite_program_id"), "program_invite", ["program_id"], unique=False
    )
    op.create_table(
        "program_course",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["context.id"], name=op.f("fk_program_course_context_id")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_program_course_program_id")
        ),
        sa.PrimaryKeyConstraint("program_id", "context_id", name=op.f("pk_program_course")),
    )
    op.create_table(
        "status_entry",
        sa.Column("status_list_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["status_list_id"], ["status_list.id"], name=op.f("fk_status_entry_status_list_id")
        ),
        sa.PrimaryKeyConstraint("status_list_id", "position", name=op.f("pk_status_entry")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_status_entry_credential_id")),
    )
    op.create_table(
        "achievement_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("program_title", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=True),
        sa.Column("image_type", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("publish_note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "image_type IN ('image/svg+xml', 'image/png')",
            name=op.f("ck_achievement_version_image_type_known"),
        ),
        sa.CheckConstraint(
            "state IN ('placeholder', 'draft', 'published', 'retired')",
            name=op.f("ck_achievement_version_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["achievement.id"],
            name=op.f("fk_achievement_version_achievement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["lti_user.id"],
            name=op.f("fk_achievement_version_published_by"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement_version")),
        sa.UniqueConstraint(
            "achievement_id", "number", name=op.f("uq_achievement_version_achievement_id_number")
        ),
    )
    op.create_table(
        "definition_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base_version_id", sa.Uuid(), nullable=False),
        sa.Column("base_sha256", sa.String(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["achievement.id"],
            name=op.f("fk_definition_draft_achievement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["base_version_id"],
            ["achievement_version.id"],
            name=op.f("fk_definition_draft_base_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["begun_by"], ["lti_user.id"], name=op.f("fk_definition_draft_begun_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_draft")),
        sa.UniqueConstraint("achievement_id", name=op.f("uq_definition_draft_achievement_id")),
    )
    op.create_table(
        "definition_editor",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["definition_draft.id"], name=op.f("fk_definition_editor_draft_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_definition_editor_user_id")
        ),
        sa.PrimaryKeyConstraint("draft_id", "user_id", name=op.f("pk_definition_editor")),
    )
    op.create_table(
        "definition_revision",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("undo_to", sa.Integer(), nullable=True),
        sa.Column("redo_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["definition_draft.id"], name=op.f("fk_definition_revision_draft_id")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["lti_user.id"], name=op.f("fk_definition_revision_saved_by")
        ),
        sa.PrimaryKeyConstraint("draft_id", "revision", name=op.f("pk_definition_revision")),
    )
    op.create_table(
        "membership",
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["context.id"], name=op.f("fk_membership_context_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("context_id", "user_id", name=op.f("pk_membership")),
    )
    op.create_table(
        "resource_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("lti_resource_link_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("line_item_url", sa.String(), nullable=True),
        sa.Column("ags_scopes", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["context.id"], name=op.f("fk_resource_link_context_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_link")),
        sa.UniqueConstraint(
            "context_id",
            "lti_resource_link_id",
            name=op.f("uq_resource_link_context_id_lti_resource_link_id"),
        ),
    )
    op.create_table(
        "launch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("browser_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("resource_link_id", sa.Uuid(), nullable=True),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("is_test_user", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["browser_id"], ["browser.id"], name=op.f("fk_launch_browser_id")),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_launch_context_id")),
        sa.ForeignKeyConstraint(
            ["resource_link_id"], ["resource_link.id"], name=op.f("fk_launch_resource_link_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_launch_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch")),
    )
    op.create_index(op.f("ix_launch_expires_at"), "launch", ["expires_at"], unique=False)
    op.create_table(
        "link_binding",
        sa.Column("resource_link_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_version_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("returns_grade", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievement.id"], name=op.f("fk_link_binding_achievement_id")
        ),
        sa.ForeignKeyConstraint(
            ["achievement_version_id"],
            ["achievement_version.id"],
            name=op.f("fk_link_binding_achievement_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_link.id"],
            name=op.f("fk_link_binding_resource_link_id"),
        ),
        sa.PrimaryKeyConstraint("resource_link_id", name=op.f("pk_link_binding")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_version_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievement.id"], name=op.f("fk_submission_achievement_id")
        ),
        sa.ForeignKeyConstraint(
            ["achievement_version_id"],
            ["achievement_version.id"],
            name=op.f("fk_submission_achievement_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["context_id"], ["context.id"], name=op.f("fk_submission_context_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_submission_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint(
            "context_id",
            "achievement_id",
            "user_id",
            name=op.f("uq_submission_context_id_achievement_id_user_id"),
        ),
    )
    op.create_index(op.f("ix_submission_user_id"), "submission", ["user_id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name_on_badge", sa.String(), nullable=False),
        sa.Column("name_confirmed", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'in_review', 'returned', 'decided')",
            name=op.f("ck_attempt_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_attempt_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "submission_id", "number", name=op.f("uq_attempt_submission_id_number")
        ),
    )
    op.create_index(op.f("ix_attempt_submitted_at"), "attempt", ["submitted_at"], unique=False)
    op.create_index(
        "uq_attempt_open",
        "attempt",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'in_review')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'in_review')"),
    )
    op.create_table(
        "answer",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("prompt_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_answer_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "prompt_id", name=op.f("pk_answer")),
    )
    op.create_table(
        "artefact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("is_playable", sa.Boolean(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("storage_key", sa.String(), nullable=True),
        sa.Column("requirement_id", sa.String(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("is_length_stated", sa.Boolean(), nullable=False),
        sa.Column("attested", sa.String(), nullable=False),
        sa.Column("people", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('file', 'link')", name=op.f("ck_artefact_kind_known")),
        sa.CheckConstraint(
            "people IN ('unknown', 'nobody', 'consented', 'not_consented')",
            name=op.f("ck_artefact_people_known"),
        ),
        sa.CheckConstraint(
            "state IN ('uploading', 'ready', 'removed')", name=op.f("ck_artefact_state_known")
        ),
        sa.CheckConstraint(
            "visibility IN ('assessors', 'public')", name=op.f("ck_artefact_visibility_known")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_artefact_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artefact")),
    )
    op.create_index(op.f("ix_artefact_attempt_id"), "artefact", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_artefact_storage_key"), "artefact", ["storage_key"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("rater_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('assessor', 'self', 'peer', 'program', 'supervisor', 'coachee')",
            name=op.f("ck_assessment_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_assessment_attempt_id")
        ),
        sa.ForeignKeyConstraint(["rater_id"], ["lti_user.id"], name=op.f("fk_assessment_rater_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "attempt_id",
            "role",
            "phase",
            "seat",
            name=op.f("uq_assessment_attempt_id_role_phase_seat"),
        ),
    )
    op.create_table(
        "attempt_claim",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_claim_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_attempt_claim_user_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "seat", name=op.f("pk_attempt_claim")),
    )
    op.create_table(
        "attempt_seat",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_seat_attempt_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_attempt_seat_user_id")),
        sa.PrimaryKeyConstraint("attempt_id", "user_id", name=op.f("pk_attempt_seat")),
    )
    op.create_table(
        "hand_in",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Uuid(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_hand_in_attempt_id")),
        sa.ForeignKeyConstraint(["rater_id"], ["lti_user.id"], name=op.f("fk_hand_in_rater_id")),
        sa.PrimaryKeyConstraint("attempt_id", "seat", "number", name=op.f("pk_hand_in")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.Column("inputs_sha256", sa.String(), nullable=False),
        sa.Column("trace", sa.LargeBinary(), nullable=False),
        sa.Column("trace_sha256", sa.String(), nullable=False),
        sa.Column("definition_sha256", sa.String(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('awarded', 'not_awarded', 'returned', 'reviewed')",
            name=op.f("ck_decision_verdict_known"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_decision_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["lti_user.id"], name=op.f("fk_decision_released_by")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["decision.id"], name=op.f("fk_decision_supersedes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_decision_supersedes_id")),
    )
    op.create_index(
        "uq_decision_standing",
        "decision",
        ["attempt_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "evidence_reference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("locator", sa.String(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_evidence_reference_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_reference")),
    )
    op.create_index(
        op.f("ix_evidence_reference_attempt_id"), "evidence_reference", ["attempt_id"], unique=False
    )
    op.create_table(
        "kept_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_kept_text_attempt_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_kept_text_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_text")),
    )
    op.create_index(op.f("ix_kept_text_attempt_id"), "kept_text", ["attempt_id"], unique=False)
    op.create_table(
        "log_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("log_id", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("minutes", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_log_entry_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entry")),
    )
    op.create_index(op.f("ix_log_entry_attempt_id"), "log_entry", ["attempt_id"], unique=False)
    op.create_table(
        "score_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resource_link_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_outcome_unknown", sa.Boolean(), nullable=False),
        sa.Column("last_code", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('submitted', 'earned', 'cleared')", name=op.f("ck_score_delivery_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'failed', 'superseded', 'unneeded')",
            name=op.f("ck_score_delivery_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_score_delivery_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_link.id"],
            name=op.f("fk_score_delivery_resource_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_score_delivery_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_score_delivery_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_delivery")),
    )
    op.create_index(
        "ix_score_delivery_cell", "score_delivery", ["resource_link_id", "user_id"], unique=False
    )
    op.create_index(
        "ix_score_delivery_due", "score_delivery", ["state", "next_try_at"], unique=False
    )
    op.create_index(
        op.f("ix_score_delivery_submission_id"), "score_delivery", ["submission_id"], unique=False
    )
    op.create_table(
        "award",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("earner_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_version_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_page_id", sa.Uuid(), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revocation_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(origin = 'decision') = (decision_id IS NOT NULL)",
            name=op.f("ck_award_decision_goes_with_origin"),
        ),
        sa.CheckConstraint(
            "origin IN ('decision', 'attested', 'pathway')", name=op.f("ck_award_origin_known")
        ),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievement.id"], name=op.f("fk_award_achievement_id")
        ),
        sa.ForeignKeyConstraint(
            ["achievement_version_id"],
            ["achievement_version.id"],
            name=op.f("fk_award_achievement_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_award_decision_id")
        ),
        sa.ForeignKeyConstraint(["earner_id"], ["earner.id"], name=op.f("fk_award_earner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_award_decision_id")),
        sa.UniqueConstraint("evidence_page_id", name=op.f("uq_award_evidence_page_id")),
    )
    op.create_index(
        "uq_award_live",
        "award",
        ["earner_id", "achievement_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "attestation",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("attested_by", sa.Uuid(), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attested_by"], ["lti_user.id"], name=op.f("fk_attestation_attested_by")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_attestation_award_id")),
        sa.PrimaryKeyConstraint("award_id", name=op.f("pk_attestation")),
    )
    op.create_table(
        "award_component",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("component_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_award_component_award_id")
        ),
        sa.ForeignKeyConstraint(
            ["component_id"], ["award.id"], name=op.f("fk_award_component_component_id")
        ),
        sa.PrimaryKeyConstraint("award_id", "component_id", name=op.f("pk_award_component")),
    )
    op.create_index(
        op.f("ix_award_component_component_id"), "award_component", ["component_id"], unique=False
    )
    op.create_table(
        "rating",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.String(), nullable=False),
        sa.Column("level_id", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("override_level_id", sa.String(), nullable=True),
        sa.Column("override_reason", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("rated_by", sa.Uuid(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_rating_assessment_id")
        ),
        sa.ForeignKeyConstraint(["rated_by"], ["lti_user.id"], name=op.f("fk_rating_rated_by")),
        sa.PrimaryKeyConstraint("assessment_id", "criterion_id", name=op.f("pk_rating")),
    )
    op.create_table(
        "task_score",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_note", sa.String(), nullable=False),
        sa.Column("scored_by", sa.Uuid(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('page', 'link', 'typed')", name=op.f("ck_task_score_source_known")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_task_score_assessment_id")
        ),
        sa.ForeignKeyConstraint(
            ["scored_by"], ["lti_user.id"], name=op.f("fk_task_score_scored_by")
        ),
        sa.PrimaryKeyConstraint(
            "assessment_id", "criterion_id", "task_id", name=op.f("pk_task_score")
        ),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("status_list_id", sa.Uuid(), nullable=False),
        sa.Column("status_position", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("document_key_id", sa.String(), nullable=False),
        sa.Column("token_key_id", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reissued_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_credential_award_id")),
        sa.ForeignKeyConstraint(
            ["document_key_id"], ["signing_key.id"], name=op.f("fk_credential_document_key_id")
        ),
        sa.ForeignKeyConstraint(
            ["token_key_id"], ["signing_key.id"], name=op.f("fk_credential_token_key_id")
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_credential_issuer_id")),
        sa.ForeignKeyConstraint(
            ["status_list_id", "status_position"],
            ["status_entry.status_list_id", "status_entry.position"],
            name=op.f("fk_credential_status_list_id_status_position"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("award_id", name=op.f("uq_credential_award_id")),
        sa.UniqueConstraint(
            "status_list_id",
            "status_position",
            name=op.f("uq_credential_status_list_id_status_position"),
        ),
    )
    op.create_index(
        op.f("ix_credential_document_key_id"), "credential", ["document_key_id"], unique=False
    )
    op.create_index(
        op.f("ix_credential_token_key_id"), "credential", ["token_key_id"], unique=False
    )
    op.create_table(
        "former_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("document_key_id", sa.String(), nullable=False),
        sa.Column("token_key_id", sa.String(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('key_compromised', 'component_reissued')",
            name=op.f("ck_former_credential_reason_known"),
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_former_credential_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_key_id"],
            ["signing_key.id"],
            name=op.f("fk_former_credential_document_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["token_key_id"], ["signing_key.id"], name=op.f("fk_former_credential_token_key_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_credential")),
    )
    for column in ("credential_id", "document_sha256", "token_sha256"):
        op.create_index(
            op.f(f"ix_former_credential_{column}"), "former_credential", [column], unique=False
        )
    op.create_table(
        "share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_share_credential_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.UniqueConstraint("token", name=op.f("uq_share_token")),
    )
    op.create_index(op.f("ix_share_credential_id"), "share", ["credential_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_share_credential_id"), table_name="share")
    op.drop_table("share")
    for column in ("credential_id", "document_sha256", "token_sha256"):
        op.drop_index(op.f(f"ix_former_credential_{column}"), table_name="former_credential")
    op.drop_table("former_credential")
    op.drop_index(op.f("ix_credential_token_key_id"), table_name="credential")
    op.drop_index(op.f("ix_credential_document_key_id"), table_name="credential")
    op.drop_table("credential")
    op.drop_table("task_score")
    op.drop_table("rating")
    op.drop_index(op.f("ix_award_component_component_id"), table_name="award_component")
    op.drop_table("award_component")
    op.drop_table("attestation")
    op.drop_index(
        "uq_award_live",
        table_name="award",
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_table("award")
    op.drop_index(op.f("ix_score_delivery_submission_id"), table_name="score_delivery")
    op.drop_index("ix_score_delivery_due", table_name="score_delivery")
    op.drop_index("ix_score_delivery_cell", table_name="score_delivery")
    op.drop_table("score_delivery")
    op.drop_index(op.f("ix_log_entry_attempt_id"), table_name="log_entry")
    op.drop_table("log_entry")
    op.drop_index(op.f("ix_kept_text_attempt_id"), table_name="kept_text")
    op.drop_table("kept_text")
    op.drop_index(op.f("ix_evidence_reference_attempt_id"), table_name="evidence_reference")
    op.drop_table("evidence_reference")
    op.drop_index(
        "uq_decision_standing",
        table_name="decision",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_table("decision")
    op.drop_table("hand_in")
    op.drop_table("attempt_seat")
    op.drop_table("attempt_claim")
    op.drop_table("assessment")
    op.drop_index(op.f("ix_artefact_storage_key"), table_name="artefact")
    op.drop_index(op.f("ix_artefact_attempt_id"), table_name="artefact")
    op.drop_table("artefact")
    op.drop_table("answer")
    op.drop_index(
        "uq_attempt_open",
        table_name="attempt",
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'in_review')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'in_review')"),
    )
    op.drop_index(op.f("ix_attempt_submitted_at"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_index(op.f("ix_submission_user_id"), table_name="submission")
    op.drop_table("submission")
    op.drop_table("link_binding")
    op.drop_index(op.f("ix_launch_expires_at"), table_name="launch")
    op.drop_table("launch")
    op.drop_table("resource_link")
    op.drop_table("membership")
    op.drop_table("definition_revision")
    op.drop_table("definition_editor")
    op.drop_table("definition_draft")
    op.drop_table("achievement_version")
    op.drop_table("status_entry")
    op.drop_table("program_course")
    op.drop_index(op.f("ix_program_invite_program_id"), table_name="program_invite")
    op.drop_table("program_invite")
    op.drop_index(op.f("ix_program_coordinator_user_id"), table_name="program_coordinator")
    op.drop_table("program_coordinator")
    op.drop_index(
        "uq_keep_link_live",
        table_name="keep_link",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("keep_link")
    op.drop_table("program_assessor")
    op.drop_table("context")
    op.drop_index(op.f("ix_audit_event_program_id"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_at"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("achievement")
    op.drop_table("status_list")
    op.drop_index(
        "uq_signing_key_current_tool",
        table_name="signing_key",
        sqlite_where=sa.text("issuer_id IS NULL AND retired_at IS NULL AND compromised_at IS NULL"),
        postgresql_where=sa.text(
            "issuer_id IS NULL AND retired_at IS NULL AND compromised_at IS NULL"
        ),
    )
    op.drop_index(
        "uq_signing_key_current",
        table_name="signing_key",
        sqlite_where=sa.text("retired_at IS NULL AND compromised_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND compromised_at IS NULL"),
    )
    op.drop_table("signing_key")
    op.drop_table("service_token")
    op.drop_table("program")
    op.drop_index(op.f("ix_lti_user_earner_id"), table_name="lti_user")
    op.drop_table("lti_user")
    op.drop_index(op.f("ix_login_attempt_expires_at"), table_name="login_attempt")
    op.drop_table("login_attempt")
    op.drop_table("deployment")
    op.drop_table("registration")
    op.drop_table("issuer")
    op.drop_table("organisation")
    op.drop_table("file_deletion")
    op.drop_table("earner")
    op.drop_table("browser")
