import re

from lti_tool.lti.refusals import ADVICE, Refusal, refused


def test_every_refusal_says_what_to_do() -> None:
    """The page has a sentence for each code, and for no other."""
    assert set(ADVICE) == set(Refusal)
    for sentences in ADVICE.values():
        assert all(re.fullmatch(r"[A-Z].{20,200}\.", sentence) for sentence in sentences)


def test_a_refusal_names_its_code_and_what_it_is_about() -> None:
    """The log line needs no more."""
    assert str(refused(Refusal.CLAIM_MALFORMED, "roles")) == "claim_malformed: roles"
    assert str(refused(Refusal.STATE_EXPIRED)) == "state_expired"
    assert refused(Refusal.STATE_EXPIRED).code == "state_expired"
