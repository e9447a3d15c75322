"""What a file or link is for, and what type it is taken for."""

import pytest

from lti_tool.services.requirements import find_requirement, media_type_of, served
from lti_tool.store.rows import ArtefactRow
from rubrics.form import ArtefactKind
from tests.factories import an_artefact_requirement

ONE, OTHER = an_artefact_requirement("one"), an_artefact_requirement("other")


@pytest.mark.parametrize(
    ("stored", "name", "expected"),
    [
        ("video/mp4", "talk.docx", "video/mp4"),
        ("application/octet-stream", "talk.MP4", "application/octet-stream"),
        ("application/octet-stream", "plan.doc", "application/msword"),
        ("application/octet-stream", "a/b.ODT", "application/vnd.oasis.opendocument.text"),
        ("application/octet-stream", "plan", "application/octet-stream"),
    ],
)
def test_a_name_speaks_where_bytes_do_not(stored: str, name: str, expected: str) -> None:
    """Of office documents alone: what the bytes tell is never taken from a name."""
    assert media_type_of(stored, name) == expected


def test_an_artefact_is_for_what_was_said_or_for_the_only_one() -> None:
    """Where several take it and nothing was said, it is for none yet."""
    row = ArtefactRow(kind="link", requirement_id=None)
    assert served(row, (ONE,)) is ONE
    assert served(row, (ONE, OTHER)) is None
    assert served(row, (ONE, OTHER), "other") is OTHER
    assert served(row, (ONE, OTHER), "gone") is None


def test_something_new_is_for_one_that_takes_it() -> None:
    """An unknown one takes nothing."""
    assert find_requirement((ONE, OTHER), "other", ArtefactKind.FILE) is OTHER
    assert find_requirement((ONE, OTHER), "", ArtefactKind.FILE) is None
    assert find_requirement((ONE, OTHER), "x", ArtefactKind.FILE) is None
    assert find_requirement((), "", ArtefactKind.FILE) is None
