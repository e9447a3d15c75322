"""The rows that a batch leaves, the same as single releases and attestations leave."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services import decisions
from lti_tool.services.bulk.ground import Ground
from lti_tool.services.bulk.planning import Entry, Outcome, Rated
from lti_tool.services.bulk.rating import Judged
from lti_tool.services.decision_inputs import (
    CriterionInput,
    DecisionInputs,
    decision_inputs,
    inputs_hash,
)
from lti_tool.services.deliveries import Cell, DeliveryKind, enqueue_many
from lti_tool.services.issuing import SignedCredential
from lti_tool.services.releasing import gradebook_comment
from lti_tool.services.urls import PublicURLs
from lti_tool.store.base import Row
from lti_tool.store.database import Database
from lti_tool.store.many_rows import ManyRows, insert_many, many_rows
from lti_tool.store.rows import (
    AssessmentRow,
    AttemptRow,
    AttestationRow,
    AuditEventRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    RatingRow,
    SubmissionRow,
    TaskScoreRow,
)
from lti_tool.values import NewId
from rubrics.documents import points_text

Values = dict[str, Any]
ORDER: tuple[type[Row], ...] = (
    SubmissionRow,
    AttemptRow,
    AssessmentRow,
    RatingRow,
    TaskScoreRow,
    DecisionRow,
    AwardRow,
    CredentialRow,
    AttestationRow,
    AuditEventRow,
)
"""Tables in the order in which they refer to each other."""


class EntryRows:
    """The rows of a batch; they are made outside of the transaction that writes them."""

    def __init__(self, ground: Ground, *, at: datetime, urls: PublicURLs, new_id: NewId) -> None:
        self._ground = ground
        self._at = at
        self._urls = urls
        self._new_id = new_id
        self._values: Mapping[type[Row], list[Values]] = {row: [] for row in ORDER}
        self._ready: list[ManyRows] = []
        self._cells: list[Cell] = []
        self._ratings: dict[int, tuple[object, list[Values], list[Values]]] = {}
        self._documents: dict[int, tuple[Judged, bytes, bytes]] = {}

    def close(self, database: Database) -> None:
        """Turn them into what the database takes, once all entries are noted.

        Raises:
            UnstorableTextError: a text that no database holds.
        """
        dialect = database.engine.dialect
        self._ready = [many_rows(dialect, row, values) for row, values in self._values.items()]

    def write(self, session: Session) -> None:
        """Write all of them, one statement for each table.

        Whoever they are about is locked, and stands as when the batch was planned.
        """
        for many in self._ready:
            insert_many(session, many)
        enqueue_many(
            session, self._cells, DeliveryKind.EARNED, occurred_at=self._at, new_id=self._new_id
        )

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
        last, at, actor_id = entry.standing.attempt, self._at, self._ground.actor.id
        self._values[AttemptRow].append(
            {
                "id": attempt_id,
                "submission_id": submission_id,
                "number": last.number + 1 if last else 1,
                "state": "decided",
                "name_on_badge": entry.standing.name,
                "name_confirmed": bool(entry.standing.name),
                "revision": last.revision + 1 if last else 0,
                "created_at": at,
                "saved_at": None,
                "submitted_at": at,
                "opened_at": at,
                "closed_at": at,
                "is_entered": True,
            }
        )
        self._add_assessment(entry, rated, attempt_id)
        judged, inputs = rated.judged, self._inputs(entry, rated, attempt_id)
        self._values[DecisionRow].append(
            {
                "id": decision_id,
                "attempt_id": attempt_id,
                "verdict": entry.outcome.value,
                "released_by": actor_id,
                "released_at": at,
                "note": "",
                "supersedes_id": None,
                "superseded_at": None,
                "inputs": inputs,
                "inputs_sha256": inputs_hash(inputs),
                "trace": judged.trace,
                "trace_sha256": judged.trace_sha256,
                "definition_sha256": entry.target.version.document_sha256,
            }
        )
        if entry.outcome is Outcome.AWARDED:
            self._add_cells(entry, rated, submission_id, attempt_id)
        return decision_id

    def _inputs(self, entry: Entry, rated: Rated, attempt_id: UUID) -> bytes:
        """Return the document of what a decision rests on.

        For rows of the same ratings it is the same, but for the attempt.
        """
        judged, id_ = rated.judged, str(attempt_id).encode()
        known = self._documents.get(id(judged))
        if known is None:
            inputs = DecisionInputs(
                attempt_id=attempt_id,
                definition_sha256=entry.target.version.document_sha256,
                rater_id=self._ground.actor.id,
                criteria=rated.criteria,
                comment="",
                beside=judged.beside,
            )
            before, _, after = decision_inputs(inputs).partition(id_)
            # What it is of is kept, too: another one could come to have its id.
            self._documents[id(judged)] = known = judged, before, after
        return known[1] + id_ + known[2]

    def _add_submission(self, entry: Entry, rated: Rated) -> UUID:
        if entry.standing.submission is not None:
            return entry.standing.submission.id
        id_ = self._new_id()
        self._values[SubmissionRow].append(
            {
                "id": id_,
                "context_id": rated.context_id,
                "achievement_id": entry.target.achievement.id,
                "achievement_version_id": entry.target.version.id,
                "user_id": entry.learner.user_id,
                "created_at": self._at,
            }
        )
        return id_

    def _add_assessment(self, entry: Entry, rated: Rated, attempt_id: UUID) -> None:
        id_, actor_id = self._new_id(), self._ground.actor.id
        self._values[AssessmentRow].append(
            {
                "id": id_,
                "attempt_id": attempt_id,
                "seat": decisions.SEAT,
                "role": "assessor",
                "phase": "",
                "rater_id": actor_id,
                "source": entry.source,
                "comment": "",
                "revision": 1,
                "created_at": self._at,
                "saved_at": self._at,
                "finished_at": None,
            }
        )
        known = self._ratings.get(id(rated.criteria))
        if known is None:
            ratings = [self._rating(one) for one in rated.criteria]
            scores = [score for one in rated.criteria for score in self._task_scores(one)]
            # What they are of is kept, too: others could come to have their id.
            self._ratings[id(rated.criteria)] = known = rated.criteria, ratings, scores
        _, ratings, scores = known
        self._values[RatingRow].extend({"assessment_id": id_, **one} for one in ratings)
        self._values[TaskScoreRow].extend({"assessment_id": id_, **one} for one in scores)

    def _rating(self, one: CriterionInput) -> Values:
        return {
            "criterion_id": one.criterion_id,
            "level_id": one.level_id,
            "number": None if one.number is None else points_text(one.number),
            "is_signed": one.is_signed,
            "override_level_id": one.override.level_id if one.override else None,
            "override_reason": one.override.reason if one.override else "",
            "comment": one.comment,
            "is_kept": False,
            "rated_by": self._ground.actor.id,
            "rated_at": self._at,
        }

    def _task_scores(self, one: CriterionInput) -> list[Values]:
        actor_id = self._ground.actor.id
        return [
            {
                "criterion_id": one.criterion_id,
                "task_id": task.task_id,
                "points": task.points,
                "source": task.source,
                "source_note": task.note,
                "scored_by": actor_id,
                "scored_at": self._at,
            }
            for task in one.tasks
        ]

    def _add_award(
        self, entry: Entry, signed: SignedCredential, award_id: UUID, decision_id: UUID | None
    ) -> None:
        reservation = signed.reservation
        self._values[AwardRow].append(
            {
                "id": award_id,
                "origin": "decision" if decision_id else "attested",
                "decision_id": decision_id,
                "earner_id": entry.learner.earner_id,
                "achievement_id": entry.target.achievement.id,
                "achievement_version_id": entry.target.version.id,
                "evidence_page_id": reservation.evidence_page_id,
                "awarded_at": self._at,
                "revoked_at": None,
                "revocation_reason": "",
            }
        )
        self._values[CredentialRow].append(
            {
                "id": reservation.credential_id,
                "award_id": award_id,
                "issuer_id": signed.issuer_id,
                "status_list_id": reservation.status_list_id,
                "status_position": reservation.position,
                "document": signed.document,
                "document_sha256": signed.document_sha256,
                "token": signed.token,
                "token_sha256": signed.token_sha256,
                "document_key_id": signed.document_key_id,
                "token_key_id": signed.token_key_id,
                "issued_at": self._at,
                "reissued_at": None,
            }
        )

    def _add_attestation(self, entry: Entry, held_since: datetime, award_id: UUID) -> None:
        actor_id = self._ground.actor.id
        self._values[AttestationRow].append(
            {
                "award_id": award_id,
                "held_since": held_since,
                "source": entry.source,
                "attested_by": actor_id,
                "attested_at": self._at,
            }
        )
        day = held_since.date().isoformat()
        self._note(entry, "award.attested", f"{entry.target.version.title}, {day}")

    def _note(self, entry: Entry, action: str, text: str) -> None:
        self._values[AuditEventRow].append(
            {
                "id": self._new_id(),
                "at": self._at,
                "actor_id": self._ground.actor.id,
                "program_id": self._ground.program.id,
                "action": action,
                "subject_id": entry.learner.user_id,
                "note": text,
            }
        )

    def _add_cells(self, entry: Entry, rated: Rated, submission_id: UUID, attempt_id: UUID) -> None:
        url = self._urls.launch_of_submission(submission_id)
        comment = gradebook_comment(entry.target.definition, rated.judged.judgement, url)
        key = rated.context_id, entry.target.achievement.id
        self._cells.extend(
            Cell(
                resource_link_id=link.id,
                user_id=entry.learner.user_id,
                submission_id=submission_id,
                attempt_id=attempt_id,
                comment=comment,
            )
            for link in self._ground.graded.get(key, ())
        )
