"""The pages of the gallery: a name, the template, and what it is given."""

from decimal import Decimal

from lti_tool.services.pages.evidence import RemovedView
from tests.browser import gallery_parts
from tests.browser import gallery_samples as s
from tests.browser.gallery_samples import Model, model

Pages = dict[str, tuple[str, dict[str, object]]]
ENTERED_FROM = (
    "The department's list of coaching observations, spring term 2025, kept by the registrar in "
    "folder 12/4; rows in أرشيف القسم were read from paper"
)


def learner() -> Pages:
    """Return the learner's pages."""
    return {
        "learner-activity": ("learner/activity.html", {"page": activity()}),
        "learner-activity-bare": ("learner/activity.html", {"page": activity(bare=True)}),
        "learner-work": ("learner/work.html", {"page": work()}),
        "learner-work-empty": ("learner/work.html", {"page": work(empty=True)}),
        "learner-work-errors": (
            "learner/work.html",
            {
                "page": work(previous=s.previous()),
                "errors": (
                    error("answer.reflection", "too_short", "150"),
                    error("artefact.a4.people", "people_unanswered"),
                    error("name_confirmed", "name_unconfirmed"),
                    error("link.url", "not_a_link"),
                ),
            },
        ),
        "learner-work-parts": ("learner/work.html", {"page": work_in_parts()}),
        "learner-work-parts-rtl": (
            "learner/work.html",
            {"page": work_in_parts(), "lang": "ar", "text_direction": "rtl"},
        ),
        "learner-work-rtl": (
            "learner/work.html",
            {"page": work(name=s.RTL_NAME), "lang": "ar", "text_direction": "rtl"},
        ),
        "learner-submitted": ("learner/submitted.html", {"page": submitted("submitted", "#")}),
        "learner-in-review": ("learner/submitted.html", {"page": submitted("in_review", None)}),
        "learner-result-awarded": ("learner/result.html", {"page": result("awarded")}),
        "learner-result-private": (
            "learner/result.html",
            {"page": result("awarded", share_link=None)},
        ),
        "learner-result-returned": ("learner/result.html", {"page": result("returned")}),
        "learner-result-revoked": ("learner/result.html", {"page": result("revoked")}),
        "learner-result-not-awarded": ("learner/result.html", {"page": result("not_awarded")}),
        "learner-not-set-up": (
            "learner/not_set_up.html",
            {"page": model("NotSetUpPage", course_title="Coaching 101")},
        ),
    }


def error(name: str, code: str, detail: str | None = None) -> Model:
    """Return one field error."""
    return model("FieldError", name=name, code=code, detail=detail)


def activity(*, bare: bool = False) -> Model:
    """Return the page before the start."""
    return model(
        "ActivityPage",
        achievement=s.achievement(),
        rubric=s.rubric(None if bare else "tasks"),
        prompts=() if bare else (s.PROMPT,),
        artefact_rules=() if bare else (s.RULE,),
        also=() if bare else gallery_parts.also(),
        start_url="#",
        allow_resubmission=True,
        prerequisites=(),
    )


def work(*, empty: bool = False, previous: Model | None = None, name: str = s.LONG_NAME) -> Model:
    """Return the draft."""
    return model(
        "WorkPage",
        achievement=s.achievement(),
        rubric=s.rubric(),
        attempt_id="attempt",
        attempt_number=2 if previous else 1,
        revision=7,
        saved_at=None if empty else s.LATER,
        draft_url="/draft",
        uploads_url="/uploads",
        refresh_url="#",
        parts=(a_part(empty=empty, previous=previous),),
        self_rounds=(),
        sources=()
        if empty
        else tuple(
            model("SourceOption", value=one.id, label=one.title, kind=one.kind)
            for one in s.ARTEFACTS
        ),
        name_on_badge=name,
        name_confirmed=not empty,
        checklist=s.CHECKLIST,
        previous=previous,
        conflicts=(),
        kept_texts=s.KEPT if previous else (),
        prerequisites=(),
    )


