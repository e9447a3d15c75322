"""Awards from a file, at the desk: what was sent as a wish, and the page for each step.

The page carries the file along, so nothing of it is stored before it is awarded, and
nothing is left over when somebody stops. Each request awards a few batches' worth at most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy.orm import Session

from lti_tool.errors import InvalidFieldsError, NotFoundError
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.columns import titles_of
from lti_tool.services.bulk.ground import UnknownColumnsError, Wish, load_targets
from lti_tool.services.bulk.planning import Outcome, RowResult
from lti_tool.services.bulk.reading import FIXED, read_awards
from lti_tool.services.desk.pages import course_title, desk_head
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.pages.bulk import BulkFault, BulkPage
from lti_tool.services.urls import DeskURLs
from lti_tool.store import bulk, pathways
from lti_tool.values import Launch, ProgramScope
from rubrics.errors import InvalidTableError
from rubrics.tables import write_table

DESK_BYTES = 2_000_000
DESK_ROWS = 5_000
ROWS_AT_ONCE = 250
"""Rows of one request, so that it answers within seconds."""
FAULTS_SHOWN = 100
LISTED = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a form of the page holds."""

    badge: str = ""
    course: str = ""
    source: str = ""
    is_again: bool = False
    data: bytes = b""
    start: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    """What rows before `start` came to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step of the page shows: results of rows, and how far it is."""

    name: str
    results: tuple[RowResult, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    done: int = 0
    total: int = 0


def read_wish(scope: ProgramScope, sent: Sent) -> Wish:
    """Return what a coordinator wants with a file.

    Raises:
        InvalidFieldsError: `required`, `bulk_unreadable` (with what and where) at `file`.
    """
    if not sent.data:
        raise InvalidFieldsError({"file": ("required", None)})
    # Browsers send line breaks in their own way when a page gives a file back.
    data = sent.data.replace(b"\r\n", b"\n")
    try:
        file = read_awards(data, most_bytes=DESK_BYTES, most_rows=DESK_ROWS)
    except InvalidTableError as error:
        raise InvalidFieldsError({"file": ("bulk_unreadable", str(error))}) from error
    return Wish(
        program_id=scope.program_id,
        actor_id=scope.user_id,
        file=file,
        file_sha256=sha256(data).hexdigest(),
        badge=sent.badge,
        course=sent.course,
        source=sent.source,
        awards_again=sent.is_again,
    )


def check(parts: IssuingParts, wish: Wish) -> Step:
    """Return what would become of every row.

    Raises:
        InvalidFieldsError: the badge is not open, or is not rated by the file's columns.
    """
    try:
        results = awarding.check(parts, wish)
    except UnknownColumnsError as error:
        titles = ", ".join(f"“{one[:60]}”" for one in error.titles[:10])
        raise InvalidFieldsError({"file": ("bulk_columns", titles)}) from error
    except NotFoundError as error:
        raise InvalidFieldsError({"badge": ("unknown_badge", None)}) from error
    total = len(wish.file.rows)
    return Step(name="checked", results=results, counts=_counts(results), total=total)


def award_some(parts: IssuingParts, wish: Wish, sent: Sent) -> Step:
    """Award the rows from `sent.start` on, a request's worth, and say how far it is.

    Once all are done, it says again what was refused. Raises as `check`.
    """
    rows = wish.file.rows[sent.start : sent.start + ROWS_AT_ONCE]
    counts = Counter(sent.counts)
    for progress in awarding.award(parts, wish, rows=rows):
        counts.update(_counts(progress.results))
    done, total = sent.start + len(rows), len(wish.file.rows)
    if done < total:
        return Step(name="running", counts=counts, done=done, total=total)
    results = tuple(one for one in check(parts, wish).results if one.faults)
    return Step(name="done", results=results, counts=counts, done=total, total=total)


def bulk_page(
    session: Session, launch: Launch, scope: ProgramScope, sent: Sent, step: Step
) -> BulkPage:
    """Return the page of one step."""
    urls = DeskURLs(launch.ref)
    targets = load_targets(session, scope.program_id)
    opening = {one.context_id for one in bulk.list_opening_courses(session, scope.program_id)}
    faults = _faults(sent, step.results) if step.results else []
    written = (Outcome.AWARDED, Outcome.NOT_AWARDED, Outcome.REVIEWED)
    return BulkPage(
        head=desk_head(session, launch, scope),
        step=step.name,
        badges=tuple((slug, one.version.title) for slug, one in targets.items()),
        badge=sent.badge,
        courses=tuple(
            (str(one.id), course_title(one))
            for one in bulk.list_courses(session, scope.organisation_id)
            if one.id in opening
        ),
        course=sent.course,
        source=sent.source,
        is_again=sent.is_again,
        url=urls.bulk(scope.program_id),
        columns_url=urls.bulk(scope.program_id, ".csv"),
        back_url=urls.learners(scope.program_id),
        most_rows=DESK_ROWS,
        text=sent.data.decode("utf-8-sig", "replace") if step.name != "choose" else "",
        total=step.total,
        done=step.done,
        counts=tuple((one.value, step.counts[one]) for one in Outcome if step.counts.get(one)),
        count_to_write=sum(step.counts.get(one, 0) for one in written),
        faults=tuple(faults[:FAULTS_SHOWN]),
        count_more=max(0, len(faults) - FAULTS_SHOWN),
    )


def columns_csv(session: Session, scope: ProgramScope, slug: str) -> bytes:
    """Return a file to fill in: a column for each rating of a badge, a row for each learner.

    Raises:
        NotFoundError: the badge is not open in the program.
    """
    target = load_targets(session, scope.program_id).get(slug)
    if target is None:
        raise NotFoundError(f"no badge {slug!r} is open in this program")
    titles = titles_of(target.definition.get_rubric())
    learners = pathways.list_learners(session, scope, name="", limit=LISTED)
    blank = [""] * (2 + len(titles))
    return write_table(
        [
            (*FIXED[:2], "source", *titles, "held_since"),
            *((one.sub, one.name, *blank) for one in learners),
        ]
    )


def _counts(results: Sequence[RowResult]) -> Mapping[str, int]:
    return Counter(one.outcome.value for one in results)


def _faults(sent: Sent, results: Sequence[RowResult]) -> list[BulkFault]:
    rows = {row.number: row for row in read_awards(sent.data).rows}
    return [
        BulkFault(
            row=one.number,
            who=rows[one.number].name or rows[one.number].user,
            code=fault.code,
            column=fault.column,
            detail=fault.detail,
        )
        for one in sorted(results, key=lambda result: result.number)
        for fault in one.faults
    ]
