"""The rows that a batch leaves: those of single releases and attestations.

Only what assessors save while they rate is missing. Nobody rated here; what the file says stands
in the decision's inputs, which is where all others look once something is decided.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.bulk.ground import Ground
from lti_tool.services.bulk.planning import Entry, Outcome, Rated
from lti_tool.services.bulk.rating import Judged
from lti_tool.services.decision_inputs import (
    DecisionInputs,
    decision_inputs,
    inputs_hash,
)
from lti_tool.services.deliveries import DeliveryKind, ManyDeliveries
from lti_tool.services.issuing import SignedCredential
from lti_tool.services.releasing import gradebook_verdict
from lti_tool.services.urls import PublicURLs
from lti_tool.store.base import Row
from lti_tool.store.database import Database
from lti_tool.store.many_rows import ManyRows, NewRows, insert_many, many_rows
from lti_tool.store.rows import (
    AttemptRow,
    AttestationRow,
    AuditEventRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    SubmissionRow,
)
from lti_tool.values import NewId


class _Alike(NamedTuple):
    """What decisions share that rest on the same ratings, from the same source."""

    judged: Judged
    before: bytes
    after: bytes
    """The document of what each rests on, before and after the id of its attempt."""
    verdict: str
    """What the gradebook says of it."""


class EntryRows:
    """The rows of a batch; they are made outside of the transaction that writes them."""

    def __init__(self, ground: Ground, *, at: datetime, urls: PublicURLs, new_id: NewId) -> None:
        self._ground = ground
        self._at = at
        self._urls = urls
        self._new_id = new_id
        self._rows = _no_rows(ground, at)
        self._ready: list[ManyRows] = []
        self._deliveries = ManyDeliveries(DeliveryKind.EARNED, occurred_at=at, new_id=new_id)
        self._alike: dict[tuple[int, str], _Alike] = {}

    def close(self, database: Database) -> None:
        """Turn them into what the database takes, once all entries are noted.

        Raises:
            UnstorableTextError: a text that no database holds.
        """
        dialect = database.engine.dialect
        self._ready = [many_rows(dialect, new) for new in self._rows.values()]
        self._deliveries.close(dialect)

    def write(self, session: Session) -> None:
        """Write all of them, one statement for each table.

        Whoever they are about is locked, and stands as when the batch was planned.
        """
        for many in self._ready:
            insert_many(session, many)
        self._deliveries.write(session)

    def add(self, entry: Entry, credential: SignedCredential | None) -> None:
        """Note all rows of one entry."""
        decision_id = self._add_decision(entry, entry.rated) if entry.rated else None
        if credential is None:
            return
        award_id = self._new_id()
        self._add_award(entry, credential, award_id, decision_id)
        if entry.held_since is not None:
            self._add_attestation(entry, entry.held_since, award_id)
        if entry.standing.revoked is not None:
            self._note(entry, "award.again", entry.target.version.title)

    def _add_decision(self, entry: Entry, rated: Rated) -> UUID:
        submission_id = self._add_submission(entry, rated)
        attempt_id, decision_id = self._new_id(), self._new_id()
        last = entry.standing.attempt
        self._add(
            AttemptRow,
            attempt_id,
            submission_id,
            last.number + 1 if last else 1,
            entry.standing.name,
            bool(entry.standing.name),
            last.revision + 1 if last else 0,
        )
        judged, alike = rated.judged, self._find_alike(entry, rated, attempt_id)
        inputs = alike.before + str(attempt_id).encode() + alike.after
        self._add(
            DecisionRow,
            decision_id,
            attempt_id,
            entry.outcome.value,
            inputs,
            inputs_hash(inputs),
            judged.trace,
            judged.trace_sha256,
            entry.target.version.document_sha256,
        )
        if entry.outcome is Outcome.AWARDED:
            self._add_deliveries(entry, rated, submission_id, attempt_id, alike.verdict)
        return decision_id

    def _find_alike(self, entry: Entry, rated: Rated, attempt_id: UUID) -> _Alike:
        """Return what is the same for all rows of the same ratings and source.

        Their documents differ in the id of the attempt; `attempt_id` is that of one of them.
        """
        judged = rated.judged
        # What it is of is kept, too: another one could come to have its id.
        key = id(judged), entry.source
        found = self._alike.get(key)
        if found is None:
            inputs = DecisionInputs(
                attempt_id=attempt_id,
                definition_sha256=entry.target.version.document_sha256,
                rater_id=self._ground.actor.id,
                criteria=rated.criteria,
                comment="",
                beside=judged.beside,
                source=entry.source,
            )
            before, _, after = decision_inputs(inputs).partition(str(attempt_id).encode())
            verdict = gradebook_verdict(entry.target.definition, judged.judgement)
            self._alike[key] = found = _Alike(judged, before, after, verdict)
        return found

    def _add_submission(self, entry: Entry, rated: Rated) -> UUID:
        if entry.standing.submission is not None:
            return entry.standing.submission.id
        id_ = self._new_id()
        self._add(
            SubmissionRow,
            id_,
            rated.context_id,
            entry.target.achievement.id,
            entry.target.version.id,
            entry.learner.user_id,
        )
        return id_

    def _add_award(
        self, entry: Entry, signed: SignedCredential, award_id: UUID, decision_id: UUID | None
    ) -> None:
        reservation = signed.reservation
        self._add(
            AwardRow,
            award_id,
            "decision" if decision_id else "attested",
            decision_id,
            entry.learner.earner_id,
            entry.target.achievement.id,
            entry.target.version.id,
            reservation.evidence_page_id,
        )
        self._add(
            CredentialRow,
            reservation.credential_id,
            award_id,
            signed.issuer_id,
            reservation.status_list_id,
            reservation.position,
            signed.document,
            signed.document_sha256,
            signed.document_key_id,
            signed.token,
            signed.token_sha256,
            signed.token_key_id,
        )

    def _add_attestation(self, entry: Entry, held_since: datetime, award_id: UUID) -> None:
        self._add(AttestationRow, award_id, held_since, entry.source)
        day = held_since.date().isoformat()
        self._note(entry, "award.attested", f"{entry.target.version.title}, {day}")

    def _note(self, entry: Entry, action: str, text: str) -> None:
        self._add(AuditEventRow, self._new_id(), action, entry.learner.user_id, text)

    def _add(self, row: type[Row], *values: object) -> None:
        self._rows[row].rows.append(values)

    def _add_deliveries(
        self, entry: Entry, rated: Rated, submission_id: UUID, attempt_id: UUID, verdict: str
    ) -> None:
        key = rated.context_id, entry.target.achievement.id
        for link in self._ground.graded.get(key, ()):
            self._deliveries.add(
                resource_link_id=link.id,
                user_id=entry.learner.user_id,
                submission_id=submission_id,
                attempt_id=attempt_id,
                comment=f"{verdict} {self._urls.launch_of_submission(submission_id)}",
            )


def _no_rows(ground: Ground, at: datetime) -> Mapping[type[Row], NewRows]:
    """Return the tables in the order in which they refer to each other, without a row yet."""
    actor_id, program_id = ground.actor.id, ground.program.id
    tables = (
        NewRows(
            SubmissionRow,
            {"created_at": at},
            ("id", "context_id", "achievement_id", "achievement_version_id", "user_id"),
        ),
        NewRows(
            AttemptRow,
            {
                "state": "decided",
                "created_at": at,
                "saved_at": None,
                "submitted_at": at,
                "opened_at": at,
                "closed_at": at,
                "is_entered": True,
            },
            ("id", "submission_id", "number", "name_on_badge", "name_confirmed", "revision"),
        ),
        NewRows(
            DecisionRow,
            {
                "released_by": actor_id,
                "released_at": at,
                "note": "",
                "supersedes_id": None,
                "superseded_at": None,
            },
            (
                "id",
                "attempt_id",
                "verdict",
                "inputs",
                "inputs_sha256",
                "trace",
                "trace_sha256",
                "definition_sha256",
            ),
        ),
        NewRows(
            AwardRow,
            {"awarded_at": at, "revoked_at": None, "revocation_reason": ""},
            (
                "id",
                "origin",
                "decision_id",
                "earner_id",
                "achievement_id",
                "achievement_version_id",
                "evidence_page_id",
            ),
        ),
        NewRows(
            CredentialRow,
            {"issued_at": at, "reissued_at": None},
            (
                "id",
                "award_id",
                "issuer_id",
                "status_list_id",
                "status_position",
                "document",
                "document_sha256",
                "document_key_id",
                "token",
                "token_sha256",
                "token_key_id",
            ),
        ),
        NewRows(
            AttestationRow,
            {"attested_by": actor_id, "attested_at": at},
            ("award_id", "held_since", "source"),
        ),
        NewRows(
            AuditEventRow,
            {"at": at, "actor_id": actor_id, "program_id": program_id},
            ("id", "action", "subject_id", "note"),
        ),
    )
    return {one.row: one for one in tables}
