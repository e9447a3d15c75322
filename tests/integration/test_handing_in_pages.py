"""Badges of other issuers over HTTP: handed in, decided at the desk, told on every page."""

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, get_template_attribute
from sqlalchemy import select

from badges.baking import bake
from badges.foreign import NoStandIn
from badges.image import draw_badge_image
from badges.instants import format_instant
from lti_tool.lti.http import GuardedSession
from lti_tool.runtime import Runtime
from lti_tool.services import sharing
from lti_tool.services.disclosing import Disclosure
from lti_tool.services.foreign import following
from lti_tool.services.sweeping import run_alone
from lti_tool.store import shares
from lti_tool.store.rows import ForeignCredentialRow, LaunchRow, UserRow
from lti_tool.values import Role
from tests import rows
from tests.conftest import FakeClock
from tests.coordinators import a_coordinator
from tests.foreign import ACHIEVEMENT, ADDRESS, College, a_college
from tests.pages import BASE, Page, Visitor, read_page, text_of
from tests.stacked import Ladder, a_ladder

NAMED = "Listening by The College"


@dataclass(frozen=True)
class Town:
    """A program of two badges, whose second may come from a college, and two browsers."""

    ladder: Ladder
    college: College
    pathway_id: UUID
    learner: Visitor
    desk: Visitor

    @property
    def runtime(self) -> Runtime:
        """The process."""
        return self.ladder.runtime

    @property
    def form(self) -> str:
        """Where a badge is handed in."""
        return f"/stack/{self.pathway_id}/hand-in"

    def hand_in(self, data: bytes | None = None, **fields: Any) -> Page:  # noqa: ANN401 - werkzeug's own
        """Paste a badge of the college, or give something else."""
        pasted = {"credential": (data or self.college.signed()).decode()}
        return self.learner.submit(self.form, **(fields or pasted))

    def stack(self) -> str:
        """What the learner reads of the microcredential."""
        return text_of(self.learner.get("/stack"))

    def place(self, end: str = "") -> str:
        """An address of the desk."""
        return f"/desk/{self.ladder.program_id}/{end}"

    def request_url(self) -> str:
        """The address of the one badge from elsewhere that the desk lists."""
        listed = self.desk.get(self.place("stack/")).text
        (found,) = re.findall(r'href="([^"]*/from-elsewhere/[^"]*)"', listed)
        return str(found)

    def next_day(self) -> None:
        """Let a night pass, and the worker look; the browsers open the activity again."""
        self.college.clock.advance(hours=25)
        following.look_at_due(self.runtime.foreign, run=run_alone)
        with self.runtime.writing() as session:
            for launch in session.scalars(select(LaunchRow)):
                launch.seen_at = self.college.clock()
                launch.expires_at = self.college.clock() + timedelta(hours=1)


@pytest.fixture
def college(clock: FakeClock) -> Iterator[College]:
    """An issuer elsewhere."""
    with a_college(clock) as made:
        yield made


@pytest.fixture
def runtime(runtime: Runtime, college: College) -> Runtime:
    """The process, which may ask that issuer although it is on this machine."""
    http = GuardedSession(private_hosts=frozenset({college.host}))
    return replace(runtime, strangers_http=http)


@pytest.fixture
def town(app: Flask, runtime: Runtime, college: College) -> Town:
    """The learner's address is the one to which the college gives its badges."""
    return a_town(app, runtime, college)


def a_town(app: Flask, runtime: Runtime, college: College, **changes: object) -> Town:
    """A pathway with these changes."""
    ladder = a_ladder(runtime, slugs=("one", "two"))
    values = {"components": ("one", "two"), "accepts": (college.accepted(),)} | changes
    pathway_id = ladder.pathway(**values)
    with runtime.writing() as session:
        learner = Visitor(app, rows.a_launch(session, ladder.course, ladder.learner))
        desk = Visitor(app, a_coordinator(session, ladder.course))
    made = Town(ladder, college, pathway_id, learner, desk)
    set_address(made, ADDRESS)
    return made


def set_address(town: Town, address: str | None) -> None:
    """Let the LMS say another address of the learner."""
    with town.runtime.writing() as session:
        session.get_one(LaunchRow, town.learner.launch.id).email = address


