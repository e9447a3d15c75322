"""A draft with everything that a definition can ask for, part by part."""

from tests.browser import gallery_samples as s
from tests.browser.gallery_samples import Model, model

RULE = {
    "kinds": ("file", "link"),
    "minimum_count": 1,
    "media_types": (),
    "maximum_bytes": None,
    "shortest": "",
    "longest": "",
}


def parts() -> tuple[Model, ...]:
    """Return a part for everything, a part with a coverage, and one that is kept."""
    return (general(), covered(), kept())


def self_rounds() -> tuple[Model, ...]:
    """Return two rounds in which the learner rates themselves."""
    numbers = model("NumbersView", minimum=1, maximum=10, step=1, unit="of 10")
    first, second = s.CRITERIA[:2]
    counted = model("CriterionView", **{**fields(second), "levels": (), "numbers": numbers})
    return tuple(
        model(
            "SelfRound",
            phase=phase,
            ratings=(
                rating(f"self.{id_}.{first.id}", first, first.levels[1].id),
                rating(f"self.{id_}.{second.id}", counted, "7"),
            ),
        )
        for id_, phase in (("pre", "Before the year"), ("post", "At the end"))
    )


def fields(view: Model) -> dict[str, object]:
    """Return what a sample holds, to make another one of it."""
    return {name: value for name, value in vars(view).items() if name != "model_kind"}


def rating(name: str, criterion: Model, value: str) -> Model:
    """Return one criterion that the learner rates."""
    return model("SelfRating", name=name, criterion=criterion, value=value, is_kept=False)


def general() -> Model:
    """Return a pool of words, two requirements for the same kinds, and a log."""
    video = model(
        "ArtefactRuleView",
        **{
            **RULE,
            "id": "video",
            "title": "A conversation of 10 to 15 minutes",
            "help": "In one piece, without cuts.",
            "media_types": ("video/mp4", "video/webm"),
            "maximum_bytes": 500_000_000,
            "shortest": "10:00",
            "longest": "15:00",
        },
    )
    other = model("ArtefactRuleView", **{**RULE, "id": "other", "title": "Other work", "help": ""})
    choices = (("video", "A conversation of 10 to 15 minutes"), ("other", "Other work"))
    silent = artefact(s.artefact("a2", "video", "silent.webm"), choices, length="9:59")
    read = artefact(s.artefact("a1", "video", "talk.mp4", length="12:30"), choices)
    return part(
        answers=(answer("before", 120), answer("asking", 130)),
        pools=(
            model(
                "PoolField",
                id="narrative",
                title="The answers about how you work",
                names=("answer.before", "answer.asking"),
                words=250,
                minimum_words=1000,
                maximum_words=None,
            ),
        ),
        slots=(slot(video, (read, silent)), slot(other, ())),
        logs=(log(),),
    )


def covered() -> Model:
    """Return a part in which five of six families are covered, with one reference."""
    families = tuple(
        model(
            "FamilyView",
            id=f"f{n}",
            title=title,
            indicators=tuple(
                model("Choice", value=f"f{n}-{i}", label=f"I say so when I do not know ({i}).")
                for i in range(3)
            ),
            lacks=("The plan",) if n == 5 else (),
        )
        for n, title in enumerate(
            ("Attitudes", "Own practice", "Craft", "Relationships", "Subject", "The whole")
        )
    )
    reference = model(
        "ReferenceField",
        id="r9",
        source="a1",
        locator="4",
        explanation="",
        locator_kind="page",
        criterion_id="f1-0",
    )
    coverage = model(
        "CoverageField",
        id="six-families",
        title="Items from all six families",
        criterion_id="plan",
        minimum_per_family=1,
        places=("The plan", "Why these items?"),
        families=families,
        references=(reference,),
        is_kept=False,
    )
    return part(criterion=s.CRITERIA[0], answers=(answer("reasons", 12),), coverages=(coverage,))


def kept() -> Model:
    """Return a part that passed in the last attempt."""
    answers = (answer("look-back", 29, is_kept=True),)
    return part(criterion=s.CRITERIA[3], kept=s.results(1, 1, 1, 1)[3], answers=answers)


def part(**asked: object) -> Model:
    """Return a part; what is not given is not asked for."""
    nothing: dict[str, object] = dict.fromkeys(
        ("answers", "pools", "slots", "logs", "criteria", "coverages"), ()
    )
    return model("PartWork", **{"criterion": None, "kept": None} | nothing | asked)


def answer(id_: str, words: int, *, is_kept: bool = False) -> Model:
    """Return one prompt with what is written so far."""
    prompt = model("PromptView", **{**fields(s.PROMPT), "id": id_})
    text = s.ANSWERS[0].text
    return model("AnswerField", prompt=prompt, text=text, words=words, is_kept=is_kept)


def artefact(
    view: Model, choices: tuple[tuple[str, str], ...], *, length: str | None = None
) -> Model:
    """Return a recording with all its questions."""
    attestations = tuple(
        model("AttestationField", id=id_, text=text, is_ticked=id_ == "seen")
        for id_, text in (
            ("seen", "Both people can be seen all the time."),
            ("heard", "Both people can be heard and understood."),
        )
    )
    return model(
        "ArtefactField",
        artefact=view,
        requirement_id="video",
        choices=choices,
        length=length,
        attestations=attestations,
    )


def slot(rule: Model, artefacts: tuple[Model, ...]) -> Model:
    """Return the place for what one requirement asks for."""
    return model(
        "ArtefactSlot",
        key=rule.id,
        rules=(rule,),
        artefacts=artefacts,
        unfinished=(),
        takes_files=True,
        takes_links=True,
        media_types=rule.media_types,
        accepted=",".join(rule.media_types),
        maximum_bytes=500_000_000,
        is_kept=False,
        has_inputs=True,
        link_url="",
        link_title="",
    )


def log() -> Model:
    """Return a log with a whole entry and one that is not finished."""
    entries = (
        model(
            "LogEntryField",
            id="e1",
            day="2026-11-20",
            minutes="45",
            person="K7",
            note="We agreed on the aim first.",
        ),
        model("LogEntryField", id="e2", day="", minutes="", person="", note=""),
    )
    return model(
        "LogField",
        id="sessions",
        title="Sessions",
        help="One entry for each session. A code instead of a name.",
        asks_person=True,
        minimum_entries=10,
        minimum_hours="20",
        entries=entries,
        count=1,
        hours="0.75",
        is_kept=False,
    )


def also() -> tuple[Model, ...]:
    """Return what is asked for beside answers, files and links."""
    return (
        model("AlsoAsked", kind="pool", title="The answers about how you work", minimum=1000),
        model("AlsoAsked", kind="log", title="Sessions", minimum=10, hours="20"),
        model("AlsoAsked", kind="references"),
        model("AlsoAsked", kind="coverage", title="Items from all six families"),
        model("AlsoAsked", kind="self", title="Before the year"),
    )


def prerequisites() -> tuple[Model, ...]:
    """Return a badge that is held and one that is not."""
    return (
        model("Prerequisite", title="Starting Well", is_held=True),
        model("Prerequisite", title="Listening Closely", is_held=False),
    )
