"""YAML as people write definitions in it: text, whole numbers, true and false, lists, keys.

It is read from PyYAML's events by rules of our own, those of YAML 1.2 without its traps. What
some reader would take for a fraction, a date, a truth value or nothing is refused until
it stands in quotes; so are anchors, aliases and tags, which make a file mean something
else than what stands there.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from rubrics.errors import InvalidDocumentError
from rubrics.marks import Mark
from rubrics.outline import Outline, OutlineBuilder

MAXIMUM_DEPTH = 40
"""Twice as deep as any definition goes."""

LINE_CHARACTERS = 100
"""Of what we write, where words allow it."""

# The same reader in C, where PyYAML was built with it.
_Reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OLD_READERS = yaml.resolver.Resolver()
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_NUMBER = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+"
)
_TRUTH = {"true": True, "false": False}
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_LETTERS = frozenset("yYnN")


def outline_yaml(text: str) -> Outline:
    """Return the values of a YAML text, and where they stand.

    Raises:
        InvalidDocumentError: it is no YAML, or none that we read; names the place.
    """
    building = OutlineBuilder()
    try:
        for event in yaml.parse(text, Loader=_Reader):
            _take(building, event)
    except yaml.reader.ReaderError as error:
        mark = _find_control_character(text)
        raise InvalidDocumentError("", f"is not YAML ({error.reason})"[:200], mark) from error
    except yaml.MarkedYAMLError as error:
        mark = _mark(error.problem_mark) if error.problem_mark else None
        raise InvalidDocumentError("", f"is not YAML ({error.problem})"[:200], mark) from error
    if building.root is None:
        raise InvalidDocumentError("", "is empty")
    return building.root


def write_yaml(document: object) -> bytes:
    """Return a document as YAML that reads as the same, here and by any other reader."""
    events = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(),
        *_events(document),
        yaml.DocumentEndEvent(),
        yaml.StreamEndEvent(),
    ]
    text: str = yaml.emit(events, allow_unicode=True, width=LINE_CHARACTERS)
    return text.encode("utf-8")


def _events(value: object) -> Iterator[Any]:
    match value:
        case dict():
            yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
            for key, one in value.items():
                yield _scalar_event(key, _style(key))
                yield from _events(one)
            yield yaml.MappingEndEvent()
        case list():
            yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
            for one in value:
                yield from _events(one)
            yield yaml.SequenceEndEvent()
        case str():
            yield _scalar_event(value, _style(value))
        case _:
            yield _scalar_event(json.dumps(value))


def _scalar_event(text: str, style: str | None = None) -> Any:  # noqa: ANN401
    return yaml.ScalarEvent(None, None, (True, True), text, style=style)


def _style(text: str) -> str | None:
    if "\n" in text:
        return "|"
    is_other = text in _TRUTH or text in _NOTHING or _WHOLE.fullmatch(text)
    return '"' if is_other or _is_ambiguous(text) else None


def _take(building: OutlineBuilder, event: Any) -> None:  # noqa: ANN401 - PyYAML has no types
    match event:
        case yaml.NodeEvent():
            _refuse_cleverness(building, event)
            _take_node(building, event)
        case yaml.CollectionEndEvent():
            building.close()
        case yaml.DocumentStartEvent() if building.root is not None:
            raise _refusal(building, event, "is followed by another document")
        case _:
            pass


def _refuse_cleverness(building: OutlineBuilder, event: Any) -> None:  # noqa: ANN401
    if isinstance(event, yaml.AliasEvent):
        raise _refusal(building, event, "refers to another place: write it out")
    if event.anchor:
        raise _refusal(building, event, "has an anchor: nothing may refer to it")
    if event.tag:
        raise _refusal(building, event, "has a tag: types are not chosen here")


def _take_node(building: OutlineBuilder, event: Any) -> None:  # noqa: ANN401
    mark = _mark(event.start_mark)
    if isinstance(event, yaml.ScalarEvent):
        if building.awaits_key:
            building.take_key(event.value, mark)
        else:
            building.take_scalar(_scalar(building, event), mark)
        return
    if building.awaits_key:
        raise _refusal(building, event, "has a list or a mapping for a key")
    if building.depth >= MAXIMUM_DEPTH:
        raise InvalidDocumentError("", "is nested too deeply", mark)
    building.open(mark, is_mapping=isinstance(event, yaml.MappingStartEvent))


def _scalar(building: OutlineBuilder, event: Any) -> object:  # noqa: ANN401
    text: str = event.value
    if event.style in {"|", ">"}:
        # A block ends in a line break that is no part of what it says.
        return text.rstrip("\n")
    if event.style in {'"', "'"}:
        return text
    if text in _TRUTH:
        return _TRUTH[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if text in _NOTHING:
        raise _refusal(building, event, "is empty: leave it out, or put text in quotes")
    if _is_ambiguous(text):
        reason = "may be read as a number, a date or yes and no: put it in quotes"
        raise _refusal(building, event, reason)
    return text


def _is_ambiguous(text: str) -> bool:
    """Whether readers of any version of YAML take a plain scalar for something else than text."""
    old = _OLD_READERS.resolve(yaml.ScalarNode, text, (True, False))
    return bool(_NUMBER.fullmatch(text)) or text in _LETTERS or not old.endswith(":str")


def _refusal(building: OutlineBuilder, event: Any, reason: str) -> InvalidDocumentError:  # noqa: ANN401
    return InvalidDocumentError(building.place, reason, _mark(event.start_mark))


def _find_control_character(text: str) -> Mark | None:
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found is None:
        return None
    before = text[: found.start()]
    return Mark(before.count("\n") + 1, found.start() - before.rfind("\n"))


def _mark(found: Any) -> Mark:  # noqa: ANN401
    return Mark(found.line + 1, found.column + 1)
