"""Issuers elsewhere whose names are longer than what a database finds something by."""

from hashlib import sha256
from urllib.parse import quote

from badges.proof import add_data_integrity_proof
from badges.status_list import StatusList, build_status_list_credential
from badges.written import serialize
from lti_tool.services.foreign.saved import list_saved
from tests.foreign import LONG
from tests.towns import Town

_WIDE = str.maketrans("0123456789abcdef", "零一二三四五六七八九甲乙丙丁戊己")


def test_a_list_whose_name_cannot_be_kept_is_still_asked(town: Town) -> None:
    """It is longer than what an index holds: no copy for kits, and revoked is revoked."""
    college = town.college
    name = "".join(sha256(str(number).encode()).hexdigest() for number in range(29))
    url = f"http://{college.host}/{name.translate(_WIDE)}"

    def serve(*revoked: int) -> None:
        document = build_status_list_credential(
            StatusList.empty().with_set(revoked),
            url=url,
            issuer_id=college.did,
            valid_from=college.clock(),
            valid_until=college.clock() + LONG,
        )
        signed = add_data_integrity_proof(document, college.document_key, created=college.clock())
        college.pages[f"/{quote(name.translate(_WIDE))}"] = serialize(signed)

    serve()
    status = {**college.badge()["credentialStatus"], "statusListCredential": url}  # type: ignore[dict-item]  # an object
    town.ladder.release("one")
    found = town.hand_in(college.signed(college.badge(credentialStatus=status)))
    assert town.ladder.holds()
    with town.runtime.reading() as session:
        (saved,) = list_saved(
            session, town.ladder.credential().award_id, urls=town.parts.issuing.urls
        )
    assert {one.kind for one in saved.documents} == {"issuer"}

    serve(1)
    town.next_day()
    assert town.row(found.id).check_outcome == "revoked"
