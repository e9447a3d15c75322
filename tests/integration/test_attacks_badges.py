"""Hostile words and moments on the way to a badge, and in badges of others."""

import json
import threading
from dataclasses import replace

import pytest
from flask import Flask

from badges.written import serialize
from lti_tool.app import create_app, make_runtime
from lti_tool.config import Settings
from lti_tool.errors import InvalidFieldsError
from lti_tool.runtime import Runtime
from lti_tool.services.decisions import Verdict
from tests.conftest import FakeClock
from tests.credentials import FakeResolver
from tests.desks import Desk, a_desk
from tests.grading import PASS, an_assessor
from tests.learners import Learner
from tests.verifying import signed_with

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def desk(runtime: Runtime, clock: FakeClock) -> Desk:
    """A learner whose draft lacks nothing."""
    made = a_desk(runtime.database, clock, runtime.settings.data_dir)
    made.start()
    made.fill()
    return made


@pytest.mark.parametrize(
    ("name", "signed"),
    [
        ("Ada\uffff \ufffeLearner", "Ada Learner"),
        ("\u202eAda\u2066", "Ada"),
        ("\ue000\U0001f600\U0010ffff", "\ue000\U0001f600\U0010ffff"),
        ("Ada\x00\x85\u2028Learner", "AdaLearner"),
        ('"}],"\\ _:c14n0 <b>', '"}],"\\ _:c14n0 <b>'),
    ],
)
def test_no_name_stops_a_release(runtime: Runtime, desk: Desk, name: str, signed: str) -> None:
    """What no credential may hold is gone before anybody rates the work."""
    desk.save_fields({"name_on_badge": name, "name_confirmed": "yes"})
    desk.submit()

    assert desk.attempt().name_on_badge == signed
    assert an_assessor(runtime, desk).release(PASS).verdict is Verdict.AWARDED


@ONE_DATABASE
@pytest.mark.parametrize("name", ["\u202e", "\u200b", "\ufeff \u00ad", "\uffff", "\U000e0001"])
def test_a_name_that_nobody_sees_is_no_name(desk: Desk, name: str) -> None:
    """Characters without a shape do not confirm a name."""
    desk.save_fields({"name_on_badge": name, "name_confirmed": "yes"})
    with pytest.raises(InvalidFieldsError):
        desk.submit()


@ONE_DATABASE
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("name", ["validFrom", "validUntil", "awardedDate"])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar_are_shown_in_every_zone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, instant: str, zone: str
) -> None:
    """Anybody may sign a badge of the year 1 or 9999; the page about it is no defect."""
    monkeypatch.setattr("lti_tool.views.given.ChainedResolver", lambda *_: FakeResolver())
    runtime = make_runtime(replace(settings, timezone=zone), wake=lambda: None)
    document = serialize(signed_with(**{name: instant})).decode()
    answer = create_app(runtime).test_client().post("/verify", data={"credential": document})
    runtime.database.dispose()

    assert answer.status_code == 200


@ONE_DATABASE
@pytest.mark.parametrize("issuer", ["https://[x", "https://[::1/", "https://\u2100.example"])
def test_an_issuer_that_is_no_address_is_not_reached(app: Flask, issuer: str) -> None:
    """It begins as an address does, and is none: the report says so."""
    document = json.loads(serialize(signed_with())) | {"issuer": issuer}
    answer = app.test_client().post("/verify", data={"credential": json.dumps(document)})

    assert answer.status_code == 200
    assert "issuer_unreachable" in answer.text


@ONE_DATABASE
def test_finishing_a_file_many_times_at_once_is_no_defect(
    app: Flask, runtime: Runtime, clock: FakeClock
) -> None:
    """One of them does it, or it was given up; nobody hears of a vanished file."""
    desk = a_desk(runtime.database, clock, runtime.settings.data_dir)
    desk.start()
    learner = Learner(app, desk.launch)
    learner.token()
    codes: list[int] = []
    for number in range(8):
        data = b"%PDF-" + bytes(300_000)
        url = str(learner.announce(f"{number}.pdf", len(data)).get_json()["url"])
        learner.put(url, data)
        barrier = threading.Barrier(4)

        def act(method: str, path: str, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(10)
            codes.append(learner.call(method, path, json={}).status_code)

        acts = [("POST", f"{url}/finish")] * 3 + [("DELETE", url)]
        threads = [threading.Thread(target=act, args=one) for one in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    assert len(codes) == 32
    assert set(codes) <= {201, 204, 404, 409}
