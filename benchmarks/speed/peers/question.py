"""The requests that "every room of the last full week" needs: four lists of the directory, and one channel list."""

import os
from datetime import date, timedelta

ADDRESS = os.environ.get("ROCKETCHAT_URL", "") + "/api/v1/"
HEADERS = {
    "X-User-Id": os.environ.get("ROCKETCHAT_USER_ID", ""),
    "X-Auth-Token": os.environ.get("ROCKETCHAT_AUTH_TOKEN", ""),
}
EVERY_TYPE = ["c", "p", "d", "discussions", "teams"]
# Path, the key of its rows, and its parameters.
DIRECTORY = [
    ("rooms.adminRooms", "rooms", {"types[]": EVERY_TYPE}),
    ("channels.list", "channels", {}),
    ("groups.listAll", "groups", {}),
    ("im.list.everyone", "ims", {}),
]


def window() -> dict[str, str]:
    """The instants of the last full week."""
    today = date.today()
    first = today - timedelta(days=today.weekday() + 7)
    return {"start": f"{first}T09:45:00.000Z", "end": f"{first + timedelta(days=6)}T08:15:00.000Z"}


def existing(rooms: list[dict[str, str]]) -> int:
    """How many different rooms there were in that week."""
    return len({room["_id"] for room in rooms if room["ts"] < window()["end"][:10] + "T24"})


LISTS = [*DIRECTORY, ("engagement-dashboard/channels/list", "channels", window())]
