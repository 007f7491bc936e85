"""The demo workspace over real HTTP: its clock, its faults, and how it starts and stops."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import warnings
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec
from tests import ROOT
from tests.support.clock import Clock
from tests.support.demo_tools import CHANNELS, NOW, TODAY, WEEK, Caller, Start, refusal

THURSDAY = date(2026, 11, 12)


def test_calls_are_recorded_without_headers_and_bodies(start: Start) -> None:
    server = start([RoomSpec("a")], {})
    caller = Caller(server, "manager")
    caller.get("rooms.adminRooms", **{"types[]": ["c", "p"], "count": 1})
    caller.post("login", json={"user": "manager", "password": "secret-password"})
    assert server.calls == [
        ("GET", "/api/v1/rooms.adminRooms", {"types[]": "c,p", "count": "1"}),
        ("POST", "/api/v1/login", {}),
    ]
    assert (server.count("rooms.adminRooms"), server.count("login"), server.count("me")) == (1, 1, 0)
    everything = f"{server.calls!r}{server.accounts!r}{server!r}"
    assert caller.headers["X-Auth-Token"] not in everything
    assert "secret-password" not in everything


def test_two_servers_share_nothing(start: Start) -> None:
    one, other = (start([RoomSpec("a")], {"a": {THURSDAY: 5}}) for _ in range(2))
    one.workspace.add("a", THURSDAY, 1)
    one.fail_next("me", "500")
    one.revoke("view-c-room", "admin")
    caller = Caller(other)
    assert caller.get("me").status_code == 200
    assert caller.counts() == {"a": (5, 0)}
    assert caller.get("channels.list").status_code == 200
    assert one.calls == []
    assert Caller(other).get("me").status_code == 200
    stranger = Caller(one)
    stranger.server = other
    assert stranger.get("me").status_code == 401


def test_queued_faults_meet_the_next_calls_of_their_path_only(start: Start) -> None:
    server = start([RoomSpec("a")], {}, rate_limit=10)
    caller = Caller(server)
    server.fail_next("v1/me", "500", times=2)
    server.fail_next("v1/me", "html")
    assert caller.get("permissions.listAll").status_code == 200
    assert refusal(caller.get("me")) == (500, {"success": False, "error": "Internal server error"})
    assert caller.get("me").status_code == 500
    assert caller.get("me").headers["Content-Type"].startswith("text/html")
    assert caller.get("me").status_code == 200
    with pytest.raises(ValueError, match="no fault called 'flood'"):
        server.fail_next("me", "flood")  # type: ignore[arg-type]


def test_every_fault_looks_like_the_real_thing(start: Start) -> None:
    server = start([RoomSpec("a")], {}, rate_limit=10)
    caller = Caller(server, "admin")
    server.fail_next("me", "429")
    limited = caller.get("me")
    assert limited.status_code == 429
    assert limited.headers["X-RateLimit-Remaining"] == "0"
    assert int(limited.headers["X-RateLimit-Reset"]) == round((NOW + 60) * 1000)
    assert "You must wait 60 seconds" in limited.json()["error"]
    server.fail_next("me", "401")
    assert caller.get("me").status_code == 401
    server.fail_next("me", "garbage")
    broken = caller.get("me")
    assert (broken.status_code, broken.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(ValueError, match=r"Expecting|Invalid|Unterminated"):
        broken.json()
    server.fail_next("me", "cut")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.get("me")
    server.fail_next("me", "hang")
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{server.url}/api/v1/me", headers=caller.headers, timeout=0.1)
    assert caller.get("me").status_code == 200


def test_a_hanging_call_does_not_keep_the_server_from_stopping(start: Start) -> None:
    server = start([RoomSpec("a")], {})
    server.fail_next("me", "hang")
    with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])), timeout=10) as waiting:
        waiting.sendall(b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n")
        # The hanging call has arrived when a later one has been answered.
        while not server.count("me"):
            Caller(server).get("permissions.listAll")
        server.stop()
        assert waiting.recv(100).startswith(b"HTTP/1.1 500")
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"{server.url}/api/info", timeout=2)


def test_a_caller_let_in_while_the_server_stops_is_left_no_open_connection() -> None:
    """A connection that nobody closes is a warning when it is collected, which ends the run of the tests."""
    for _ in range(20):
        ended, answered = threading.Event(), threading.Event()

        def ask(port: int, ended: threading.Event, answered: threading.Event) -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
                    caller.sendall(b"GET /api/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    if caller.recv(100):
                        answered.set()

        with DemoServer(Options(rooms=5, rate_limit=0)) as server:
            asked = int(server.url.rsplit(":", 1)[1]), ended, answered
            callers = [threading.Thread(target=ask, args=asked) for _ in range(3)]
            for caller in callers:
                caller.start()
            answered.wait(10)
        ended.set()
        for caller in callers:
            caller.join()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gc.collect()
    assert [str(warning.message) for warning in told] == []


def test_a_fault_inside_is_an_internal_error_and_is_logged(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    server = start([RoomSpec("a")], {"a": {THURSDAY: 5}})

    def fail() -> None:
        raise RuntimeError("made up")

    server.on_page = fail
    answer = Caller(server).get(CHANNELS, **WEEK)
    assert refusal(answer) == (500, {"success": False, "error": "Internal server error"})
    assert "failed to answer /api/v1/engagement-dashboard/channels/list" in caplog.text


def test_the_date_header_is_that_of_the_servers_own_day() -> None:
    clock = Clock(NOW)
    with DemoServer(Options(rooms=5, today=date(2026, 8, 21), timezone="Asia/Kolkata"), clock=clock) as server:
        # 13:30 UTC is 19:00 in Kolkata, and so it is on the day chosen.
        assert requests.get(f"{server.url}/api/info", timeout=10).headers["Date"] == "Fri, 21 Aug 2026 13:30:00 GMT"
        clock.now += 5 * 3600
        later = parsedate_to_datetime(requests.get(f"{server.url}/api/info", timeout=10).headers["Date"])
        assert later.isoformat() == "2026-08-21T18:30:00+00:00"
        assert server.clock.today() == date(2026, 8, 22)


def test_there_is_one_date_header_and_none_about_the_machinery(start: Start) -> None:
    answer = requests.get(f"{start([RoomSpec('a')], {}).url}/api/info", timeout=10)
    assert answer.headers["Date"] == "Sun, 22 Nov 2026 13:30:00 GMT"
    assert "Server" not in answer.headers
    assert answer.headers["Content-Type"] == "application/json"


def test_generated_counts_go_on_when_the_day_changes() -> None:
    clock = Clock(NOW)
    with DemoServer(Options(rooms=60, rate_limit=0), clock=clock) as server:
        caller = Caller(server)
        server.workspace.add("GENERAL", TODAY, 100_000)
        before = caller.counts(count=0)
        clock.now += 9 * 86400
        later = {"start": "2026-11-23T09:45:00.000Z", "end": "2026-11-29T08:15:00.000Z"}
        assert sum(messages for messages, _ in caller.counts(**later, count=0).values()) > 1000
        after = caller.counts(count=0)
        assert {room: after[room] for room in before if room in after} == before
        upto_today = {"start": "2026-11-16T09:45:00.000Z", "end": "2026-11-22T08:15:00.000Z"}
        assert caller.counts(**upto_today, count=0)["GENERAL"][0] > 100_000


def test_files_are_served_and_the_clock_stands_on_their_last_day(tmp_path: Path) -> None:
    (tmp_path / "rooms.csv").write_text("room_id,type\nlobby,c\nquiet,c\n", encoding="utf-8")
    (tmp_path / "daily.csv").write_text(
        "date,room_id,messages\n2026-08-10,lobby,4\n2026-08-16,lobby,5\n2026-08-21,lobby,6\n", encoding="utf-8"
    )
    week = {"start": "2026-08-10T09:45:00.000Z", "end": "2026-08-16T08:15:00.000Z"}
    with DemoServer(Options(data=tmp_path, timezone="UTC"), clock=Clock(NOW)) as server:
        caller = Caller(server)
        assert caller.counts(**week) == {"lobby": (9, 0)}
        assert caller.get("me").headers["Date"] == "Fri, 21 Aug 2026 13:30:00 GMT"
        rooms = caller.get("rooms.adminRooms").json()["rooms"]
        assert {room["_id"] for room in rooms} == {"lobby", "quiet"}
    with DemoServer(Options(data=tmp_path, today=date(2026, 9, 1), timezone="UTC"), clock=Clock(NOW)) as server:
        assert Caller(server).get("me").headers["Date"] == "Tue, 01 Sep 2026 13:30:00 GMT"


def test_a_path_outside_the_interface_is_a_page_for_people(start: Start) -> None:
    server = start([RoomSpec("a")], {})
    answer = requests.get(f"{server.url}/channel/<img src=x>", timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "demo workspace" in answer.text
    assert "<img" not in answer.text


def test_it_listens_on_the_loopback_interface_only(start: Start) -> None:
    server = start([RoomSpec("a")], {})
    assert server.url.startswith("http://127.0.0.1:")
    with DemoServer(Options(rooms=1)) as other:
        assert other.url != server.url
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            DemoServer(Options(rooms=1), port=taken.getsockname()[1]).start()


def test_it_starts_once_and_stops_as_often_as_one_likes(start: Start) -> None:
    server = start([RoomSpec("a")], {})
    with pytest.raises(RuntimeError, match="already"):
        server.start()
    url = server.url
    server.stop()
    server.stop()
    assert server.start().url == url
    assert Caller(server).get("me").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_the_foreground_it_says_where_it_is_and_ends_when_asked_to(number: signal.Signals) -> None:
    code = "from engagement.demo.server import Options, serve; serve(Options(rooms=20), 0)"
    root = ROOT
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline().split()
        assert first[0] == "ready"
        assert requests.get(f"{first[1]}/api/info", timeout=10).json()["success"] is True
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
