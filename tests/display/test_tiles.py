"""What a tile says of a change, and where its arrow points."""

from __future__ import annotations

from engagement.display.tiles import Tile, tiles
from tests.support.report_tools import activity_of


def share_of_the_ten_busiest(now: int, before: int) -> Tile:
    """The tile of the share of ten rooms of 100 messages each in both periods beside one of ``now`` and ``before``."""
    ten: list[dict[str, object]] = [
        {"name": f"busy-{number}", "messages": 100, "previous_messages": 100} for number in range(10)
    ]
    activity = activity_of(*ten, {"name": "small", "messages": now, "previous_messages": before})
    [tile] = [one for one in tiles(activity, activity.rooms) if one.label == "Share of the ten busiest"]
    return tile


def test_a_change_that_is_told_as_zero_has_no_arrow() -> None:
    # 1,000 of 1,010 after 1,000 of 1,008: 0.2 points less.
    tile = share_of_the_ten_busiest(now=10, before=8)
    assert (tile.change, tile.direction) == ("0 points", 0)


def test_a_change_that_is_told_has_an_arrow_its_way() -> None:
    # 1,000 of 1,080, 93 %, after 1,000 of 1,000; and the other way round.
    fewer, more = share_of_the_ten_busiest(now=80, before=0), share_of_the_ten_busiest(now=0, before=80)
    assert (fewer.change, fewer.direction) == ("−7 points", -1)
    assert (more.change, more.direction) == ("+7 points", 1)
