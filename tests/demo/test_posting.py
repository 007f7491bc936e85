"""The routes of the demo workspace that write, release by release, and the page that shows what was posted."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from engagement.demo import DemoServer
from engagement.demo.community import RoomSpec
from tests.support.demo_tools import Caller, Start

PNG = b"\x89PNG\r\n\x1a\n picture"


@pytest.fixture
def start(start: Start) -> Start:
    rooms = [
        RoomSpec("open", name="community"),
        RoomSpec("closed", "p", name="secret", usernames=("manager", "carol")),
        RoomSpec("full", name="full", archived=True),
    ]
    return lambda **options: start(rooms, {}, **options)


def shown(server: DemoServer, room_id: str) -> requests.Response:
    return requests.get(f"{server.url}/demo/room/{room_id}", timeout=10)


def post(caller: Caller, **body: Any) -> requests.Response:
    return caller.post("chat.postMessage", json=body)


def test_a_text_is_posted_by_id_or_name_and_shown_escaped(start: Start) -> None:
    server = start()
    caller = Caller(server, "manager")
    told = post(caller, roomId="open", text="<b>hi</b> & *bye*").json()
    assert (told["success"], told["message"]["rid"], told["message"]["msg"]) == (True, "open", "<b>hi</b> & *bye*")
    assert post(caller, channel="#community", text="again").json()["channel"] == "open"
    page = shown(server, "open")
    assert "&lt;b&gt;hi&lt;/b&gt; &amp; *bye*" in page.text
    assert "<b>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert shown(server, "closed").text.count("<article") == 0


def test_only_members_enter_a_private_room(start: Start) -> None:
    server = start()
    manager, analyst = Caller(server, "manager"), Caller(server, "analyst")
    assert manager.get("rooms.info", roomName="secret").json()["room"]["t"] == "p"
    assert post(manager, roomId="closed", text="x").status_code == 200
    assert analyst.get("rooms.info", roomName="secret").status_code == 401
    assert post(analyst, roomId="closed", text="x").status_code == 401
    assert Caller(server, None).get("rooms.info", roomName="community").status_code == 401
    listed = manager.get("groups.members", roomId="closed").json()
    assert [one["username"] for one in listed["members"]] == ["manager", "carol"]
    assert manager.get("rooms.info", roomName="none").json()["errorType"] == "error-room-not-found"


def test_roles_are_told_to_administrators_and_of_oneself(start: Start) -> None:
    server = start()
    carol, manager = "user-carol", server.personal_token("manager")[0]
    assert Caller(server, "admin").get("users.info", userId=carol).json()["user"]["roles"] == ["user"]
    assert "roles" not in Caller(server, "manager").get("users.info", userId=carol).json()["user"]
    assert Caller(server, "manager").get("users.info", userId=manager).json()["user"]["roles"] == ["user", "manager"]
    assert Caller(server, "admin").get("users.info", userId="nobody").json()["errorType"] == "error-invalid-user"


@pytest.mark.parametrize(("release", "there"), [((3, 1), False), ((7, 9), False), ((8, 0), True), ((9, 0), True)])
def test_a_picture_goes_before_its_message_from_8_0_on_and_with_it_always(
    release: tuple[int, int], there: bool, start: Start
) -> None:
    server = start(release=release)
    caller = Caller(server, "manager")
    uploaded = caller.post("rooms.media/open", files={"file": ("r.png", PNG, "image/png")})
    assert uploaded.headers["content-type"].startswith("application/json") is there
    if there:
        file_id = uploaded.json()["file"]["_id"]
        assert shown(server, "open").text.count("<article") == 0
        assert Caller(server, "admin").post(f"rooms.mediaConfirm/open/{file_id}", json={"msg": "x"}).status_code == 400
        assert caller.post(f"rooms.mediaConfirm/open/{file_id}", json={"msg": "x", "odd": 1}).status_code == 400
        assert caller.post(f"rooms.mediaConfirm/open/{file_id}", json={"msg": "one"}).json()["message"]["msg"] == "one"
        assert caller.post(f"rooms.mediaConfirm/open/{file_id}", json={"msg": "one"}).status_code == 400
    both = caller.post("rooms.upload/open", files={"file": ("r.png", PNG, "image/png")}, data={"msg": "two ü"})
    assert both.json()["message"]["msg"] == "two ü"
    [*_, picture] = server.board.of("open")
    assert requests.get(f"{server.url}/demo/picture/{picture.picture}", timeout=10).content == PNG
    assert shown(server, "open").text.count("<img") == 1 + there


def test_what_is_too_long_too_large_or_no_picture_is_refused_and_not_there(start: Start) -> None:
    server = start()
    caller = Caller(server, "manager")
    assert post(caller, roomId="open", text="x" * 5_001).json()["errorType"] == "error-message-size-exceeded"
    server.board.largest["file"] = 10
    large = caller.post("rooms.upload/open", files={"file": ("r.png", PNG, "image/png")})
    odd = caller.post("rooms.upload/open", files={"file": ("r.png", b"no", "image/png")})
    assert [one.json()["errorType"] for one in (large, odd)] == ["error-file-too-large", "error-invalid-file-type"]
    assert caller.post("rooms.upload/open", data={"msg": "x"}).status_code == 400
    assert post(caller, roomId="full", text="x").status_code == 400
    assert server.board.messages == []


def test_a_webhook_posts_into_its_room_alone(start: Start) -> None:
    server = start()
    server.board.hooked = "open"
    url = f"{server.url}/hooks/{server.board.hook}"
    assert requests.post(url, json={"text": "hello"}, timeout=10).json() == {"success": True}
    assert requests.post(url, json={"text": "hello", "channel": "#full"}, timeout=10).status_code == 400
    assert requests.post(f"{server.url}/hooks/x/y", json={"text": "hello"}, timeout=10).status_code == 404
    assert [one.text for one in server.board.of("open")] == ["hello"]


def test_uploads_into_all_rooms_share_one_limit(start: Start) -> None:
    server = start(rate_limit=2)
    caller = Caller(server, "manager")
    sent = [caller.post(f"rooms.upload/{room}", files={"file": ("r.png", PNG)}) for room in ("open", "closed", "open")]
    assert [one.status_code for one in sent] == [200, 200, 429]
