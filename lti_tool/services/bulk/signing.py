"""Credentials of a file: those of one achievement version are signed from a template.

The first of a kind goes the long way: built, checked, signed and verified as every credential.
A template is learned beside it, from a document with stand-ins that passes the same checks, and
is used only if it gives that first credential, byte for byte. What differs then are ids, a
number, instants and a name; a name that has anything unusual in it goes the long way again. Of
each batch and kind the last one is verified as a stranger would.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from badges.credential import CONTEXTS, check_before_signing
from badges.errors import BadgesError
from badges.instants import format_instant
from badges.remembering import RememberingResolver
from badges.template import Filler, NoTemplateError, Proof, Template, fits, name_of
from badges.verification import verify
from keys.jwk import thumbprint
from keys.ring import KeyRing
from keys.signing import Algorithm
from lti_tool.services.credential_facts import (
    AwardFacts,
    Endorsements,
    Reservation,
    Subject,
    unsigned_credential,
)
from lti_tool.services.issuing import (
    IssuingParts,
    SignedCredential,
    endorsements_of,
    reserve_many,
    sign_checked,
)
from lti_tool.services.resolving import OwnResolver
from lti_tool.store.rows import IssuerRow
from rubrics.scoring import RubricResult

KEPT = 1024
"""Different sets of results whose template is remembered at a time."""
_URN = "urn:uuid:"
_DIGITS = 100_000_000
_AWARDED_AT = datetime(1999, 2, 3, 4, 5, 6, tzinfo=UTC)
_ISSUED_AT = datetime(1999, 3, 4, 5, 6, 7, tzinfo=UTC)

Issued: TypeAlias = SignedCredential | BadgesError


@dataclass(frozen=True, slots=True)
class _Batch:
    """What the credentials of one batch share."""

    ring: KeyRing
    resolver: RememberingResolver
    endorsed: Mapping[UUID, Endorsements]
    proofs: dict[datetime, Proof]
    instants: dict[datetime, str]
    kinds: dict[Hashable, int]
    """The templates that were used, numbered."""
    fillers: dict[Hashable, tuple[int, Filler]]
    last: dict[int, bytes]
    """The last credential from each template."""


class BatchIssuer:
    """Issues the credentials of one file, batch by batch, and remembers their templates."""

    def __init__(self, parts: IssuingParts) -> None:
        self._parts = parts
        self._stock: dict[UUID, list[Reservation]] = defaultdict(list)
        self._templates: dict[Hashable, Template | None] = {}
        self._fillers: dict[tuple[Hashable, int], tuple[RubricResult | None, Filler | None]] = {}
        self._asked: tuple[KeyRing, RememberingResolver] | None = None

    def stock(self, issuer: IssuerRow, count: int, *, ahead: int = 0) -> None:
        """Reserve what the next `count` credentials of an issuer take, if it is not there.

        Then also what `ahead` more take, or nearly. What is left over at the end of a file is
        never used, which is harmless.
        """
        stock = self._stock[issuer.id]
        if (lacking := count - len(stock)) > 0:
            stock += reserve_many(self._parts, issuer, lacking + ahead, least=lacking)

    def give_back(self, issuer: IssuerRow, reservations: Sequence[Reservation]) -> None:
        """Take back what was reserved for credentials that nobody has seen."""
        self._stock[issuer.id] += reservations

    def issue(self, facts: Sequence[AwardFacts]) -> list[Issued]:
        """Return the credentials of some awards of one issuer, in their first form.

        In place of one that cannot be signed stands the error that says why.

        Raises:
            BadgesError: the last of a kind does not verify, so none of them may be stored.
        """
        if not facts:
            return []
        parts, issuer = self._parts, facts[0].issuer
        reservations = self._reserve(issuer, len(facts))
        with parts.database.reading() as session:
            ring = parts.rings.load(session, issuer)
            batch = _Batch(
                ring=ring,
                resolver=self._resolver(ring),
                endorsed=endorsements_of(session, issuer, {one.version_id for one in facts}),
                proofs={},
                instants={},
                kinds={},
                fillers={},
                last={},
            )
        key = batch.ring.current(Algorithm.ED25519)
        key_id, signed = thumbprint(key.public), list[Issued]()
        for one, reservation in zip(facts, reservations, strict=True):
            try:
                document = self._sign(batch, one, reservation)
            except BadgesError as error:
                signed.append(error)
                continue
            signed.append(
                SignedCredential(
                    reservation=reservation,
                    issuer_id=issuer.id,
                    document=document,
                    document_key_id=key_id,
                )
            )
        for document in batch.last.values():
            verify(document, resolver=batch.resolver, now=parts.clock(), looks_inside=False)
        return signed

    def _resolver(self, ring: KeyRing) -> RememberingResolver:
        """Return what answers for the issuer, from batch to batch while its keys are the same.

        Its document follows from them. A list may change, but not in a place that it just gave.
        """
        if self._asked is None or self._asked[0] is not ring:
            own = OwnResolver(self._parts.database, self._parts.urls)
            self._asked = ring, RememberingResolver(own)
        return self._asked[1]

    def _reserve(self, issuer: IssuerRow, count: int) -> list[Reservation]:
        self.stock(issuer, count)
        stock = self._stock[issuer.id]
        taken = stock[:count]
        del stock[:count]
        return taken

    def _sign(self, batch: _Batch, facts: AwardFacts, reservation: Reservation) -> bytes:
        values = _values(batch, facts, reservation)
        if values is None:
            return self._sign_whole(batch, facts, reservation)
        # Within a batch these tell kinds apart, and are quicker to compare.
        alike = (
            facts.version_id.int,
            reservation.status_list_id.int,
            id(facts.result),
            facts.is_entered,
            len(values),
        )
        found = batch.fillers.get(alike)
        if found is None:
            kind = _kind(batch, facts, reservation)
            known = self._fillers.get((kind, id(facts.result)))
            if known is None:
                return self._sign_first(kind, values, batch, facts, reservation)
            if known[1] is None:
                return self._sign_whole(batch, facts, reservation)
            number = batch.kinds.setdefault(kind, len(batch.kinds))
            batch.fillers[alike] = found = number, known[1]
        number, filler = found
        batch.last[number] = document = filler.sign(values, _proof(batch, facts))
        return document

    def _sign_first(
        self,
        kind: Hashable,
        values: tuple[str, ...],
        batch: _Batch,
        facts: AwardFacts,
        reservation: Reservation,
    ) -> bytes:
        """Sign the first of a kind, and find out whether the others may come from a template."""
        if len(self._fillers) >= KEPT:
            self._fillers.clear()
        whole = self._sign_whole(batch, facts, reservation)
        filler = self._filler(kind, batch, facts, reservation)
        is_same = filler is not None and filler.sign(values, _proof(batch, facts)) == whole
        # The result is kept, too: another one could come to have its id.
        self._fillers[kind, id(facts.result)] = facts.result, filler if is_same else None
        return whole

    def _sign_whole(self, batch: _Batch, facts: AwardFacts, reservation: Reservation) -> bytes:
        unsigned = self._unsigned(batch, facts, reservation)
        check_before_signing(unsigned)
        return sign_checked(
            self._parts,
            unsigned,
            batch.ring,
            created=facts.issued_at,
            resolver=batch.resolver,
            has_token=False,
        ).document

    def _unsigned(
        self, batch: _Batch, facts: AwardFacts, reservation: Reservation
    ) -> dict[str, object]:
        endorsements = batch.endorsed[facts.version_id]
        return unsigned_credential(
            facts, reservation, urls=self._parts.urls, endorsements=endorsements
        )

    def _filler(
        self, kind: Hashable, batch: _Batch, facts: AwardFacts, reservation: Reservation
    ) -> Filler | None:
        """Return the template for the results of some facts; learned now, if it is new."""
        template = self._templates.get(kind)
        if kind in self._templates and template is None:
            return None
        facts, reservation = self._stand_ins(facts, reservation)
        document: dict[str, Any] = self._unsigned(batch, facts, reservation)
        results = [name_of(one) for one in document["credentialSubject"].get("result", ())]
        found = template.filler(results) if template else None
        values = _values(batch, facts, reservation)
        if found is not None or values is None:
            return found
        named = dict(zip(map(str, range(len(values))), values, strict=True))
        try:
            check_before_signing(document)
            if template is None:
                self._templates[kind] = template = Template(document, named)
            else:
                template.learn(document, named)
        except (BadgesError, NoTemplateError):
            self._templates.setdefault(kind, None)
            return None
        return template.filler(results)

    def _stand_ins(
        self, facts: AwardFacts, reservation: Reservation
    ) -> tuple[AwardFacts, Reservation]:
        new_id, digits = self._parts.new_id, int.from_bytes(self._parts.random_bytes(4))
        name = f"Stand In {new_id()}" if facts.subject.name else ""
        return facts._replace(
            subject=Subject(urn=f"{_URN}{new_id()}", name=name),
            awarded_at=_AWARDED_AT,
            issued_at=_ISSUED_AT,
        ), Reservation(
            credential_id=new_id(),
            evidence_page_id=new_id(),
            status_list_id=reservation.status_list_id,
            position=_DIGITS + digits % _DIGITS,
        )


def _kind(batch: _Batch, facts: AwardFacts, reservation: Reservation) -> Hashable:
    """Return all that credentials of one template share."""
    issuer = facts.issuer
    return (
        facts.version_id,
        facts.version_number,
        facts.image_type,
        (issuer.did, issuer.name, issuer.url),
        batch.endorsed[facts.version_id],
        reservation.status_list_id,
        facts.is_entered,
        facts.result is None,
        bool(facts.subject.name),
    )


def _values(batch: _Batch, facts: AwardFacts, reservation: Reservation) -> tuple[str, ...] | None:
    """Return what differs between credentials of a kind; None if it is nothing to fill in."""
    name, urn = facts.subject.name, facts.subject.urn
    if (name and not fits(name)) or not urn.startswith(_URN):
        return None
    values = (
        str(reservation.credential_id),
        str(reservation.evidence_page_id),
        str(reservation.position),
        urn.removeprefix(_URN),
        _instant(batch, facts.awarded_at),
        _instant(batch, facts.issued_at),
    )
    return (*values, name) if name else values


def _instant(batch: _Batch, instant: datetime) -> str:
    found = batch.instants.get(instant)
    if found is None:
        batch.instants[instant] = found = format_instant(instant)
    return found


def _proof(batch: _Batch, facts: AwardFacts) -> Proof:
    found = batch.proofs.get(facts.issued_at)
    if found is None:
        key = batch.ring.current(Algorithm.ED25519)
        found = Proof(list(CONTEXTS), key, created=facts.issued_at)
        batch.proofs[facts.issued_at] = found
    return found
