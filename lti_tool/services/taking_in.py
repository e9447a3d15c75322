"""The word of others: an endorsement that another organisation signed, verified and stored."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from badges.binding import Resolver
from badges.checks import CheckState
from badges.document_checks import CredentialKind
from badges.endorsement import check_embeddable
from badges.errors import BadgesError, VerificationError
from badges.untrusted import parse_object
from badges.verification import verify
from badges.written import serialize
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.services import endorsing
from lti_tool.services.issuing import IssuingParts
from lti_tool.store import endorsements
from lti_tool.store import keys as key_rows
from lti_tool.store.rows import EndorsementRow


def take_in(parts: IssuingParts, data: bytes, *, resolver: Resolver) -> EndorsementRow:
    """Verify an endorsement that somebody else signed, and store it.

    Raises:
        InvalidInputError: it is none, does not hold, or no badge could carry it; says why.
        NotFoundError: it endorses nothing of ours.
        ConflictError: it is there.
    """
    document = _verified(data, resolver=resolver, now=parts.clock())
    subject, issuer = document["credentialSubject"], document["issuer"]
    named = issuer if isinstance(issuer, Mapping) else {"id": issuer}
    # The schema asks for an array, and no proof covers itself.
    proof = document["proof"]
    stored = serialize({**document, "proof": proof if isinstance(proof, list) else [proof]})
    with parts.database.reading() as session:
        endorsed = endorsing.find_endorsed(session, str(subject["id"]), urls=parts.urls)
        if endorsed.url != subject["id"]:
            # Operators may use other names; for verifiers, another id is something else.
            raise NotFoundError(
                f"{subject['id']} is another name of {endorsed.url}, and verifiers know only the "
                "latter: ask for an endorsement of that"
            )
        known = endorsements.find_by_url(session, str(document["id"]))
        own = key_rows.list_issuer_ids(session)
    if known is not None:
        raise ConflictError("this endorsement is here already", code="endorsement_exists")
    if named["id"] in own:
        raise InvalidInputError(
            "an issuer of ours endorses with `quatrefoil endorsements add`", code="own_endorsement"
        )
    endorsing.try_in_a_badge(endorsed, stored)
    row = EndorsementRow(
        id=parts.new_id(),
        url=str(document["id"]),
        achievement_version_id=endorsed.version_id,
        issuer_id=endorsed.issuer_id,
        endorser_id=None,
        endorser_did=str(named["id"]),
        endorser_name=str(named.get("name", "")) or str(named["id"]),
        comment=str(subject.get("endorsementComment", "")),
        document=stored,
        document_sha256=sha256(stored).hexdigest(),
        token=None,
        document_key_id=None,
        token_key_id=None,
        status_list_id=None,
        status_position=None,
        added_at=parts.clock(),
        withdrawn_at=None,
    )
    with parts.database.writing() as session:
        if endorsements.find_by_url(session, row.url) is not None:
            raise ConflictError("this endorsement is here already", code="endorsement_exists")
        endorsing.store(session, parts, row, "endorsement.taken_in")
    return row


def _verified(data: bytes, *, resolver: Resolver, now: datetime) -> dict[str, Any]:
    """Return an endorsement with its proof, once every check of it was made and holds."""
    try:
        document: dict[str, Any] = parse_object(data.strip())
        found = verify(data, resolver=resolver, now=now)
        check_embeddable(document)
    except VerificationError as error:
        raise InvalidInputError(f"it does not hold ({error})", code="not_valid") from error
    except BadgesError as error:
        raise InvalidInputError(
            f"no badge can carry it ({error}): ask for JSON with a Data Integrity proof",
            code="not_embeddable",
        ) from error
    if found.kind is not CredentialKind.ENDORSEMENT:
        raise InvalidInputError("it is no EndorsementCredential", code="no_endorsement")
    if any(one.state is CheckState.WARNED for one in found.checks):
        raise InvalidInputError("something in it holds no longer", code="not_valid")
    return document
