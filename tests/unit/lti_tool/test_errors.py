"""What the log is told of an error."""

import errno

from lti_tool.errors import FileStoreError, places_of


def test_the_log_gets_places_and_no_strange_words() -> None:
    """Ours and the operating system's say nothing of anybody; any other may quote a person."""
    try:
        try:
            try:
                int("words of a person")
            except ValueError as exc:
                raise OSError(errno.ENOSPC, "words of a person", "a-person.pdf") from exc
        except OSError as exc:
            raise FileStoreError("the disk did not take it") from exc
    except FileStoreError as exc:
        text = places_of(exc)

    assert "lti_tool.errors.FileStoreError: the disk did not take it" in text
    assert "builtins.OSError: No space left on device" in text
    assert "in test_the_log_gets_places_and_no_strange_words" in text
    assert "person" not in text.replace(__file__, "")
