"""Where the values of a text stand, so that an error can say its line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rubrics.errors import InvalidDocumentError
from rubrics.marks import Mark

STEP_CHARACTERS = 64
"""Of a key in a place: a step of somebody's making must not make it unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A value of a document: where it stands, and its parts or, of a scalar, its value.

    What belongs to a key stands where its key does.
    """

    mark: Mark
    is_mapping: bool = False
    scalar: object = None
    keys: dict[str, "Outline"] = field(default_factory=dict)
    items: list["Outline"] = field(default_factory=list)

    @property
    def value(self) -> object:
        """The value itself, without its places."""
        if self.is_mapping:
            return {key: one.value for key, one in self.keys.items()}
        return [one.value for one in self.items] if self.scalar is None else self.scalar

    def find(self, place: str) -> Mark:
        """Return where a place stands, or the nearest thing around it that is there.

        Steps of a place are keys, positions or ids: schemas count the criteria, rubrics
        call them by name, from the rubric down, however deep they stand.
        """
        steps = place.split("/")
        found = self
        if steps[0] not in self.keys and "rubric" in self.keys:
            found = self.keys["rubric"]
        for name, step in pairwise(["", *steps]):
            below = found.keys.get(step) or _find_item(found, step, name)
            if below is None:
                break
            found = below
        return found.mark


def _find_item(outline: Outline, step: str, name: str) -> Outline | None:
    if step.isascii() and step.isdigit() and int(step) < len(outline.items):
        return outline.items[int(step)]
    for item in _walk(outline, name):
        if "id" in item.keys and item.keys["id"].scalar == step:
            return item
    return None


def _walk(outline: Outline, name: str) -> Iterator[Outline]:
    """Yield the items of a list, and those of lists of the same name below them."""
    for item in outline.items:
        yield item
        if name in item.keys:
            yield from _walk(item.keys[name], name)


class OutlineBuilder:
    """An outline while its text is read, one value or key after the other."""

    def __init__(self) -> None:
        self.root: Outline | None = None
        self._opened: list[Outline] = []
        self._steps: list[str] = []
        self._key: tuple[str, Mark] | None = None

    @property
    def depth(self) -> int:
        """How many lists and mappings are open."""
        return len(self._opened)

    @property
    def awaits_key(self) -> bool:
        """Whether a key has to come next."""
        return bool(self._opened) and self._opened[-1].is_mapping and self._key is None

    @property
    def place(self) -> str:
        """The place of the value that comes next."""
        return "/".join([*self._steps, *self._next_step()])

    def take_key(self, key: str, mark: Mark) -> None:
        """Take in a key.

        Raises:
            InvalidDocumentError: its mapping has it already.
        """
        self._key = (key, mark)
        if key in self._opened[-1].keys:
            raise InvalidDocumentError(self.place, "comes twice", mark)

    def take_scalar(self, scalar: object, mark: Mark) -> None:
        """Take in a text, a number or a truth value."""
        self._add(Outline(mark=self._key[1] if self._key else mark, scalar=scalar))

    def open(self, mark: Mark, *, is_mapping: bool) -> None:
        """Begin a list or a mapping."""
        steps = self._next_step()
        outline = Outline(mark=self._key[1] if self._key else mark, is_mapping=is_mapping)
        self._add(outline)
        self._opened.append(outline)
        self._steps += steps

    def close(self) -> None:
        """End what was begun last."""
        self._opened.pop()
        if self._steps:
            self._steps.pop()

    def _next_step(self) -> list[str]:
        if self._key:
            return [self._key[0][:STEP_CHARACTERS]]
        if self._opened and not self._opened[-1].is_mapping:
            return [str(len(self._opened[-1].items))]
        return []

    def _add(self, outline: Outline) -> None:
        if self._key:
            self._opened[-1].keys[self._key[0]] = outline
        elif self._opened:
            self._opened[-1].items.append(outline)
        else:
            self.root = outline
        self._key = None
