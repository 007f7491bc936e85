"""What needs a look, above everything else on the overview: a line for each of the strongest signals."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from engagement.display import arrows, news, sparkline, wording
from engagement.display.escaping import for_markdown
from engagement.display.news import Line, News
from engagement.display.palette import Tokens
from engagement.numbers.room import known
from engagement.numbers.verdict import NEWS
from engagement.ui import charts, links, loading, states
from engagement.ui.shown import Shown

_WORKSPACE = Markup(
    ' <a href="{address}" target="_blank" rel="noopener" class="open" title="Open in Rocket.Chat"'
    ' aria-label="Open in Rocket.Chat">↗</a>'
)
_LINE = Markup(
    '<tr><th scope="row"><a href="{page}"><bdi>{label}</bdi></a>{workspace}</th>'
    '<td class="count">{count}</td><td class="usual">{usual}</td>'
    '<td class="weeks"><a href="{page}" title="Its year">'
    '<img src="{drawn}" alt="{weeks}" width="{width}" height="{height}"></a></td>'
    '<td class="why"><strong style="color: {colour}">{sign}&nbsp;{signal}</strong>{why}</td></tr>'
)


def draw(shown: Shown) -> None:
    """Draws the rooms of a judged view that have a signal, strongest first; without any, says why."""
    activity = shown.activity
    with st.container(border=True, key="look"):
        st.header(for_markdown(news.title(activity)), anchor=False)
        if activity.history is None:
            st.markdown(loading.why_unjudged())
            return
        tokens = charts.tokens()
        with_links = (shown.view.base_url, links.to_room(shown.view.shown(), ""))
        told = found(shown)
        if told.nothing:
            st.markdown(for_markdown(told.nothing))
            return
        drawn = shown.made(("look", tokens.name, with_links), lambda: made(shown, told, tokens))
        some = wording.plural(told.number, "room")
        chance = f"; {told.chance}" if told.chance else ""
        st.caption(f"{some} with a signal, strongest first, each measured by its own weeks before{chance}")
        st.html(drawn)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            if told.more:
                signals = [word.capitalize() for word in NEWS]
                links.lead_on("week_over_week", f"and {wording.count(told.more)} more", signal=signals)
            states.what_a_signal_is(shown)
        if told.note:
            st.caption(told.note)


def found(shown: Shown) -> News:
    """What there is to look at, made once for all who show it."""
    return shown.made("news", lambda: news.news(shown.activity, shown.rooms, people=shown.view.people))


def made(shown: Shown, told: News, tokens: Tokens) -> str:
    """The lines of what there is to look at as HTML, everything in them escaped."""
    ids, chosen, base_url = [line.room_id for line in told.lines], shown.view.shown(), shown.view.base_url
    # The demo workspace has no screens of its own.
    rooms = [""] * len(ids) if base_url is None else links.to_rooms(known(shown.rooms, ids), base_url)
    history = shown.activity.history
    marked = len(history.judged_weeks) if history else 1
    lines = [
        _line(line, tokens, marked, links.to_room(chosen, line.room_id), address)
        for line, address in zip(told.lines, rooms, strict=True)
    ]
    return f'<div class="look"><table><tbody>{Markup().join(lines)}</tbody></table></div>'


def _line(line: Line, tokens: Tokens, marked: int, page: str, address: str) -> Markup:
    colour = arrows.colour(line.signal, tokens)
    weeks = ", ".join(wording.count(value) for value in line.weeks)
    return _LINE.format(
        page=page,
        workspace=_WORKSPACE.format(address=address) if address else "",
        label=line.label,
        count=line.count,
        usual=line.usual,
        drawn=sparkline.data_uri(line.weeks, colour, tokens, marked),
        weeks=f"messages in its last full weeks: {weeks}" if weeks else "",
        width=sparkline.WIDTH,
        height=sparkline.HEIGHT,
        colour=colour,
        sign=arrows.ARROWS[arrows.way(line.signal)],
        signal=line.signal,
        why=line.why,
    )
