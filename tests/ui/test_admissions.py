"""For how long somebody is let in: admissions that are renewed while they look, and cost nothing while they do not."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.types import Message, Receive, Scope, Send

from engagement.demo import DemoServer, Options
from engagement.errors import Admitting, NoPermission, SignedOut, StoreUnavailable, Unreachable
from engagement.numbers.periods import MONDAY, last_full_weeks
from engagement.reading.admission import LASTS, RENEWED_AFTER
from engagement.reading.rights import Access
from engagement.reading.workspace import Reader
from engagement.storage.sessions import Signed
from engagement.ui import asking, session, signing, sockets
from engagement.ui import runtime as runtimes
from engagement.ui.sockets import CHECKED_EVERY
from engagement.ui.tabs import Visitor, name_of
from tests.support.access_tools import RIGHTS, TODAY, read, shows_figures, sign_in, signed_in, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, REFUSED, SAID, WAITED, fault

pytestmark = fault(kind="Sessions and ends", at="demo workspace", seen="sessions")

SEE_FIGURES = "view-engagement-dashboard"


def look(session_id: str, viewer: str = "a tab") -> Access:
    return session.look(Visitor(session_id, None, viewer)).access


def looking_at_once(session_ids: list[str]) -> set[frozenset[str]]:
    """The permissions that as many tabs find when all of them look at the same moment."""
    with ThreadPoolExecutor(len(session_ids)) as pool:
        seen = list(pool.map(look, session_ids, [f"tab {n}" for n in range(len(session_ids))]))
    return {one.permissions for one in seen}


def asked(workspace: DemoServer) -> tuple[int, int]:
    """How often the server was asked who somebody is, and which roles have which permission."""
    return workspace.count("/me"), workspace.count("permissions.listAll")


def test_an_admission_is_not_asked_again_before_it_is_due(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    clock.put(ahead=RENEWED_AFTER - timedelta(seconds=1))
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (0, 0)
    clock.put(ahead=RENEWED_AFTER + timedelta(seconds=1))
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (1, 1)
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (1, 1)


def test_five_tabs_of_one_person_cost_one_call(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    clock.put(ahead=timedelta(minutes=10))
    assert looking_at_once([session_id] * 5) == {RIGHTS}
    assert asked(workspace) == (1, 1)


def test_twenty_people_cost_one_call_each_and_one_for_all_of_them(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    people = [signed_in(dashboard, workspace) for _ in range(20)]
    clock.put(ahead=timedelta(minutes=10))
    assert looking_at_once(people) == {RIGHTS}
    assert asked(workspace) == (20, 1)


def test_what_another_copy_renewed_is_not_asked_again(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    clock.put(ahead=timedelta(minutes=10))
    dashboard.sessions.admitted(session_id, RIGHTS)
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (0, 0)


@fault("a permission is withdrawn, and the workspace goes away", SAID, "no admission of before is used")
def test_a_permission_taken_away_ends_the_view_when_it_is_next_asked_and_for_good(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.revoke(SEE_FIGURES, "manager")
    clock.put(ahead=RENEWED_AFTER + timedelta(seconds=1))
    with pytest.raises(NoPermission, match=SEE_FIGURES):
        look(session_id)
    # The admission of before would last for another minute, and now nobody can say that it ended.
    workspace.stop()
    runtimes.runtime().jobs.forget(("admission", name_of(session_id)), "a tab")
    with pytest.raises(Unreachable):
        look(session_id)


def test_a_permission_given_back_is_noticed_when_asked_again(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    app = read(tab(signed_in(dashboard, workspace)))
    assert shows_figures(app)
    workspace.revoke(SEE_FIGURES, "manager")
    clock.put(ahead=LASTS)
    app.run()
    assert SEE_FIGURES in app.error[0].value
    assert not shows_figures(app)
    workspace.grant(SEE_FIGURES, "manager")
    clock.forward(minutes=1)
    assert shows_figures(read(app.button(key="ask_again").click().run()))


@fault("one permission of three is withdrawn", REFUSED, "fewer rights from the next renewal on")
def test_less_permission_means_fewer_rights_at_the_next_renewal(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.revoke("view-room-administration", "manager")
    clock.put(ahead=timedelta(minutes=5))
    assert look(session_id).permissions == RIGHTS - {"view-room-administration"}
    assert dashboard.sessions.find(session_id).rights == RIGHTS - {"view-room-administration"}


@fault("permissions.listAll cannot be read at a renewal", NOTED, "incomplete, until told half a minute later")
def test_rights_that_were_not_told_are_no_fewer_rights_and_are_asked_for_again_soon(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    clock.put(ahead=timedelta(minutes=5))
    workspace.fail_next("permissions.listAll", "garbage")
    for _ in range(2):
        # The second look is at what the session keeps.
        seen = look(session_id)
        assert (seen.permissions, seen.told) == (frozenset(), False)
    # Nor does what was read without knowing the rights stand for what is read with none.
    assert seen.rights != replace(seen, told=True).rights
    clock.forward(seconds=31)
    assert (look(session_id).permissions, look(session_id).told) == (RIGHTS, True)


@fault("no answer when an admission is due", EXACT, "it lasts to its end, and no longer")
def test_a_workspace_that_does_not_answer_throws_nobody_out_before_the_admission_ends(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.stop()
    clock.put(ahead=LASTS - timedelta(seconds=2))
    assert look(session_id).permissions == RIGHTS
    clock.put(ahead=LASTS)
    with pytest.raises(Unreachable):
        look(session_id)


@fault("a 429 when an admission is due", WAITED, "shown with a way to stop; no figures meanwhile", seen="Overview")
def test_a_pause_that_the_workspace_asks_for_throws_nobody_out_but_never_prolongs_an_admission(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.fail_next("/me", "429")
    clock.put(ahead=LASTS - timedelta(seconds=2))
    assert look(session_id).permissions == RIGHTS
    clock.put(ahead=LASTS)
    with pytest.raises(Admitting) as waiting:
        look(session_id)
    job = waiting.value.job
    assert 50 < job.progress().pause <= 62
    app = tab(session_id)
    assert not shows_figures(app)
    assert any(button.key == "stop_admission" for button in app.button)
    run = job._run
    job.leave()
    app.button(key="stop_admission").click().run()
    assert run.over.wait(5)


def test_the_whole_of_an_admission_is_shorter_than_five_minutes() -> None:
    assert RENEWED_AFTER < LASTS
    assert LASTS + timedelta(seconds=CHECKED_EVERY) < timedelta(minutes=5)


@fault("the token of one of two ends", SAID, "the other goes on")
def test_somebody_whose_token_ended_does_not_end_the_sessions_of_others(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    ended, other = signed_in(dashboard, workspace), signed_in(dashboard, workspace)
    workspace.accounts.forget(dashboard.sessions.find(ended).token)
    clock.put(ahead=timedelta(minutes=5))
    outcomes: dict[str, object] = {}

    def try_(session_id: str) -> None:
        try:
            outcomes[session_id] = look(session_id, f"tab of {session_id}").permissions
        except SignedOut as error:
            outcomes[session_id] = type(error)

    threads = [threading.Thread(target=try_, args=(one,)) for one in (ended, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert outcomes == {ended: SignedOut, other: RIGHTS}
    with pytest.raises(SignedOut):
        dashboard.sessions.find(ended)


@fault("a file is asked for after the permission went", REFUSED, "no file")
def test_what_an_open_page_is_sent_and_a_button_that_makes_a_file_end_with_the_admission(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = signed_in(dashboard, workspace)
    who = Visitor(session_id, None, "a tab")
    monkeypatch.setattr(session, "visitor", lambda: who)
    file = session.permitted(lambda: b"figures")
    assert file() == b"figures"
    assert session.admits(who)
    workspace.revoke(SEE_FIGURES, "manager")
    clock.put(ahead=LASTS)
    assert session.lasts(who)
    with pytest.raises(NoPermission):
        file()
    assert not session.admits(who)
    # What was refused here is noted for all copies, whose open pages close.
    assert not session.lasts(who)


def test_an_open_page_where_nothing_happens_costs_no_call_and_goes_on_when_somebody_clicks(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    who = Visitor(session_id, None, "a tab")
    for _ in range(60):
        clock.forward(minutes=1)
        assert session.lasts(who)
    assert asked(workspace) == (0, 0)
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (1, 1)


@fault("the database does not answer", EXACT, "what is shown stays; nothing is sent", at="database")
def test_while_the_database_does_not_answer_what_is_shown_stays_and_nothing_is_sent(
    dashboard: runtimes.Runtime, workspace: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = Visitor(signed_in(dashboard, workspace), None, "a tab")

    def unavailable(_: str) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(dashboard.sessions, "find", unavailable)
    assert session.lasts(who)
    assert not session.admits(who)


@fault("another workspace takes the address within seconds", EXACT, "its own roles", kind="Another workspace")
def test_whoever_signs_in_at_another_workspace_of_the_same_address_is_judged_by_its_own_roles(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    app = sign_in(workspace.url, "manager", "manager")
    assert shows_figures(read(app))
    options, port = workspace.options, int(workspace.url.rpartition(":")[2])
    workspace.stop()
    with DemoServer(replace(options, seed=2), port=port, clock=clock) as other:
        other.revoke(SEE_FIGURES, "manager")
        app = sign_in(other.url, "manager", "manager")
        assert SEE_FIGURES in text_of(app) + "".join(error.value for error in app.error)
        assert not shows_figures(app)


@fault("a file is asked for after signing out", REFUSED, "no file")
def test_after_signing_out_a_button_of_a_page_left_open_makes_no_file(
    dashboard: runtimes.Runtime, workspace: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = signed_in(dashboard, workspace)
    monkeypatch.setattr(session, "visitor", lambda: Visitor(session_id, None, "a tab"))
    file = session.permitted(lambda: b"figures")
    dashboard.sessions.end(session_id)
    with pytest.raises(SignedOut):
        file()


@fault("an admission dated in the future", REFUSED, "asked again", at="database")
def test_an_admission_dated_in_the_future_is_not_fresh(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    # A copy whose clock is a day ahead has renewed it, and the permission is taken away a moment later.
    dashboard.sessions.admitted(session_id, RIGHTS, at=clock.moment() + timedelta(days=1))
    workspace.revoke(SEE_FIGURES, "manager")
    with pytest.raises(NoPermission):
        look(session_id)


class Hundred:
    """People who sign in one after another, read the last week, click for a while, and leave their tabs open."""

    def __init__(self, running: runtimes.Runtime, workspace: DemoServer, clock: Clock) -> None:
        self.running, self.url, self.clock = running, workspace.url, clock
        self.sessions: list[str] = []

    def signs_in(self) -> None:
        viewer, client = f"tab {len(self.sessions)}", asking.connect(self.url)
        account = client.sign_in("manager", "manager")
        access = signing._first_admission(client, self.url, viewer, lambda _: None).access
        signed = Signed(self.url, account.user_id, "manager", "Mika", "password", account.token, access.kept)
        self.sessions.append(self.running.sessions.begin(signed))
        reader = Reader(
            jobs=self.running.jobs,
            make_client=lambda tell: asking.pausing(client, tell),
            workspace=self.url,
            access=access,
            viewer=viewer,
            archive=self.running.archive,
            session=name_of(self.sessions[-1]),
            now=self.running.clock,
        )
        facts = reader.facts().result(60)
        reader.activity(facts, last_full_weeks(facts.today(self.clock.moment()), 1, MONDAY)).result(60)

    def clicks(self, number: int) -> None:
        assert look(self.sessions[number], f"tab {number}").permissions == RIGHTS

    def leaves_open(self, number: int) -> None:
        assert session.lasts(Visitor(self.sessions[number], None, f"tab {number}"))


def test_a_hundred_people_who_look_in_the_same_hour_stay_inside_ten_calls_a_minute_and_nobody_waits(
    dashboard: runtimes.Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DemoServer(Options(rooms=40, today=TODAY), clock=clock) as workspace:
        pace, minutes = asking.pace_of(workspace.url), list[Counter[str]]()
        # Where a call would have to wait it fails: a renewal is then tried again, anything else fails the test.
        take_place = pace.take_place
        monkeypatch.setattr(pace, "monotonic", clock)
        monkeypatch.setattr(pace, "take_place", lambda *args, **more: take_place(*args, **more | {"longest_wait": 0}))
        people, began = Hundred(dashboard, workspace, clock), clock.now
        for half_minute in range(120):
            # One every 36 seconds: each clicks for ten minutes, and all tabs stay open to the end.
            if half_minute % 2 == 0:
                minutes.append(Counter())
            workspace.calls.clear()
            while len(people.sessions) < 100 and 36 * len(people.sessions) <= clock.now - began:
                people.signs_in()
            for number in range(len(people.sessions)):
                if clock.now - began < 36 * number + 10 * 60:
                    people.clicks(number)
                elif half_minute % 10 == 0:
                    people.leaves_open(number)
            minutes[-1].update(path for _, path, _ in workspace.calls)
            clock.forward(seconds=30)
    assert len(people.sessions) == 100
    assert max(max(minute.values(), default=0) for minute in minutes) <= 10
    # Of each one call to begin with and one for every 225 seconds of the ten minutes.
    assert sum(minute["/api/v1/me"] for minute in minutes) <= 100 * (1 + 2) + 1


def test_an_open_websocket_where_nothing_happens_is_closed_when_its_session_ends_in_another_copy(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "CHECKED_EVERY", 0.01)
    session_id, sent = signed_in(dashboard, workspace), list[Message]()

    async def silent() -> Message:
        return await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    async def framework(scope: Scope, receive: Receive, _: Send) -> None:
        socket = dict(scope["headers"])[session.SOCKET.lower().encode()].decode()
        dashboard.tabs.shows(socket, "a page", Visitor(session_id, None, "a tab"))
        hearing = asyncio.ensure_future(receive())
        for _ in range(20):
            clock.forward(minutes=1)
            assert not (await asyncio.wait({hearing}, timeout=0.02))[0]
        assert asked(workspace) == (0, 0)
        dashboard.sessions.end(session_id)
        assert (await asyncio.wait_for(hearing, 10))["type"] == "websocket.disconnect"

    # In a thread of its own: a browser of other tests may have a loop in this one.
    with ThreadPoolExecutor() as pool:
        whole = sockets.Gate(framework)({"type": "websocket", "path": "/", "headers": []}, silent, send)
        pool.submit(asyncio.run, whole).result(30)
    assert [message["type"] for message in sent] == ["websocket.close"]