def work_in_parts() -> Model:
    """Return the draft of a badge that asks for everything that can be asked for."""
    page = work(previous=s.previous())
    page.parts = gallery_parts.parts()
    page.self_rounds = gallery_parts.self_rounds()
    page.prerequisites = gallery_parts.prerequisites()
    return page


def a_part(*, empty: bool, previous: Model | None) -> Model:
    """Return what a draft is asked for, as one part."""
    references = tuple(
        model(
            "ReferenceField",
            id=i,
            source="a1",
            locator="4",
            explanation="",
            locator_kind="page",
            criterion_id="",
        )
        for i in ("r1", "r2")
    )
    return model(
        "PartWork",
        criterion=None,
        kept=None,
        answers=(
            model(
                "AnswerField",
                prompt=s.PROMPT,
                text="" if empty else s.ANSWERS[0].text,
                words=0 if empty else 29,
                is_kept=False,
            ),
        ),
        pools=(),
        slots=(a_slot(empty=empty),),
        logs=(),
        criteria=tuple(
            model(
                "CriterionWork",
                criterion=criterion,
                references=() if empty else references[criterion.number - 1 : criterion.number],
                kept=s.results(1, 1, 1, 1)[0] if previous and criterion.number > 2 else None,
            )
            for criterion in s.CRITERIA
        ),
        coverages=(),
    )


def a_slot(*, empty: bool) -> Model:
    """Return the one place for files and links."""
    unfinished = model(
        "UnfinishedUpload",
        id="u1",
        name="session 3.mov",
        offset=8_000_000,
        size=90_000_000,
        url="#",
    )
    return model(
        "ArtefactSlot",
        key="",
        rules=(s.RULE,),
        artefacts=()
        if empty
        else tuple(
            model(
                "ArtefactField",
                artefact=one,
                requirement_id="",
                choices=(),
                length=None,
                attestations=(),
            )
            for one in s.ARTEFACTS
        ),
        unfinished=() if empty else (unfinished,),
        takes_files=True,
        takes_links=True,
        media_types=(),
        accepted="video/*,audio/*,.pdf",
        maximum_bytes=2_000_000_000,
        is_kept=False,
        has_inputs=True,
        link_url="",
        link_title="",
    )


def submitted(state: str, take_back_url: str | None) -> Model:
    """Return the page of work that is handed in."""
    return model(
        "SubmittedPage",
        achievement=s.achievement(),
        attempt_number=1,
        submitted_at=s.NOON,
        state=state,
        take_back_url=take_back_url,
        name_on_badge=s.LONG_NAME,
        answers=s.ANSWERS,
        artefacts=s.ARTEFACTS,
        logs=(),
        self_rounds=(),
        criteria=s.EVIDENCE,
    )


def result(outcome: str, share_link: str | None = "https://badges.example/s/x7Yk2-Qm") -> Model:
    """Return the page after the decision."""
    is_awarded = outcome in {"awarded", "revoked"}
    credential = model(
        "OwnCredential",
        page_url="#",
        json_url="#",
        jwt_url="#",
        image_url=s.BADGE,
        image_alt="",
        share_link=share_link,
        shows="with_levels",
        has_levels=outcome == "awarded",
        share_url="#",
        unshare_url="#",
        evidence_url="#",
        keep_url="#",
        issued_on=s.NOON,
        revoked_on=s.LATER if outcome == "revoked" else None,
        status="revoked" if outcome == "revoked" else "valid",
    )
    return model(
        "ResultPage",
        achievement=s.achievement(),
        attempt_number=2,
        decided_at=s.LATER,
        outcome=outcome,
        comment="Thank you for the recording. The silence at 3:12 says more than any answer.",
        results=s.results(1, 0, 1, 1) if is_awarded else s.results(1, 1, 2, 1, kept=True),
        trace=s.trace("met" if is_awarded else "unmet"),
        is_corrected=outcome == "not_awarded",
        correction_reason="The wrong file was read the first time.",
        resubmit_url="#" if outcome == "returned" else None,
        attempts_left=2,
        credential=credential if is_awarded else None,
        gradebook="full_points" if is_awarded else "no_score",
        previous=(s.previous(),),
    )