def test_what_is_accepted_is_said_before(town: Town) -> None:
    """The learner's page leads to the form, which says what counts, and what happens then."""
    assert "Hand one in from elsewhere" in town.stack()
    page = town.learner.get(town.form)

    assert f"What is accepted {NAMED} counts as Two" in text_of(page)
    assert "It counts right away if it was given to the e-mail address" in text_of(page)
    set_address(town, None)
    assert "and then it counts" in text_of(town.learner.get(town.form))


def test_one_that_names_the_address_counts_at_once_and_completes(app: Flask, town: Town) -> None:
    """The learner, the desk and the world read through whose badge the slot is met."""
    town.ladder.release("one")
    done = text_of(town.hand_in())
    assert "With it you have everything: the microcredential is yours." in done
    assert "2 of 2 badges held" not in done
    assert f"Two Through {NAMED}, given on November 21, 2026" in done
    assert "It counts since November 21, 2026, and is checked every day." in done
    assert "Take it back" not in done

    assert f"Through {NAMED}" in text_of(shared(app, town))
    grid = text_of(town.desk.get(town.place("learners")))
    assert "From elsewhere" in grid
    listed = text_of(town.desk.get(town.place("stack/")))
    assert f"From elsewhere Ada Learner Counts {NAMED} counts as Two" in listed
    log = text_of(town.desk.get(town.place("log")))
    assert "Handed in a badge of another issuer, which names their address" in log
    assert "It counts since November 21, 2026: it was given to the e-mail address" in text_of(
        town.desk.get(town.request_url())
    )


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_what_takes_others_too_follows_once_they_are_verified(
    app: Flask, runtime: Runtime, college: College, *, is_confirmed: bool
) -> None:
    """Whoever hands the last one in, or confirms it, reads that, and the worker is told at once."""
    woken: list[int] = []
    here = replace(runtime, wake=lambda: woken.append(1))
    app.extensions["quatrefoil"] = here
    another = f"{ACHIEVEMENT}/more"
    accepts = (college.accepted("one", achievement=another), college.accepted("two"))
    town = a_town(app, here, college, accepts=accepts)
    if is_confirmed:
        town.hand_in(college.signed(number=2, address=""))
        url = town.request_url()
    town.hand_in(college.signed(achievement=another))
    assert woken == []

    if is_confirmed:
        done = town.desk.submit(f"{url}/confirm", confirm_reason="Her page there")
    else:
        done = town.hand_in(college.signed(number=2))

    told = "the microcredential follows in a moment, once"
    assert told in text_of(done)
    assert woken == [1]
    assert "It follows within a minute." in town.stack()
    assert not town.ladder.holds()
    following.look_at_due(here.foreign, run=run_alone)
    assert town.ladder.holds()


def shared(app: Flask, town: Town) -> Page:
    """The public page of the microcredential."""
    credential = town.ladder.credential(live=False)
    with town.runtime.reading() as session:
        share = shares.find_share(session, credential.id)
    if share is None:
        sharing.share(
            town.runtime.issuing,
            town.ladder.learner.earner_id,
            credential.id,
            Disclosure.WITH_LEVELS,
            random_token=town.runtime.random_token,
        )
        return shared(app, town)
    return read_page(app.test_client().get(f"/s/{share.token}", base_url=BASE))


def kept(app: Flask, town: Town) -> Page:
    """The learner's own page, which opens without the course."""
    made = town.learner.submit("/keep").text
    found = re.search(r'id="keep-link" readonly value="([^"]+)"', made)
    assert found is not None
    return read_page(app.test_client().get(found.group(1), base_url=BASE))


@pytest.mark.parametrize("on_revoked", ["revoke", "keep"])
def test_one_that_its_issuer_revokes_is_told_everywhere(
    app: Flask, runtime: Runtime, college: College, on_revoked: str
) -> None:
    """The microcredential goes or stays, as declared; every page says what it rests on."""
    town = a_town(app, runtime, college, on_revoked=on_revoked)
    town.ladder.release("one")
    town.hand_in()
    assert f"Through {NAMED}, given on November 21, 2026" in text_of(shared(app, town))
    college.revoke(1)
    town.next_day()

    told = f"Two Through {NAMED}, given on November 21, 2026: its issuer has taken it back"
    assert told in town.stack()
    assert "Its issuer has taken it back: we found that on November 22, 2026." in town.stack()
    public = text_of(shared(app, town))
    assert told in public
    assert told in text_of(kept(app, town))
    assert ("Revoked" in public.split("The badges that make it")[0]) is (on_revoked == "revoke")
    assert "Ada Learner Revoked" in text_of(town.desk.get(town.place("stack/")))
    log = text_of(town.desk.get(town.place("log")))
    assert "A badge of another issuer that counted for Ada Learner was taken back there" in log


