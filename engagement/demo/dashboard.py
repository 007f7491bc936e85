"""The routes of the engagement dashboard: the channel list and the messages of each day."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np

from engagement.demo.counts import Ints
from engagement.demo.responses import Response, failure, success
from engagement.demo.state import Call, Refusal, State, page
from engagement.demo.windows import BadDate, Windows, instant, windows
from engagement.demo.workspace import WindowCounts

PERMISSION = "view-engagement-dashboard"
_HIDE = "hideRoomsWithNoActivity"
_COUNTED_TYPES = {"c", "p", "d"}
# Sorting without a tie-break gives another order every time; nothing here needs to be unpredictable.
_dice = random.Random()  # noqa: S311


def channels_list(state: State, call: Call) -> Response:
    """Rooms with the messages of both windows, most messages first."""
    if state.on_page is not None:
        state.on_page()
    dialect = state.dialect
    wanted = page(call, state.options)
    activity = state.workspace.activity(_asked(state, call))
    rooms = state.workspace.rooms
    silent_too = not (dialect.minor >= (8, 0) or (dialect.may_hide_silent_rooms and call.text(_HIDE) == "true"))
    listed = state.workspace.alive()
    if not dialect.lists_every_room:
        listed &= np.fromiter((room.type in _COUNTED_TYPES for room in rooms), dtype=bool, count=len(rooms))
    if not silent_too:
        listed &= activity.counted > 0
    order = _by_messages(np.flatnonzero(listed), activity.messages, shuffled=state.options.shuffle_ties)
    shown = order[wanted.of(len(order))]
    body = _body(state, activity, shown, total=len(order), offset=wanted.offset)
    return body.with_headers(_deprecation(call)) if dialect.may_hide_silent_rooms else body


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
    days = sorted(state.workspace.by_day(asked.first, asked.last).items(), reverse=True)[: asked.length]
    before = sorted(state.workspace.by_day(asked.previous_first, asked.previous_last).items(), reverse=True)
    before = before[: asked.length]
    total = sum(messages for _, messages in days)
    yesterday = dict(days).get(asked.last - timedelta(days=1), 0)
    return success(
        {
            "days": [{"day": state.clock.midnight(day), "messages": messages} for day, messages in days],
            "period": {"count": total, "variation": total - sum(messages for _, messages in before)},
            "yesterday": {"count": yesterday, "variation": dict(days).get(asked.last, 0) - yesterday},
        }
    )


def _asked(state: State, call: Call) -> Windows:
    moments = []
    for name in ("start", "end"):
        text = call.text(name)
        if text is None:
            raise Refusal(failure(f"Match error: Missing key '{name}'"))
        try:
            moments.append(instant(text, name, strict=state.dialect.strict_dates))
        except BadDate as exc:
            raise Refusal(failure(str(exc))) from exc
    return windows(moments[0], moments[1], state.clock, state.options.counting)


def _by_messages(numbers: Ints, messages: Ints, *, shuffled: bool) -> Ints:
    if shuffled:
        numbers = np.random.default_rng(_dice.getrandbits(64)).permutation(numbers)
    return numbers[np.argsort(-messages[numbers], kind="stable")]


def _deprecation(call: Call) -> dict[str, str]:
    if call.text(_HIDE) is not None:
        return {}
    return {
        "x-deprecation-type": "invalid-usage",
        "x-deprecation-message": f"The usage of the endpoint {call.path} without {_HIDE} is deprecated",
        "x-deprecation-version": "7.0.0",
    }


def _body(state: State, activity: WindowCounts, shown: Ints, *, total: int, offset: int) -> Response:
    documents, rooms = state.documents, state.workspace.rooms
    now, before = activity.messages[shown].tolist(), activity.previous[shown].tolist()
    rows = [
        f'{{"room":{documents.listed(rooms[number])},"messages":{messages},"lastWeekMessages":{previous},'
        f'"diffFromLastWeek":{messages - previous}}}'
        for number, messages, previous in zip(shown.tolist(), now, before, strict=True)
    ]
    tail = f'"total":{total},"offset":{offset},"count":{len(rows)},"success":true'
    return Response(200, f'{{"channels":[{",".join(rows)}],{tail}}}'.encode())
