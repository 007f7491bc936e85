"""What the demo workspace will not answer: too many calls, no licence, unknown paths; and which version it tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from engagement.demo import DemoServer, Options
from tests.support.clock import Clock
from tests.support.demo_tools import (
    CHANNELS,
    DENIED,
    NOW,
    SENT,
    WEEK,
    Caller,
    Start,
    log_in,
    refusal,
    two_rooms,
)

NO_DENIED = {"success": False, "error": DENIED}
UNLICENSED = {
    "success": False,
    "error": "This is an enterprise feature [error-action-not-allowed]",
    "errorType": "error-action-not-allowed",
}


@pytest.fixture
def start(start: Start) -> Start:
    return two_rooms(start)


@pytest.mark.parametrize("release", [(3, 18), (6, 5), (7, 5)])
def test_without_the_module_old_releases_answer_with_their_web_page(start: Start, release: tuple[int, int]) -> None:
    server = start(release=release, unlicensed=True)
    for caller in (Caller(server, "admin"), Caller(server, None)):
        answer = caller.get(CHANNELS, **WEEK)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "<html>" in answer.text


def test_without_the_module_newer_releases_refuse(start: Start) -> None:
    between = start(release=(7, 6), unlicensed=True)
    assert refusal(Caller(between, None).get(CHANNELS, **WEEK)) == (400, UNLICENSED)
    newest = start(release=(8, 4), unlicensed=True)
    assert refusal(Caller(newest, "admin").get(SENT, **WEEK)) == (400, UNLICENSED)
    assert refusal(Caller(newest, "viewer").get(CHANNELS, **WEEK)) == (403, NO_DENIED)
    assert Caller(newest, None).get(CHANNELS, **WEEK).status_code == 401
    assert Caller(newest, "admin").get("rooms.adminRooms").status_code == 200


def test_the_permission_of_a_module_that_never_ran_is_not_listed(start: Start) -> None:
    def listed(server: DemoServer) -> set[str]:
        body = Caller(server, "viewer").get("permissions.listAll").json()
        return {permission["_id"] for permission in body["update"]}

    assert "view-engagement-dashboard" in listed(start())
    assert "view-engagement-dashboard" not in listed(start(unlicensed=True))


def test_the_eleventh_call_of_a_minute_is_refused_until_the_announced_moment(start: Start, clock: Clock) -> None:
    caller = Caller(start(rate_limit=10), "manager")
    for left in range(9, -1, -1):
        answer = caller.get(CHANNELS, **WEEK)
        assert answer.status_code == 200
        assert answer.headers["X-RateLimit-Limit"] == "10"
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
        assert answer.headers["X-RateLimit-Reset"] == str(round((NOW + 60) * 1000))
    clock.now += 20
    status, body = refusal(caller.get(CHANNELS, **WEEK))
    text = "Error, too many requests. Please slow down. You must wait 40 seconds before trying this endpoint again."
    assert (status, body) == (429, {"success": False, "error": f"{text} [error-too-many-requests]"})
    clock.now += 41
    assert caller.get(CHANNELS, **WEEK).headers["X-RateLimit-Remaining"] == "9"


def test_the_limit_is_for_each_route_and_shared_by_all_users_of_an_address(start: Start) -> None:
    server = start(rate_limit=2)
    manager, analyst = Caller(server, "manager"), Caller(server, "analyst")
    assert manager.get(CHANNELS, **WEEK).status_code == 200
    assert analyst.get(CHANNELS, **WEEK).status_code == 200
    assert manager.get(CHANNELS, **WEEK).status_code == 429
    assert manager.get(SENT, **WEEK).status_code == 200
    assert manager.get("me").status_code == 200


def test_another_address_has_a_limit_of_its_own(start: Start) -> None:
    server = start(rate_limit=1)
    manager = Caller(server, "manager")
    assert [manager.get("me").status_code for _ in range(2)] == [200, 429]
    with requests.Session() as elsewhere:
        adapter = requests.adapters.HTTPAdapter()
        adapter.init_poolmanager(1, 1, source_address=("127.0.0.2", 0))
        elsewhere.mount("http://", adapter)
        assert elsewhere.get(f"{server.url}/api/v1/me", headers=manager.headers, timeout=10).status_code == 200


def test_administrators_and_whoever_is_granted_it_are_exempt_and_see_no_headers(
    start: Start,
) -> None:
    server = start(rate_limit=1)
    admin, manager = Caller(server, "admin"), Caller(server, "manager")
    answers = [admin.get("me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not any(name.lower().startswith("x-ratelimit") for answer in answers for name in answer.headers)
    server.grant("api-bypass-rate-limit", "manager")
    assert [manager.get("me").status_code for _ in range(3)] == [200, 200, 200]


def test_no_limit_means_no_headers(start: Start) -> None:
    answer = Caller(start(rate_limit=0), "manager").get("me")
    assert "X-RateLimit-Limit" not in answer.headers


def test_refusals_count_too_and_logins_are_limited(start: Start) -> None:
    server = start(rate_limit=2)
    viewer = Caller(server, "viewer")
    assert [viewer.get(CHANNELS, **WEEK).status_code for _ in range(3)] == [403, 403, 429]
    assert [log_in(server, user="manager", password="x").status_code for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize(
    ("release", "anonymous", "admin"),
    [
        ((3, 18), "3.18.1", None),
        ((6, 4), "6.4", None),
        ((6, 5), "6.5", "6.5.1"),
        ((8, 4, 2), "8.4", "8.4.2"),
        ((9, 0, 0), "9.0", "9.0.0"),
    ],
)
def test_the_version_is_told_in_the_way_of_the_release(
    start: Start, release: tuple[int, ...], anonymous: str, admin: str | None
) -> None:
    server = start(release=release)
    assert requests.get(f"{server.url}/api/info", timeout=10).json()["version"] == anonymous
    told = requests.get(f"{server.url}/api/info", headers=Caller(server).headers, timeout=10).json()
    assert told.get("version") == admin
    assert told["info"]["version"].startswith(f"{release[0]}.{release[1]}.")


def test_the_second_address_of_the_version_went_with_release_four(start: Start) -> None:
    assert Caller(start(release=(3, 1)), None).get("info").json()["version"] == "3.1.1"
    old = Caller(start(release=(4, 0)), None).get("info")
    assert old.headers["Content-Type"].startswith("text/html")
    new = Caller(start(release=(8, 4)), None).get("info")
    assert (new.status_code, new.text) == (404, "404 Not Found")


def test_an_unknown_path_or_method_is_answered_as_the_release_does(start: Start) -> None:
    old, new = start(release=(6, 5)), start(release=(8, 4))
    assert "<html>" in Caller(old).get("no.such.route").text
    assert refusal(Caller(old).post("me"))[1] == {"status": "error", "message": "API endpoint does not exist"}
    for answer in (Caller(new).get("no.such.route"), Caller(new).post("me")):
        assert (answer.status_code, answer.text) == (404, "404 Not Found")


def test_options_that_make_no_sense_are_refused() -> None:
    for wrong in ({"release": (2, 9)}, {"release": (8,)}, {"rooms": 0}, {"page_cap": 0}, {"rate_limit": -1}):
        with pytest.raises(ValueError, match="The demo workspace"):
            replace(Options(), **wrong)  # type: ignore[arg-type]
