"""Who the demo workspace lets in, and in which words each release says no."""

from __future__ import annotations

import pytest

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

NEEDED = "You must be logged in to do this."
NO_DENIED = {"success": False, "error": DENIED}


@pytest.fixture
def start(start: Start) -> Start:
    return two_rooms(start)


def test_a_login_gives_a_token_that_opens_the_workspace(start: Start) -> None:
    server = start()
    body = log_in(server, user="manager", password="manager").json()
    assert (body["status"], body["success"]) == ("success", True)
    caller = Caller(server, None)
    caller.headers = {"X-User-Id": body["data"]["userId"], "X-Auth-Token": body["data"]["authToken"]}
    me = caller.get("me").json()
    assert (me["_id"], me["username"], me["success"]) == (body["data"]["userId"], "manager", True)
    assert body["data"]["me"]["username"] == "manager"


def test_a_login_may_be_a_form_and_name_the_address(start: Start) -> None:
    caller = Caller(start(), None)
    for name in ("manager", "manager@demo.example.org"):
        assert caller.post("login", data={"user": name, "password": "manager"}).status_code == 200


@pytest.mark.parametrize(
    ("release", "body"),
    [
        ((6, 5), {"status": "error", "error": "Unauthorized", "message": "Unauthorized"}),
        ((8, 4), {"success": False, "status": "error", "error": "Unauthorized", "message": "Unauthorized"}),
        ((9, 0), {"success": False, "error": "unauthorized"}),
    ],
)
@pytest.mark.parametrize(
    "typed",
    [
        {"user": "manager", "password": "wrong"},
        {"user": "nobody", "password": "nobody"},
        {"user": "manager"},
        {},
        {"user": "manager", "password": {"digest": 3}},
    ],
)
def test_a_wrong_login_is_refused_without_saying_what_was_wrong(
    start: Start, release: tuple[int, int], body: dict[str, object], typed: dict[str, object]
) -> None:
    assert refusal(log_in(start(release=release), **typed)) == (401, body)


def test_the_second_factor_is_asked_for_and_checked(start: Start) -> None:
    server = start()
    status, body = refusal(log_in(server, user="twofactor", password="twofactor"))
    assert (status, body["error"], body["message"]) == (401, "totp-required", "TOTP Required")
    assert body["details"] == {"method": "totp", "codeGenerated": False, "availableMethods": ["totp"]}
    status, body = refusal(log_in(server, user="twofactor", password="twofactor", code="000000"))
    assert (status, body["error"], body["message"]) == (401, "totp-invalid", "TOTP Invalid")
    assert log_in(server, user="twofactor", password="twofactor", code="123456").status_code == 200
    assert log_in(server, user="twofactor", password="wrong", code="123456").json()["error"] == "Unauthorized"


def test_the_code_may_come_by_mail(start: Start) -> None:
    server = start()
    server.accounts.method = "email"
    first = log_in(server, user="twofactor", password="twofactor").json()["details"]
    second = log_in(server, user="twofactor", password="twofactor").json()["details"]
    assert (first["method"], first["codeGenerated"], second["codeGenerated"]) == ("email", True, False)
    assert second["codeExpires"] == round((NOW + 3600) * 1000)


def test_the_newest_release_does_not_say_that_a_code_is_missing(start: Start) -> None:
    server = start(release=(9, 0))
    bare = (401, {"success": False, "error": "unauthorized"})
    assert refusal(log_in(server, user="twofactor", password="twofactor")) == bare
    assert log_in(server, user="twofactor", password="twofactor", code="123456").status_code == 200


def test_ten_failures_block_the_user_for_five_minutes(start: Start, clock: Clock) -> None:
    server = start()
    for _ in range(10):
        assert log_in(server, user="manager", password="wrong").json()["error"] == "Unauthorized"
    status, body = refusal(log_in(server, user="manager", password="manager"))
    assert (status, body["error"]) == (401, "error-login-blocked-for-user")
    assert log_in(server, user="analyst", password="analyst").status_code == 200
    clock.now += 301
    assert log_in(server, user="manager", password="manager").status_code == 200


def test_logging_out_ends_that_token_even_a_personal_one(start: Start) -> None:
    server = start()
    one, other = Caller(server, "manager"), Caller(server, "manager")
    assert one.post("logout").json() == {"status": "success", "data": {"message": "You've been logged out!"}}
    assert one.get("me").status_code == 401
    assert other.get("me").status_code == 200


def test_everyone_can_be_signed_out(start: Start) -> None:
    server = start()
    caller = Caller(server, "admin")
    server.sign_out_everyone()
    assert caller.get("me").status_code == 401


def test_a_token_counts_only_with_its_own_user(start: Start) -> None:
    server = start()
    mixed = Caller(server, "admin")
    mixed.headers["X-User-Id"] = server.personal_token("viewer")[0]
    assert mixed.get("me").status_code == 401