def test_publishing_says_for_whom_it_follows(town: Town) -> None:
    """Whoever has everything with one from elsewhere gets it from the worker, once it holds."""
    town.hand_in()
    page = town.desk.get(town.place(f"stack/{town.pathway_id}"))
    (form,) = (one for one in page.reader.forms if "base" in one.fields)
    asked: dict[str, str | list[str]] = {**form.fields, "component": ["one", "two"]}
    asked |= {"action": "publish", "count": "some", "needed": "1"}
    shown = town.desk.submit(form.action, **asked)

    assert "Nobody gets it at once. 1 learner has everything with a badge from elsewhere." in (
        text_of(shown)
    )
    assert "1 name Ada Learner" in text_of(shown)
    (form,) = (one for one in shown.reader.forms if "hash" in one.fields)
    town.desk.submit(form.action, **form.fields)
    assert not town.ladder.holds()
    assert "It follows within a minute." in town.stack()
    town.ladder.wait()
    following.look_at_due(town.runtime.foreign, run=run_alone)
    assert town.ladder.holds()


def test_whoever_has_nothing_else_is_in_the_grid(app: Flask, town: Town) -> None:
    """A slot that is met from elsewhere says so, on the page and in the table to download."""
    with town.runtime.writing() as session:
        user = rows.a_user(session, town.ladder.course, name="Zoe Learner")
        zoe = Visitor(app, rows.a_launch(session, town.ladder.course, user))
    zoe.submit(town.form, credential=town.college.signed(address="").decode())
    assert "Zoe Learner" not in text_of(town.desk.get(town.place("learners")))
    town.desk.submit(f"{town.request_url()}/confirm", confirm_reason="Her page there")

    assert "Zoe Learner – not begun From elsewhere Nov 21, 2026" in text_of(
        town.desk.get(town.place("learners"))
    )
    table = town.desk.answer(town.place("learners.csv")).text
    assert "Zoe Learner,,,from_elsewhere,2026-11-21,," in table


def test_one_whose_issuer_falls_silent_is_told(app: Flask, town: Town) -> None:
    """What was given on it stays; since when nobody knows is said."""
    town.ladder.release("one")
    town.hand_in()
    town.college.fall_silent()
    town.next_day()

    assert "Its issuer has not answered since November 22, 2026." in town.stack()
    assert "its issuer has not answered since November 22, 2026" in text_of(shared(app, town))
    assert "Not checked lately" in text_of(town.desk.get(town.place("stack/")))


def test_one_of_another_address_waits_for_a_coordinator(town: Town) -> None:
    """Who, what, by whom, what verifying finds and why it is asked; a reason is needed."""
    town.ladder.release("one")
    done = text_of(town.hand_in(town.college.signed(address="somebody@else.example")))
    assert "It counts once a coordinator has confirmed that it is yours." in done
    assert "Two Not earned yet · one from elsewhere waits to be confirmed" in done
    assert "Hand one in from elsewhere" not in done

    listed = text_of(town.desk.get(town.place("stack/")))
    assert f"1 badge from elsewhere waits for your word Ada Learner {NAMED} for Two" in listed
    url = town.request_url()
    page = town.desk.get(url)
    words = text_of(page)
    assert "Handed in by Ada Learner, November 21, 2026" in words
    assert "It names Ada L." in words
    assert f"Given by The College {town.college.did}" in words
    assert "It holds: its issuer gave it, and has not taken it back." in words
    assert "Nothing was changed since it was signed: yes" in words
    assert "It was given to another e-mail address than the one that the course knows." in words

    refused = town.desk.submit(f"{url}/confirm", confirm_reason=" ")
    assert refused.status == 422
    assert "Say why, so that it can be understood later." in error_at(refused, "confirm_reason")
    assert not town.ladder.holds()
    done = text_of(town.desk.submit(f"{url}/confirm", confirm_reason="She opened her page there"))
    assert "With it everything was there: the microcredential is given." in done
    assert town.ladder.holds()
    assert "Confirmed on November 21, 2026 by Cleo Coordinator: She opened" in text_of(
        town.desk.get(url)
    )
    assert "Confirmed that a badge of another issuer is that of Ada Learner" in text_of(
        town.desk.get(town.place("log"))
    )
    again = town.desk.submit(f"{url}/confirm", confirm_reason="Twice")
    assert again.status == 409
    assert "It was decided meanwhile, so nothing was done." in text_of(again)


