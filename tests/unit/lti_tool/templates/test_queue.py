"""The gradebook's state on pages: words for every code, and a way to send again."""

import pytest
from flask import Flask, get_template_attribute

from lti_tool.lti.outcomes import Reason
from lti_tool.services.models import Delivery


def rendered(app: Flask, delivery: Delivery) -> str:
    """What an instructor sees."""
    with app.test_request_context():
        macro = get_template_attribute("components/queue.html", "delivery_state")
        return str(macro(delivery, "token"))


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.DELIVERED}))
def test_every_reason_has_words(app: Flask, reason: Reason) -> None:
    """An instructor reads what happened and what helps, never a bare code."""
    with app.test_request_context():
        words = get_template_attribute("components/queue.html", "reason_words")
        assert len(str(words(reason)).strip()) > 20
    failed = rendered(app, Delivery(state="failed", detail=reason, resend_url="/again"))

    assert "<details" in failed
    assert 'action="/again"' in failed


@pytest.mark.parametrize("detail", ["", None, "a_code_of_tomorrow"])
def test_a_code_without_words_is_not_shown(app: Flask, detail: str | None) -> None:
    """The state is there all the same."""
    shown = rendered(app, Delivery(state="failed", detail=detail))

    assert "qf-pill" in shown
    assert "<details" not in shown


def test_what_arrived_has_nothing_to_explain(app: Flask) -> None:
    """Nor has what was never sent."""
    assert "<details" not in rendered(app, Delivery(state="delivered", detail="platform_busy"))
    assert rendered(app, Delivery(state="none")).strip() == ""
