"""The route of the statistics: a row a day of what the whole workspace had until then."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

from starlette.responses import Response

from engagement.demo.responses import rows_response
from engagement.demo.state import Call, State, page

PERMISSION = "view-statistics"
# When the job of the server writes the row of the day, by its own clock.
_WRITTEN_AT = time(2, 10)
_KINDS = {"c": "totalChannelMessages", "p": "totalPrivateGroupMessages", "d": "totalDirectMessages"}


def statistics_list(state: State, call: Call) -> Response:
    """Rows since the first day on which anything was written, the oldest first unless ``{"createdAt":-1}`` is asked."""
    offset, most = page(call, state.options)
    here = state.clock.local(state.clock.now())
    rows = _rows(state, here.date() if here.time() >= _WRITTEN_AT else here.date() - timedelta(days=1))
    if call.text("sort") == '{"createdAt":-1}':
        rows.reverse()
    shown = rows[offset : most and offset + most]
    return rows_response("statistics", shown, count=len(shown), offset=offset, total=len(rows))


def _rows(state: State, last: date) -> list[str]:
    totals, by_day = dict[str, int](), dict[str, dict[date, int]]()
    for kind in _KINDS:
        totals[kind], by_day[kind] = state.workspace.written(kind)
    first = min((day for days in by_day.values() for day in days), default=last)
    known, rows = state.workspace.living(), []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        written_at = datetime.combine(day, _WRITTEN_AT)
        there = [room for room in known if room.created is None or state.clock.wall_clock(room.created) <= written_at]
        told = {name: totals[kind] for kind, name in _KINDS.items()}
        row = {
            "_id": f"statistics{day:%Y%m%d}",
            "createdAt": state.clock.wire(written_at),
            "version": ".".join(map(str, state.options.release)),
            "totalUsers": len({name for room in there for name in room.usernames} | {room.owner for room in there}),
            "totalRooms": len(there),
            "totalMessages": sum(told.values()),
            **told,
        }
        rows.append(json.dumps(row))
        for kind in _KINDS:
            totals[kind] += by_day[kind].get(day, 0)
    return rows
