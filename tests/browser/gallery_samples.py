"""Invented read models for the gallery: ordinary, empty, long, right-to-left, in trouble.

The shapes are those that the pages take; nothing here is a person or a course.
"""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

from lti_tool.services import models
from lti_tool.services.pages import assessor, evidence, learner, lti, naming, public

READ_MODELS = (models, assessor, evidence, learner, lti, naming, public)
# A kind of value is known by its name only: the pages read attributes, whatever the class.
Model = SimpleNamespace

BADGE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 200'%3E"
    "%3Crect width='200' height='200' rx='40' fill='%231b5e54'/%3E"
    "%3Cpath fill='%23f3efe7' fill-rule='evenodd' d='M65 65a35 35 0 0 1 70 0a35 35 0 0 1 0 70"
    "a35 35 0 0 1-70 0a35 35 0 0 1 0-70ZM100 82a18 18 0 1 0 0 36a18 18 0 0 0 0-36Z'/%3E%3C/svg%3E"
)
PICTURE = BADGE
NOON = datetime(2026, 11, 20, 12, 5, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
LONG_NAME = "Maria-Antonia Wilhelmina Featherstonehaugh-Okonkwo de la Vega y Montenegro"
RTL_NAME = "عبد الرحمن بن محمد الأندلسي"
TITLES = (
    "Establishes and Maintains Agreements",
    "Cultivates Trust and Safety",
    "Maintains Presence",
    "Facilitates Student Growth",
)
DEFINITION = (
    "Works out with the student, before anything else, what the two of them want from their "
    "meetings, how often they meet, what stays between them and when it ends.\n"
    "• Comes back to the agreement when something changes.\n"
    "• Says openly what belongs to somebody else, and knows whom to ask."
)
REASON = "The recording shows the pause at 3:12 and what the student does with it."


def model(kind: str, /, **fields: object) -> Model:
    """Return a value with these fields; `kind` names the read model it stands for.

    Fields that the read model has a default for may be left out.
    """
    read_model = next((getattr(one, kind) for one in READ_MODELS if hasattr(one, kind)), None)
    if read_model is None:
        return Model(model_kind=kind, **fields)
    known = dataclasses.fields(read_model)
    assert fields.keys() <= {one.name for one in known}, (kind, fields.keys())
    defaults = {one.name: one.default for one in known if one.default is not dataclasses.MISSING}
    missing = {one.name for one in known} - defaults.keys() - fields.keys()
    assert not missing, (kind, missing)
    return Model(model_kind=kind, **{**defaults, **fields})


def level(id_: str, title: str, points: int, band: tuple[int, int]) -> Model:
    """Return one level of the sample rubric."""
    return model(
        "LevelView",
        id=id_,
        title=title,
        points=Decimal(points),
        descriptor=(
            f"{title.split(maxsplit=1)[0]}: how two people agree on what they are doing "
            "together, in ways that can be seen in what they say and in what they do next."
        ),
        band_minimum=band[0],
        band_maximum=band[1],
        cumulative=id_ == "exceeds",
    )


LEVELS = (
    level("exceeds", "Exceeds Expectations", 5, (9, 10)),
    level("meets", "Meets Expectations", 3, (7, 8)),
    level("developing", "Developing Expectations", 1, (0, 6)),
)
CRITERIA = tuple(
    model(
        "CriterionView",
        id=f"c{number}",
        number=number,
        title=title,
        definition=DEFINITION,
        levels=LEVELS,
    )
    for number, title in enumerate(TITLES, start=1)
)
TASKS = (
    model("TaskView", id="conversation", title="Recorded conversation", minimum=0, maximum=5),
    model("TaskView", id="reflection", title="Written reflection", minimum=0, maximum=5),
)
RULES = (
    model(
        "RuleView",
        kind="total_at_least",
        amount=Decimal(12),
        maximum_points=Decimal(20),
    ),
    model(
        "RuleView",
        kind="every_criterion_at_least",
        amount=Decimal(4),
        level_title="Meets Expectations",
    ),
)


def rubric(source: str | None = "assessor") -> Model:
    """Return the sample rubric with levels that arise in this way."""
    return model(
        "RubricView",
        title="Co-creating the Academic Coaching Relationship",
        criteria=CRITERIA,
        rules=RULES,
        level_source=source,
        tasks=TASKS if source == "tasks" else (),
        attribution="Adapted from an invented framework for practice.",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )


def achievement(title: str = "Co-creating the Academic Coaching Relationship") -> Model:
    """Return the summary of the sample badge."""
    return model(
        "AchievementSummary",
        title=title,
        description=(
            "Whoever holds this badge has shown, in real conversations, that they can build a "
            "working relationship with a student: clear, safe, attentive, and aimed at growth."
        ),
        program="Academic Coaching Microcredential",
        position=2,
        total_in_stack=4,
        image_url=BADGE,
        image_alt="A green square with a pale form of four leaves",
        criteria_url="#",
    )


def trace(found: str = "unmet", source: str = "assessor") -> Model:
    """Return a trace that is "met", "unmet" or "undecided"."""
    states = {
        "met": ("met", "met", 14, (), ()),
        "unmet": ("undecided", "unmet", 9, (TITLES[3],), (("Maintains Presence",))),
        "undecided": ("undecided", "undecided", None, TITLES, ()),
    }
    total, every, points, missing, failing = states[found]
    conditions = (
        model(
            "ConditionView",
            rule=RULES[0],
            state=total,
            found=None if points is None else Decimal(points),
            missing=missing,
            failing=(),
        ),
        model(
            "ConditionView",
            rule=RULES[1],
            state=every,
            found=None,
            missing=missing,
            failing=tuple(
                model("FailingView", criterion_title=TITLES[2], level_title=LEVELS[2].title)
                for _ in failing[:1]
            ),
        ),
    )
    rated = {"met": 4, "unmet": 3, "undecided": 0}[found]
    return model(
        "TraceView",
        is_met=found == "met",
        is_complete=found == "met",
        rated=rated,
        total=4,
        points=None if points is None else Decimal(points),
        conditions=conditions,
        level_source=source,
    )


def artefact(id_: str, kind: str, title: str, **changes: object) -> Model:
    """Return a file or link that was handed in."""
    fields: dict[str, object] = {
        "size_bytes": 48_300_000,
        "url": f"/files/{kind}",
        "download_url": f"/files/{kind}",
        "host": None,
        "people": "consented",
        "visibility": "assessors",
        "is_playable": None,
        "requirement": "",
        "length": "",
        "is_length_stated": False,
        "attested": (),
    }
    return model("ArtefactView", id=id_, kind=kind, title=title, **fields | changes)


ARTEFACTS = (
    artefact("a1", "pdf", "Coaching agreement, signed and annotated.pdf", size_bytes=310_000),
    artefact("a2", "video", "session-2-recording-final-FINAL-v3_compressed_for_upload.mp4"),
    artefact("a3", "image", "Whiteboard.png", url=PICTURE, people="nobody", size_bytes=900_000),
    artefact(
        "a4",
        "link",
        "Shared notes",
        url="https://notes.example/abc",
        host="notes.example",
        size_bytes=None,
        download_url=None,
        people=None,
        visibility="public",
    ),
)


def reference(source: Model, locator: str, **place: int) -> Model:
    """Return a pointer into an artefact."""
    return model(
        "ReferenceView",
        source_id=source.id,
        source_title=source.title,
        source_kind=source.kind,
        locator=locator,
        page=place.get("page"),
        seconds=place.get("seconds"),
        url=f"{source.url}#page=4" if "page" in place else source.url,
        explanation=REASON,
        indicator="",
    )


REFERENCES = (
    reference(ARTEFACTS[0], "4", page=4),
    reference(ARTEFACTS[1], "3:12", seconds=192),
)
ANSWERS = (
    model(
        "AnswerView",
        prompt_id="reflection",
        title="What did you do, and what changed because of it?",
        text=(
            "I asked her what she wanted from our hour, and then I waited.\n\n"
            "<b>It took a while</b>, and that was the point: the plan that came out was hers."
        ),
        words=29,
    ),
)
EVIDENCE = tuple(
    model(
        "CriterionEvidence",
        criterion=criterion,
        references=REFERENCES if criterion.number < 3 else (),
    )
    for criterion in CRITERIA
)


def results(*levels: int | None, kept: bool = False) -> tuple[Model, ...]:
    """Return results by index into the levels; None is unrated."""
    return tuple(
        model(
            "ResultView",
            criterion=criterion,
            level=None if index is None else LEVELS[index],
            points=None if index is None else LEVELS[index].points,
            comment="Clear, and kind. The agreement comes back when things change."
            if index
            else "",
            task_total=None,
            derived_level_title=None,
            override_reason=None,
            kept=kept and index != 2,
        )
        for criterion, index in zip(CRITERIA, levels, strict=True)
    )


def previous() -> Model:
    """Return an earlier attempt that was returned."""
    return model(
        "PreviousAttempt",
        number=1,
        decided_at=NOON,
        comment="Three of four are there. Show one moment in which you stay silent.",
        results=results(1, 1, 2, 1, kept=True),
    )


PROMPT = model(
    "PromptView",
    id="reflection",
    title="What did you do, and what changed because of it?",
    help="Think of one conversation. What did you say, what did you leave unsaid?",
    minimum_words=150,
    maximum_words=600,
    is_required=True,
)
RULE = model(
    "ArtefactRuleView",
    id="recording",
    title="A recording of at least one conversation (video or audio)",
    help="Ten to thirty minutes. Everyone who can be heard has to agree.",
    kinds=("video", "audio"),
    minimum_count=1,
    media_types=(),
    maximum_bytes=None,
    shortest="",
    longest="",
)


def item(code: str, subject: str = "", *, done: bool = False, found: int = 0) -> Model:
    """Return one line of the checklist."""
    return model(
        "ChecklistItem",
        code=code,
        is_done=done,
        subject=subject,
        found=found,
        required=150,
        anchor="answer-reflection",
        detail="",
    )


CHECKLIST = (
    item("answer_short", "What did you do?", found=29),
    item("artefact", "Recording", done=True, found=1),
    item("people", "Shared notes"),
    item("reference", TITLES[0], done=True),
    item("reference", TITLES[1], done=True),
    item("reference_incomplete", TITLES[2]),
    item("reference", TITLES[3]),
    item("name", done=True),
)


def delivery(state: str, resend_url: str | None = None) -> Model:
    """Return what the gradebook knows."""
    detail = "line_item_gone" if state == "failed" else None
    return model("Delivery", state=state, at=NOON, detail=detail, resend_url=resend_url)


def decision(outcome: str = "awarded", source: str = "") -> Model:
    """Return a released decision."""
    return model(
        "DecisionView",
        outcome=outcome,
        decided_at=LATER,
        decided_by="Dr. Amara Lindqvist",
        credential_url="#",
        delivery=delivery("failed", "#"),
        correct_url="#",
        superseded=(),
        source=source,
    )


KEPT = tuple(
    model(
        "KeptText",
        id=f"k{number}",
        name=name,
        subject=subject,
        text=ANSWERS[0].text,
        kept_at=LATER,
        can_put_back=bool(subject),
    )
    for number, (name, subject) in enumerate(
        (
            ("answer.reflection", "Reflection"),
            ("reference.r1.explanation", TITLES[0]),
            ("reference.gone.explanation", ""),
        )
    )
)
