"""Where the practice LMS keeps what it knows."""

from pathlib import Path

import pytest

from lti_tool.sandbox.errors import TokenInvalidError
from lti_tool.sandbox.state import (
    State,
    add_key,
    drop_old_keys,
    list_keys,
    next_id,
    read_note,
    use_once,
    write_note,
)


def test_an_exception_undoes_what_was_written() -> None:
    """A transaction is whole or not at all."""
    state = State(None)

    def write_and_stop() -> None:
        with state.transaction() as db:
            write_note(db, "k", {"a": 1})
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write_and_stop()
    with state.transaction() as db:
        assert read_note(db, "k") == {}
    state.close()


def test_a_transaction_inside_another_is_part_of_it() -> None:
    """The inner one neither commits nor blocks."""
    state = State(None)

    def write_within_and_stop() -> None:
        with state.transaction() as outer:
            with state.transaction() as inner:
                write_note(inner, "k", {"a": 1})
            assert read_note(outer, "k") == {"a": 1}
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write_within_and_stop()
    with state.transaction() as db:
        assert read_note(db, "k") == {}
    state.close()


def test_an_id_is_used_once() -> None:
    """The second use is refused."""
    state = State(None)
    with state.transaction() as db:
        use_once(db, "a")
        use_once(db, "b")
        with pytest.raises(TokenInvalidError):
            use_once(db, "a")
    state.close()


def test_keys_are_kept_in_order() -> None:
    """The newest signs, and dropping leaves it alone."""
    state = State(None)
    with state.transaction() as db:
        first, second = add_key(db), add_key(db)
        assert [key.kid for key in list_keys(db)] == [first.kid, second.kid]
        drop_old_keys(db)
        assert [key.kid for key in list_keys(db)] == [second.kid]
        assert next_id(db) == "1"
    state.close()


def test_a_state_file_is_for_its_owner(tmp_path: Path) -> None:
    """The file holds a private key, and nobody else may read it."""
    path = tmp_path / "deep" / "practice.db"
    State(path).close()

    assert path.stat().st_mode & 0o077 == 0