def assessor() -> Pages:
    """Return the instructor's pages."""
    return {
        "assessor-bind": ("assessor/bind.html", {"page": bind()}),
        "assessor-queue": (
            "assessor/queue.html",
            {
                "page": queue(),
                "notices": (
                    model(
                        "Notice",
                        kind="success",
                        code="released_award",
                        subject=s.LONG_NAME,
                        url="#",
                    ),
                ),
            },
        ),
        "assessor-queue-empty": ("assessor/queue.html", {"page": queue(empty=True)}),
        "assessor-score": ("assessor/score.html", {"page": score("assessor")}),
        "assessor-score-tasks": ("assessor/score.html", {"page": score("tasks")}),
        "assessor-score-held": ("assessor/score.html", {"page": score("tasks", is_mine=False)}),
        "assessor-score-independent": (
            "assessor/score.html",
            {"page": score("assessor", seats=seats_view(1, finished=1))},
        ),
        "assessor-score-handed-in": (
            "assessor/score.html",
            {"page": score("assessor", seats=seats_view(1, finished=2))},
        ),
        "assessor-deciding": (
            "assessor/score.html",
            {"page": score("assessor", seats=seats_view(0, finished=2))},
        ),
        "assessor-agreement": ("assessor/agreement.html", {"page": agreement()}),
        "assessor-score-decided": (
            "assessor/score.html",
            {"page": score("assessor", decision=s.decision())},
        ),
        "assessor-score-entered": (
            "assessor/score.html",
            {"page": score("assessor", s.decision(source=ENTERED_FROM), is_entered=True)},
        ),
        "assessor-release-award": ("assessor/release.html", {"page": release("award")}),
        "assessor-release-no-award": ("assessor/release.html", {"page": release("no_award")}),
        "assessor-release-return": ("assessor/release.html", {"page": release("return")}),
        "assessor-release-unrated": (
            "assessor/release.html",
            {"page": release("incomplete", unrated=s.TITLES[2:])},
        ),
        "assessor-round": ("assessor/round.html", {"page": other_round()}),
        "assessor-round-stale": (
            "assessor/round.html",
            {"page": other_round(), "is_stale": True, "errors": (error("source", "required"),)},
        ),
        "assessor-correct": ("assessor/correct.html", {"page": correct("edit")}),
        "assessor-correct-confirm": ("assessor/correct.html", {"page": correct("confirm")}),
    }


def bind() -> Model:
    """Return the choice of a badge."""
    states = (("open", s.TASKS), ("elsewhere", ()), ("undecided", ()), ("placeholder", ()))
    return model(
        "BindPage",
        link_title="Week 6",
        course_title="Coaching 101",
        bind_url="#",
        choices=tuple(
            model(
                "BindChoice",
                id=state,
                summary=s.achievement(),
                state=state,
                tasks=tasks,
                version_label="Version 1",
                count_criteria=4,
                asked=("Cleo Coordinator", s.LONG_NAME) if state == "elsewhere" else (),
            )
            for state, tasks in states
        ),
        selected=None,
        selected_part="whole",
        desk_url="#",
    )


def queue(*, empty: bool = False) -> Model:
    """Return the queue."""
    names = ("Ayşe Demir", s.LONG_NAME, s.RTL_NAME, "Bo Li", "Chidi O.")
    states = ("submitted", "in_review", "submitted", "awarded", "returned")
    rows = tuple(
        model(
            "QueueRow",
            learner_name=name,
            attempt_number=number,
            since=s.NOON,
            state=state,
            claimed_by="Dr. Amara Lindqvist" if number == 2 else None,
            claimed_by_me=number == 3,
            rated=3 if number == 2 else None,
            total=4,
            handed_in=None,
            assessors=1,
            url="#",
            delivery={4: s.delivery("failed", "#"), 5: s.delivery("delivered")}.get(number),
        )
        for number, (name, state) in enumerate(zip(names, states, strict=True), start=1)
    )
    return model(
        "QueuePage",
        achievement=s.achievement(),
        filter="open",
        open_url="#",
        decided_url="#",
        all_url="#",
        count_open=0 if empty else 43,
        count_decided=12,
        count_all=55,
        rows=() if empty else rows,
        pager=model("Pager", page=1, pages=3, previous_url=None, next_url="#"),
        next_url=None if empty else "#",
        learner_view_url="#",
        agreement_url=None,
        bind_url="#" if empty else None,
        desk_url="#",
        settings_url="#",
    )