def error_at(page: Page, field: str) -> str:
    """What is said beside a field."""
    found = re.search(rf'id="{field}-error"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    assert found is not None
    return unescape(re.sub(r"<[^>]+>", "", found.group(1)))


@pytest.mark.parametrize(
    ("address", "words"),
    [("", "It does not say to which e-mail address"), (ADDRESS, "the course does not say")],
)
def test_why_it_is_not_known_whose_it_is(town: Town, address: str, words: str) -> None:
    """It names no address, or there is none to compare."""
    set_address(town, None)
    town.hand_in(town.college.signed(address=address))

    assert words in text_of(town.desk.get(town.request_url()))


def test_one_that_is_refused_says_why_to_its_learner(town: Town) -> None:
    """The coordinator's reason, in their words; then another may be handed in."""
    town.hand_in(town.college.signed(address=""))
    url = town.request_url()
    empty = town.desk.submit(f"{url}/refuse", refuse_reason="")
    assert "Say why" in error_at(empty, "refuse_reason")
    long = town.desk.submit(f"{url}/refuse", refuse_reason="x" * 501)
    assert "at most 500" in error_at(long, "refuse_reason")
    assert "x" * 501 in long.text
    done = town.desk.submit(f"{url}/refuse", refuse_reason="It is of <b>somebody</b> else")

    assert "It does not count. The learner reads why." in text_of(done)
    words = town.stack()
    assert "Not accepted" in words
    assert "It is of <b>somebody</b> else" in words
    assert "Take it back" not in words
    assert "It counts once a coordinator" in text_of(
        town.hand_in(town.college.signed(number=2, address=""))
    )
    assert "Did not accept a badge of another issuer from Ada Learner" in text_of(
        town.desk.get(town.place("log"))
    )
    gone = town.desk.get(url)
    assert gone.status == 200
    assert "Verified just now" not in text_of(gone)


def test_one_that_was_refused_and_comes_back_waits(town: Town) -> None:
    """It names the right address, and a coordinator had said no: one looks again."""
    data = town.college.signed()
    set_address(town, "ben@else.example")
    town.hand_in(data)
    town.desk.submit(f"{town.request_url()}/refuse", refuse_reason="Of somebody else")
    set_address(town, ADDRESS)

    assert "It counts once a coordinator" in text_of(town.hand_in(data))
    words = text_of(town.desk.get(town.request_url()))
    assert "and was not accepted when it was handed in before" in words


def test_one_that_was_confirmed_by_mistake_is_put_right(town: Town) -> None:
    """As long as no microcredential rests on it."""
    town.hand_in()
    url = town.request_url()
    assert "It was accepted by mistake" in text_of(town.desk.get(url))
    town.desk.submit(f"{url}/refuse", refuse_reason="Another person of that name")

    assert "0 of 2 badges held" in town.stack()


def test_one_is_taken_back(town: Town) -> None:
    """Its copy goes; it can be handed in again."""
    town.hand_in()
    page = town.learner.get("/stack")
    (action,) = re.findall(r'action="([^"]*/withdraw)"', page.text)
    done = text_of(town.learner.submit(action))

    assert "It is taken back. You can hand it in again." in done
    assert "It counts since" not in done
    with town.runtime.reading() as session:
        assert session.scalars(select(ForeignCredentialRow.document)).all() == [b""]
    assert "It holds, it is yours, and it counts." in text_of(town.hand_in())
    assert "Took back a badge of another issuer" in text_of(town.desk.get(town.place("log")))


def test_what_a_microcredential_rests_on_is_not_taken_back(town: Town) -> None:
    """Neither by its learner nor by a coordinator."""
    town.ladder.release("one")
    town.hand_in()
    with town.runtime.reading() as session:
        id_ = session.scalars(select(ForeignCredentialRow.id)).one()
    done = text_of(town.learner.submit(f"/stack/handed-in/{id_}/withdraw"))
    assert "A microcredential rests on it, so it stays." in done
    refused = town.desk.submit(f"{town.request_url()}/refuse", refuse_reason="Late")

    assert refused.status == 409
    assert "A microcredential rests on it, so it stays." in text_of(refused)


def _tampered(college: College) -> bytes:
    document = json.loads(college.signed())
    return json.dumps(document | {"name": "Another"}).encode()


def _revoked(college: College) -> bytes:
    college.revoke(1)
    return college.signed()


def _expired(college: College) -> bytes:
    return college.signed(college.badge(validUntil=format_instant(college.clock())))


def _silent(college: College) -> bytes:
    data = college.signed()
    college.fall_silent()
    return data


@pytest.mark.parametrize(
    ("given", "title", "advice"),
    [
        (lambda _: b"{}", "no badge that we can read", "Look for the file"),
        (_tampered, "It does not hold.", "download it again where you earned it"),
        (_revoked, "Its issuer has taken it back.", "Only its issuer can say why"),
        (_expired, "It has run out.", "Ask its issuer whether it can be renewed"),
        (_silent, "Its issuer did not answer just now.", "Try again later"),
        (
            lambda one: one.signed(achievement=f"{ACHIEVEMENT}/easier"),
            "this is another badge of theirs",
            "Compare its name with the list",
        ),
    ],
)
def test_what_does_not_count_is_said_with_what_to_do(
    town: Town, given: Callable[[College], bytes], title: str, advice: str
) -> None:
    """What was pasted is still there, and nothing is stored."""
    data = given(town.college)
    page = town.hand_in(data)

    assert page.status == 409
    assert title in text_of(page)
    assert advice in text_of(page)
    (form,) = (one for one in page.reader.forms if "credential" in one.fields)
    assert form.fields["credential"] == data.decode()
    assert "It counts since" not in town.stack()


def test_a_file_that_is_refused_has_to_be_chosen_again(town: Town) -> None:
    """No page can keep it, and this one says so."""
    page = town.hand_in(file=(io.BytesIO(_tampered(town.college)), "badge.json"))

    assert "Choose it again" in text_of(page)
    assert "Choose it again" not in text_of(town.hand_in(_tampered(town.college)))


def test_the_checks_of_what_does_not_hold_are_shown(town: Town) -> None:
    """Which one fails, and which were not made."""
    assert "Nothing was changed since it was signed: no" in text_of(
        town.hand_in(_tampered(town.college))
    )


def test_the_same_twice_and_of_two_people(app: Flask, town: Town) -> None:
    """Each badge stands once; whoever else has it is told what to do."""
    town.hand_in()
    assert "You have handed it in already." in text_of(town.hand_in())
    other = town.ladder.for_another()
    with town.runtime.writing() as session:
        visitor = Visitor(app, rows.a_launch(session, other.course, other.learner))
    page = visitor.submit(town.form, credential=town.college.signed().decode())

    assert "Somebody else has handed in this very badge." in text_of(page)
    assert "tell whoever looks after the program" in text_of(page)


REFUSALS = [
    *(f"not_valid_{one}" for one in ("unreadable", "broken", "part_broken", "unreachable")),
    *(f"not_valid_{one}" for one in ("revoked", "expired", "not_yet")),
    *(one.value for one in NoStandIn),
    *("own_credential", "id_unfit", "held_already", "handed_in_already", "handed_in_by_another"),
    *("too_many", "test_user"),
]


def test_every_refusal_has_words_of_its_own(app: Flask) -> None:
    """What is wrong, and what to do: no two alike, and none of them the words for the unknown."""
    with app.test_request_context():
        said = [
            str(get_template_attribute("components/foreign.html", f"refusal_{part}")(code)).strip()
            for part in ("title", "advice")
            for code in (*REFUSALS, "unknown")
        ]

    assert all(said)
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("way", ["url", "file", "picture", "token"])
def test_it_is_taken_in_any_way(town: Town, way: str) -> None:
    """By its address, as a file, in its picture, as a token."""
    data = town.college.signed()
    town.college.pages["/badges/1"] = data
    drawn = draw_badge_image(title="Listening", position=1, total=None, alt="A badge")
    ways: dict[str, dict[str, Any]] = {
        "url": {"url": f"http://{town.college.host}/badges/1"},
        "file": {"file": (io.BytesIO(data), "badge.json")},
        "picture": {"file": (io.BytesIO(bake(drawn, town.college.compact())), "badge.svg")},
        "token": {"credential": town.college.token().decode()},
    }
    assert "It holds, it is yours, and it counts." in text_of(town.hand_in(**ways[way]))


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"url": "", "credential": " "}, "", "Give a file, a text or an address."),
        ({"url": "{college}/none"}, "url", "it answered with status 404"),
        ({"url": "http://10.0.0.1/badge"}, "url", "We could not fetch anything"),
        ({"url": f"{BASE}/credentials/1"}, "url", "This badge was given here"),
        ({"credential": "x" * 300_001}, "credential", "at most 293 KB"),
        ({"file": b"\x89PNG\r\n\x1a\n"}, "file", "picture"),
    ],
)
def test_what_cannot_be_had_is_said_beside_its_field(
    town: Town, fields: dict[str, Any], field: str, words: str
) -> None:
    """What was typed stays."""
    if "file" in fields:
        fields = {"file": (io.BytesIO(fields["file"]), "badge.png")}
    if "url" in fields:
        # A new one: the same is handed to the test with the other database.
        url = fields["url"].replace("{college}", f"http://{town.college.host}")
        fields = {**fields, "url": url}
    page = town.hand_in(**fields)

    assert page.status == 422
    assert words in (error_at(page, field) if field else text_of(page))
    if fields.get("url"):
        assert f'value="{fields["url"]}"' in page.text