@pytest.mark.parametrize(
    ("release", "body"),
    [
        ((3, 18), {"status": "error", "message": NEEDED}),
        ((7, 1), {"status": "error", "message": NEEDED}),
        ((7, 2), {"success": False, "error": NEEDED, "status": "error", "message": NEEDED}),
        ((8, 0, 0), {"success": False, "error": NEEDED}),
        ((8, 0), {"success": False, "error": NEEDED, "status": "error", "message": NEEDED}),
        ((8, 8), {"success": False, "error": NEEDED, "status": "error", "message": NEEDED}),
        ((9, 0), {"success": False, "error": NEEDED}),
    ],
)
def test_every_route_asks_for_a_login_in_the_words_of_the_release(
    start: Start, release: tuple[int, ...], body: dict[str, object]
) -> None:
    caller = Caller(start(release=release), None)
    for path in (CHANNELS, SENT, "me", "permissions.listAll", "rooms.adminRooms", "channels.list", "groups.listAll"):
        assert refusal(caller.get(path, **WEEK)) == (401, body)


@pytest.mark.parametrize("release", [(4, 0), (6, 5), (7, 5), (8, 4), (9, 0)])
def test_the_dashboard_needs_its_permission(start: Start, release: tuple[int, int]) -> None:
    server = start(release=release)
    for path in (CHANNELS, SENT):
        assert refusal(Caller(server, "viewer").get(path, **WEEK)) == (403, NO_DENIED)
        assert Caller(server, "analyst").get(path, **WEEK).status_code == 200


def test_the_oldest_releases_show_the_dashboard_to_whoever_is_signed_in(start: Start) -> None:
    assert Caller(start(release=(3, 18)), "viewer").get(CHANNELS, **WEEK).status_code == 200


@pytest.mark.parametrize(
    ("release", "admin_rooms", "groups"),
    [
        (
            (6, 5),
            (400, {"success": False, "error": "error-not-authorized"}),
            (403, {"success": False, "error": "unauthorized"}),
        ),
        (
            (8, 8),
            (400, {"success": False, "error": "error-not-authorized"}),
            (401, {"success": False, "error": "unauthorized"}),
        ),
        (
            (9, 0),
            (403, {"success": False, "error": "error-not-authorized", "errorType": "error-forbidden"}),
            (403, {"success": False, "error": "unauthorized", "errorType": "error-forbidden"}),
        ),
    ],
)
def test_the_directory_needs_another_permission(
    start: Start, release: tuple[int, int], admin_rooms: object, groups: object
) -> None:
    server = start(release=release)
    analyst = Caller(server, "analyst")
    assert refusal(analyst.get("rooms.adminRooms")) == admin_rooms
    assert refusal(analyst.get("groups.listAll")) == groups
    assert refusal(analyst.get("im.list.everyone")) == (403, NO_DENIED)
    assert analyst.get("channels.list").status_code == 200
    for path in ("rooms.adminRooms", "groups.listAll", "im.list.everyone"):
        assert Caller(server, "manager").get(path).status_code == 200


def test_rights_can_be_granted_and_revoked_while_it_runs(start: Start) -> None:
    server = start()
    viewer, analyst = Caller(server, "viewer"), Caller(server, "analyst")
    server.grant("view-engagement-dashboard", "user")
    assert viewer.get(CHANNELS, **WEEK).status_code == 200
    server.revoke("view-engagement-dashboard", "user")
    server.revoke("view-engagement-dashboard", "analyst")
    assert viewer.get(CHANNELS, **WEEK).status_code == 403
    assert analyst.get(CHANNELS, **WEEK).status_code == 403
    server.revoke("view-c-room", "user")
    assert analyst.get("channels.list").status_code == 401


@pytest.mark.parametrize(
    ("username", "rights"),
    [
        ("admin", {"view-engagement-dashboard", "view-room-administration", "view-c-room", "api-bypass-rate-limit"}),
        ("manager", {"view-engagement-dashboard", "view-room-administration", "view-c-room"}),
        ("twofactor", {"view-engagement-dashboard", "view-room-administration", "view-c-room"}),
        ("analyst", {"view-engagement-dashboard", "view-c-room"}),
        ("viewer", {"view-c-room"}),
    ],
)
def test_rights_follow_from_roles_and_the_list_of_permissions(start: Start, username: str, rights: set[str]) -> None:
    caller = Caller(start(), username)
    roles = set(caller.get("me").json()["roles"])
    listed = caller.get("permissions.listAll").json()
    assert listed["remove"] == []
    held = {permission["_id"] for permission in listed["update"] if roles & set(permission["roles"])}
    told = {"view-engagement-dashboard", "view-room-administration", "view-c-room", "api-bypass-rate-limit"}
    assert held & told == rights