def difference(number: int) -> Model:
    """Return one competency as two rated it: alike, one step apart, further apart."""
    kind = ("equal", "adjacent", "apart", "equal")[number - 1]
    titles = [one.title for one in s.LEVELS]
    second = {"equal": titles[0], "adjacent": titles[1], "apart": titles[2]}[kind]
    return model(
        "DifferenceView",
        ratings=tuple(
            model(
                "SeatRating",
                name=name,
                level_title=level,
                number=None,
                tasks=(),
                reason="",
                comment="The agreement on page 2 says what it is for, and what it is not for.",
            )
            for name, level in (("Dr. Amara Lindqvist", titles[0]), (s.LONG_NAME, second))
        ),
        kind=kind,
        change=None,
        is_to_decide=kind != "equal",
        stands_level=titles[0] if kind == "equal" else None,
        stands_number=None,
    )


def seats_view(seat: int | None, *, finished: int) -> Model:
    """Return how far two assessors are, seen from a seat."""
    counts = model("AgreementCount", title="", pairs=4, exact=2, adjacent=3)
    return model(
        "SeatsView",
        seat=seat,
        needed=2,
        finished=finished,
        policy="adjudicated",
        may_change=finished < 2 or seat == 0,
        may_reopen=False,
        comments=(("Dr. Amara Lindqvist", "Read with pleasure."),) if seat == 0 else (),
        agreement=counts if seat == 0 else None,
        unseen=None,
    )


def agreement() -> Model:
    """Return how often assessors agreed."""
    return model(
        "AgreementPage",
        achievement=s.achievement(),
        attempts=12,
        rows=tuple(
            model("AgreementCount", title=one.title, pairs=12, exact=12 - one.number, adjacent=12)
            for one in s.CRITERIA
        ),
        queue_url="#",
    )


def criterion_scores(source: str, *, is_deciding: bool = False) -> tuple[Model, ...]:
    """Return the competencies with three of four rated."""
    return tuple(
        model(
            "CriterionScore",
            criterion=criterion,
            references=s.REFERENCES if criterion.number < 3 else (),
            level_id=(None, "meets", "exceeds", "developing", None)[criterion.number],
            number="",
            is_signed=False,
            tasks=tuple(
                model(
                    "TaskScore",
                    task=task,
                    value="4" if criterion.number < 4 else "",
                    origin="here",
                    source="",
                )
                for task in s.TASKS
            )
            if source == "tasks"
            else (),
            task_total=8 if criterion.number < 4 else None,
            task_maximum=10,
            derived_level_title="Meets Expectations" if criterion.number < 4 else None,
            missing_tasks=tuple(task.title for task in s.TASKS),
            override_level_id=None,
            override_reason="",
            comment="The agreement is clear." if criterion.number == 1 else "",
            kept=criterion.number == 2,
            difference=difference(criterion.number) if is_deciding else None,
        )
        for criterion in s.CRITERIA
    )


ROUNDS = (
    model(
        "RoundView",
        role="self",
        phase="Before",
        source="",
        ratings=((s.CRITERIA[0], "Developing Expectations", ""), (s.CRITERIA[1], "", "")),
        url=None,
    ),
    model(
        "RoundView",
        role="peer",
        phase="After",
        source="Visit of 3 May, sheet in the folder of the program",
        ratings=((s.CRITERIA[0], "Meets Expectations", "+1"), (s.CRITERIA[1], "6.5", "-0.5")),
        url="#",
    ),
)