def test_nobody_confirms_their_own(app: Flask, town: Town) -> None:
    """Who learns and coordinates needs another coordinator."""
    with town.runtime.writing() as session:
        cleo = session.get_one(UserRow, town.desk.launch.user_id)
        both = Visitor(app, rows.a_launch(session, town.ladder.course, cleo, Role.LEARNER))
    both.submit(town.form, credential=town.college.signed(address="").decode())
    url = town.request_url()

    page = text_of(town.desk.get(url))
    assert "Nobody confirms their own badge: ask another coordinator." in page
    refused = town.desk.submit(f"{url}/confirm", confirm_reason="Mine")
    assert refused.status == 422
    assert "ask another coordinator" in text_of(refused)


def test_a_sign_off_says_what_does_not_hold(app: Flask, runtime: Runtime, college: College) -> None:
    """It is verified first; what cannot be is no silent yes."""
    town = a_town(app, runtime, college, needs_sign_off=True)
    town.ladder.release("one")
    town.hand_in()
    listed = town.desk.get(town.place("stack/"))
    (form,) = (one for one in listed.reader.forms if "earner" in one.fields)
    fields = {name: form.fields[name] for name in ("pathway", "earner")}
    college.fall_silent()
    page = town.desk.submit(form.action, **fields)

    assert page.status == 409
    assert "does not hold or could not be verified just now" in text_of(page)
    assert not town.ladder.holds()


