"""What is kept of what other issuers served."""

from typing import cast

import pytest

from lti_tool.services.foreign.answers import Answers
from lti_tool.services.foreign.checking import SavingResolver
from lti_tool.services.resolving import ChainedResolver
from tests.credentials import FakeResolver

ENDORSER = "did:web:endorser.example"


@pytest.mark.parametrize(("served", "kept"), [(b'{"a": "\xc3\xa9"}', 1), (b'{"a": "\xff"}', 0)])
def test_what_is_no_text_is_handed_on_and_not_kept(served: bytes, kept: int) -> None:
    """A badge holds whatever its endorser serves; a kit holds text."""
    world = FakeResolver(documents={ENDORSER: served})
    resolver = SavingResolver(cast("ChainedResolver", world), Answers())

    assert resolver.did_document(ENDORSER) == served
    assert len(resolver.saved) == kept
