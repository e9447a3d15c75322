"""Kinds of values that more commands than one take."""

from datetime import datetime

import click


class Instant(click.ParamType[datetime]):
    """An instant such as 2026-11-21T08:30Z; one without a zone could mean any of two days."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return what was typed, or refuse it."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("not an instant such as 2026-11-21T08:30Z", param, ctx)
        if found.tzinfo is None:
            self.fail("it needs a zone: put a Z at its end for UTC", param, ctx)
        return found
