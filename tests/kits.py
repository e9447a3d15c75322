"""Offline kits out of nothing but signed documents: whole by default, and in every way not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from badges.achievement import RelatedResource, Status
from badges.credential import build_credential
from badges.image import draw_badge_image
from badges.pathway_publication import MEDIA_TYPES
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.written import serialize
from keys.did_document import build_did_document
from keys.jwk import public_jwk
from lti_tool.services.foreign.saved import SavedCredential, SavedDocument
from lti_tool.services.kit_files import Kit, KitCredential, KitIssuer, KitList
from tests.credentials import (
    BASE,
    DID,
    NOW,
    a_did_document,
    a_jwt,
    a_microcredential,
    a_signed_credential,
    a_signed_status_list,
    a_status_list_credential,
    an_achievement,
    an_issuer,
    issuer_keys,
    some_facts,
)
from tests.parts import AGENCY, AGENCY_LIST, agency_keys, an_agency_list, an_agency_list_document
from tests.pictures import a_png

SAVED_AT = NOW + timedelta(hours=1)
RTL_NAME = "أميرة بنت خالد الحسيني"


def issued(document: Mapping[str, object], title: str = "A badge") -> KitCredential:
    """A credential in both forms, signed by the issuer."""
    return KitCredential(
        title=title,
        document=serialize(a_signed_credential(document)),
        token=a_jwt(document).encode(),
    )


def a_list(*revoked: int, valid_from: datetime = NOW) -> KitList:
    """The issuer's status list in both forms."""
    unsigned = a_status_list_credential(*revoked, valid_from=valid_from)
    return KitList(
        document=a_signed_status_list(*revoked, valid_from=valid_from),
        token=sign_vc_jwt(unsigned, issuer_keys()[1]).encode(),
    )


def a_kit(**changes: object) -> Kit:
    """The kit of Ada Lovelace's badge, saved an hour after it was issued."""
    title, alt = "Listening Closely", "Badge 2 of 4: Listening Closely"
    values: dict[str, object] = {
        "credential_id": UUID("3f0c6d0e-8f0b-4d7e-9b57-5f8a2f8f3f10"),
        "saved_at": SAVED_AT,
        "credential": issued(build_credential(some_facts()), title),
        "components": (),
        "issuers": (
            KitIssuer(
                did=DID,
                document=serialize(a_did_document()),
                jwk=serialize(public_jwk(issuer_keys()[1].public)),
            ),
        ),
        "lists": (a_list(),),
        "issuer_name": "Harbour College",
        "picture": draw_badge_image(title=title, position=2, total=4, alt=alt),
        "png": a_png(),
        "learner_record": None,
        "picture_type": "image/svg+xml",
        "picture_alt": alt,
    } | changes
    return Kit(**values)  # type: ignore[arg-type]  # a test's own keywords


def a_component(number: int) -> KitCredential:
    """One of the badges of a microcredential, with a status entry of its own."""
    status = Status(list_url=some_facts().status.list_url, index=number)
    facts = some_facts(id=f"{BASE}/credentials/{number}", status=status)
    return issued(build_credential(facts), f"Badge {number}")


def a_kit_of_a_stack(**changes: object) -> Kit:
    """The kit of a microcredential with the four badges that it binds."""
    components = tuple(map(a_component, range(1, 5)))
    related = tuple(
        RelatedResource(
            id=f"{BASE}/credentials/{number}",
            media_type="application/vc",
            document=one.document,
        )
        for number, one in enumerate(components, start=1)
    )
    document = build_credential(replace(a_microcredential(), related=related))
    whole = issued(document, "Coaching, Whole")
    return a_kit(**{"credential": whole, "components": components} | changes)


FOREIGN = UUID("7d1f7f0c-6a53-4f0e-9b7e-1c55b9f4e0aa")


def from_elsewhere(form: str = "jwt", *, list_form: str = "jwt") -> SavedCredential:
    """An agency's badge that counts as one of ours, with what the agency served."""
    issuer = an_issuer(id=AGENCY, name="The Agency", url="https://agency.example.org/")
    document = build_credential(
        some_facts(
            id="https://agency.example.org/badges/1",
            issuer=issuer,
            achievement=an_achievement(creator=issuer),
            status=Status(list_url=AGENCY_LIST, index=9),
        )
    )
    token, listed = agency_keys()[1], an_agency_list_document()
    proved = serialize(add_data_integrity_proof(document, agency_keys()[0], created=NOW))
    bodies = {
        ("issuer", AGENCY): serialize(build_did_document(AGENCY, agency_keys())),
        ("list", AGENCY_LIST): sign_vc_jwt(listed, token).encode()
        if list_form == "jwt"
        else an_agency_list(),
    }
    return SavedCredential(
        id=FOREIGN,
        url=f"{BASE}/components/{FOREIGN}",
        title="Listening",
        issuer_name="The Agency",
        form=form,
        document=sign_vc_jwt(document, token).encode() if form == "jwt" else proved,
        checked_at=SAVED_AT,
        documents=tuple(
            SavedDocument(kind=kind, uri=uri, body=body, saved_at=SAVED_AT)
            for (kind, uri), body in bodies.items()
        ),
    )


def a_kit_with_one_from_elsewhere(saved: SavedCredential, **changes: object) -> Kit:
    """The kit of a microcredential that binds one badge of ours and one of an agency."""
    own = a_component(1)
    related = (
        RelatedResource(
            id=f"{BASE}/credentials/1", media_type="application/vc", document=own.document
        ),
        RelatedResource(id=saved.url, media_type=MEDIA_TYPES[saved.form], document=saved.document),
    )
    whole = issued(build_credential(replace(a_microcredential(), related=related)), "The Whole")
    values = {"credential": whole, "components": (own,), "foreign": (saved,)} | changes
    return a_kit(**values)


def written(folder: Path, files: tuple[tuple[str, bytes], ...]) -> Path:
    """Write the files of a kit; return the folder."""
    for name, data in files:
        (folder / name).write_bytes(data)
    return folder