def test_others_reach_none_of_it(app: Flask, town: Town) -> None:
    """Assessors, other learners, coordinators of other programs, and forms of other pages."""
    town.hand_in(town.college.signed(address=""))
    url = town.request_url()
    other = town.ladder.for_another()
    with town.runtime.reading() as session:
        id_ = session.scalars(select(ForeignCredentialRow.id)).one()
    with town.runtime.writing() as session:
        ben = Visitor(app, rows.a_launch(session, other.course, other.learner))
        elsewhere = rows.a_course(session, slug="other")
        stranger = Visitor(app, a_coordinator(session, elsewhere))
        assessor = Visitor(app, town.ladder.launch)
    assert ben.submit(f"/stack/handed-in/{id_}/withdraw").status == 404
    assert ben.get(url.replace(town.desk.launch.ref, ben.launch.ref)).status == 404
    assert assessor.get(town.form).status == 403
    assert assessor.submit(town.form, credential="{}").status == 403
    own = f"/desk/{elsewhere.program.id}/stack/from-elsewhere/{id_}"
    for end in ("", "/confirm", "/refuse"):
        answer = stranger.get(own) if not end else stranger.submit(f"{own}{end}")
        assert answer.status == 404
    assert town.learner.get(f"/stack/{uuid4()}/hand-in").status == 404
    forged = town.desk.post(f"{url}/confirm", confirm_reason="Mine", csrf_token="other")
    assert forged.status_code == 422
    with town.runtime.reading() as session:
        assert session.scalars(select(ForeignCredentialRow.state)).all() == ["waiting"]


def test_a_pathway_that_takes_nothing_says_so(
    app: Flask, runtime: Runtime, college: College
) -> None:
    """No link leads to the form; whoever comes reads why there is none."""
    town = a_town(app, runtime, college, accepts=())

    assert "from elsewhere" not in town.stack()
    assert "Nothing is accepted from elsewhere" in text_of(town.learner.get(town.form))
    refused = town.hand_in()
    assert "This microcredential takes no badges from elsewhere." in text_of(refused)
