"""What is plain in one look is sound in the closer one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.plain_text import (
    PLAIN_SCHEMES,
    are_plain_iris,
    find_forbidden,
    find_scheme,
    is_plain,
    quoted,
)
from badges.terms.vocabulary import load_vocabularies

characters = st.characters() | st.sampled_from(
    '\0\b\t\n\f\x1f\x7f \u0085\ufeff\ufffe\ud800<>{}|^`\\"'
)
texts = st.text(characters, max_size=5)
iris = st.builds("{}{}{}".format, texts, st.sampled_from([*PLAIN_SCHEMES, ":", ""]), texts)


@given(st.lists(iris, max_size=3))
def test_plain_iris_are_absolute_iris(values: list[str]) -> None:
    """Each of them; that they are not plain says nothing."""
    if are_plain_iris(values):
        assert all(find_scheme(value) for value in values)


@pytest.mark.parametrize("code", range(0x80))
def test_each_character_of_ascii_is_plain_if_it_may_stand_in_an_iri(code: int) -> None:
    """In one look as in the closer one."""
    for scheme in PLAIN_SCHEMES:
        iri = f"{scheme}{chr(code)}x"
        assert are_plain_iris([iri]) is bool(find_scheme(iri))


def test_schemes_of_plain_iris_are_no_prefixes() -> None:
    """A prefix would shorten the IRI, and mean another."""
    names = {scheme.removesuffix(":") for scheme in PLAIN_SCHEMES}

    assert all(names.isdisjoint(one.prefixes) for one in load_vocabularies().values())


@given(st.lists(texts, max_size=3))
def test_plain_text_holds_nothing_forbidden(values: list[str]) -> None:
    """Each of them; that it is not plain says nothing."""
    if is_plain(map(quoted, values)):
        assert not any(map(find_forbidden, values))


def test_each_forbidden_character_is_not_plain() -> None:
    """In quotes, it may look otherwise."""
    for code in range(0x110000):
        character = chr(code)
        if find_forbidden(character):
            assert not is_plain([quoted(character)])