def other_round() -> Model:
    """Return the page on which a peer's ratings are typed in."""
    number = model("NumbersView", minimum=Decimal(0), maximum=Decimal(10), step=Decimal(1), unit="")
    measured = Model(**{**vars(s.CRITERIA[2]), "levels": (), "numbers": number})
    return model(
        "RoundPage",
        learner_name=s.LONG_NAME,
        achievement_title="Co-creating the Academic Coaching Relationship",
        role="peer",
        phase="After",
        source="Visit of 3 May, sheet in the folder of the program",
        ratings=(
            model("RoundRating", criterion=s.CRITERIA[0], level_id="meets", number=""),
            model("RoundRating", criterion=s.CRITERIA[1], level_id=None, number=""),
            model("RoundRating", criterion=measured, level_id=None, number="6.5"),
        ),
        revision=2,
        is_open=True,
        save_url="#",
        back_url="#",
    )


def score(
    source: str,
    decision: Model | None = None,
    *,
    is_mine: bool = True,
    seats: Model | None = None,
    is_entered: bool = False,
) -> Model:
    """Return the scoring page; with `seats`, one of several assessors'."""
    return model(
        "ScorePage",
        achievement=s.achievement(),
        rubric=s.rubric(source),
        attempt_id="attempt",
        learner_name=s.LONG_NAME,
        name_on_badge=s.LONG_NAME,
        attempt_number=2,
        submitted_at=s.NOON,
        revision=3,
        saved_at=s.LATER,
        assessment_url="/assessment",
        claim_url="/claim",
        queue_url="#",
        rounds=() if decision else ROUNDS,
        previous_url="#",
        next_url="#",
        position=3,
        count=40,
        claim=model(
            "ClaimView",
            is_mine=is_mine,
            held_by="Dr. Amara Lindqvist",
            until=s.LATER,
            take_url="#",
        ),
        answers=() if is_entered else s.ANSWERS,
        artefacts=() if is_entered else s.ARTEFACTS,
        removed=(
            (RemovedView(kind="video", removed_on=s.LATER),) if decision and not is_entered else ()
        ),
        logs=(),
        criteria=criterion_scores(source, is_deciding=seats is not None and seats.seat == 0),
        comment="",
        trace=s.trace("unmet", source),
        decision=decision,
        history=(s.previous(),),
        conflicts=(),
        kept_texts=s.KEPT if source == "tasks" else (),
        only_task=None,
        may_release=True,
        seats=seats,
    )


def release(action: str, unrated: tuple[str, ...] = ()) -> Model:
    """Return the confirmation before a release or return."""
    return model(
        "ReleasePage",
        action=action,
        achievement=s.achievement(),
        learner_name=s.LONG_NAME,
        name_on_badge=s.LONG_NAME,
        trace=s.trace("met" if action == "award" else "unmet"),
        gradebook="full_points" if action == "award" else "no_score",
        platform_name="Harbour College",
        maximum_points=Decimal(20),
        inputs="0f3a",
        confirm_url="#",
        back_url="#",
        has_next=True,
        comment="",
        allow_resubmission=True,
        unrated=unrated,
        existing_credential_url=None,
        is_test=False,
    )


def correct(step: str) -> Model:
    """Return either step of a correction."""
    return model(
        "CorrectPage",
        step=step,
        achievement=s.achievement(),
        rubric=s.rubric(),
        learner_name=s.LONG_NAME,
        standing=s.decision(),
        criteria=criterion_scores("assessor"),
        comment="",
        reason="The recording belonged to another learner.",
        trace=s.trace("unmet"),
        preview_url="#",
        confirm_url="#",
        back_url="#",
        inputs="0f3a",
        fields=(("reason", "The recording belonged to another learner."),),
        outcome="not_awarded",
        credential="revoked",
        gradebook_holds="full_points",
        gradebook_choice=True,
        gradebook_would="no_score",
    )
