"""Positions in texts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A position in a text, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"
