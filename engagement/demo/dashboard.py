"""The routes of the engagement dashboard: the channel list and the messages of each day."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from starlette.responses import Response

from engagement.demo.responses import failure, rows_response, success
from engagement.demo.state import Call, Refusal, State, page
from engagement.demo.windows import Windows, instant, windows

PERMISSION = "view-engagement-dashboard"
_HIDE = "hideRoomsWithNoActivity"
_COUNTED_TYPES = {"c", "p", "d"}


def channels_list(state: State, call: Call) -> Response:
    """Rooms with the messages of both windows, most messages first."""
    if state.on_page is not None:
        state.on_page()
    dialect = state.dialect
    offset, most = page(call, state.options)
    messages, previous, counted = state.workspace.activity(_asked(state, call))
    rooms, documents = state.workspace.rooms, state.workspace.documents
    may_hide = (6, 11) <= dialect.minor < (8, 0)
    listed = state.workspace.alive()
    if dialect.minor >= (6, 11):
        # Before, the list holds rooms of every type, livechat too.
        listed &= np.fromiter((room.type in _COUNTED_TYPES for room in rooms), dtype=bool, count=len(rooms))
    if dialect.minor >= (8, 0) or (may_hide and call.text(_HIDE) == "true"):
        listed &= counted > 0
    order = np.flatnonzero(listed)
    if state.options.shuffle_ties:
        # Sorting without a tie-break gives another order every time.
        order = np.random.default_rng().permutation(order)
    order = order[np.argsort(-messages[order], kind="stable")]
    shown = order[offset : most and offset + most]
    columns = (column.tolist() for column in (shown, messages[shown], previous[shown]))
    rows = [
        f'{{"room":{documents.text(rooms[number], "listed")},"messages":{now},"lastWeekMessages":{before},'
        f'"diffFromLastWeek":{now - before}}}'
        for number, now, before in zip(*columns, strict=True)
    ]
    answer = rows_response("channels", rows, total=len(order), offset=offset, count=len(rows))
    if may_hide and call.text(_HIDE) is None:
        said = f"The usage of the endpoint {call.path} without {_HIDE} is deprecated"
        answer.headers.update(
            {"x-deprecation-type": "invalid-usage", "x-deprecation-message": said, "x-deprecation-version": "7.0.0"}
        )
    return answer


def messages_sent(state: State, call: Call) -> Response:
    """The messages of every day, newest first; days without any are left out.

    As on the real server the length of the window is the ``$limit`` of the days: for instants such as 09:45 to 08:15
    one less than the days meant, and nothing that the database takes where it is zero or negative, which it is on the
    build with swapped dates from three days on.
    """
    asked = _asked(state, call)
    if asked.length <= 0:
        why = "the limit must be positive" if asked.length == 0 else "Expected a non-negative number in: $limit: "
        return failure(f"invalid argument to $limit stage: {why}{asked.length or ''}")
    days, before = (
        dict(sorted(state.workspace.by_day(first, last).items(), reverse=True)[: asked.length])
        for first, last in ((asked.first, asked.last), (asked.previous_first, asked.previous_last))
    )
    total, yesterday = sum(days.values()), days.get(asked.last - timedelta(days=1), 0)
    return success(
        {
            "days": [{"day": state.clock.midnight(day), "messages": messages} for day, messages in days.items()],
            "period": {"count": total, "variation": total - sum(before.values())},
            "yesterday": {"count": yesterday, "variation": days.get(asked.last, 0) - yesterday},
        }
    )


def _asked(state: State, call: Call) -> Windows:
    moments = []
    for name in ("start", "end"):
        text = call.text(name)
        if text is None:
            raise Refusal(failure(f"Match error: Missing key '{name}'"))
        try:
            # From 4.3 on only the text of ``Date.toISOString()`` is taken for a date.
            moments.append(instant(text, name, strict=state.dialect.minor >= (4, 3)))
        except ValueError as exc:
            raise Refusal(failure(str(exc))) from exc
    return windows(moments[0], moments[1], state.clock, state.options.counting)
