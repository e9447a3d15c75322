"""Which name a new badge bears: the one confirmed for it, or the one chosen for all since."""

from datetime import datetime, timedelta

import pytest

from lti_tool.store.people import name_that_counts
from lti_tool.store.rows import EarnerRow
from tests.rows import NOW, an_id

EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("chosen", "chosen_at", "expected"),
    [
        (None, None, "Confirmed"),
        ("Chosen", EARLIER, "Confirmed"),
        ("Chosen", NOW, "Chosen"),
        ("Chosen", LATER, "Chosen"),
        ("", LATER, ""),
    ],
)
def test_the_later_word_counts(
    chosen: str | None, chosen_at: datetime | None, expected: str
) -> None:
    """To want no name is a word, too."""
    earner = EarnerRow(
        id=an_id(),
        subject_urn="urn:uuid:1",
        created_at=EARLIER,
        chosen_name=chosen,
        name_chosen_at=chosen_at,
    )

    assert name_that_counts(earner, "Confirmed", NOW) == expected


def test_a_choice_counts_where_nothing_was_confirmed() -> None:
    """As for a badge that is attested."""
    earner = EarnerRow(id=an_id(), chosen_name="Chosen", name_chosen_at=EARLIER)

    assert name_that_counts(earner, "", None) == "Chosen"
