"""The floor: an overview and a table of the same rooms as one writes them first, with what the framework offers.

What is read is kept by ``st.cache_data``; there are no checks, no past weeks, no signals and no links.
"""

import os
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import requests
import streamlit as st

ADDRESS = os.environ["ROCKETCHAT_URL"] + "/api/v1/"
HEADERS = {"X-User-Id": os.environ["ROCKETCHAT_USER_ID"], "X-Auth-Token": os.environ["ROCKETCHAT_AUTH_TOKEN"]}
TYPES = {"Channels": "c", "Private": "p", "Direct": "d"}
DAY = timedelta(days=1)


def ask(path, **params):
    """Everything at once."""
    answer = requests.get(ADDRESS + path, {**params, "offset": 0, "count": 0}, headers=HEADERS, timeout=300)
    answer.raise_for_status()
    return answer.json()


@st.cache_data
def directory():
    """Every room, with the date of its last message where a list tells it."""
    rooms = ask("rooms.adminRooms", **{"types[]": ["c", "p", "d", "discussions", "teams"]})["rooms"]
    spoken = {}
    for path, key in (("channels.list", "channels"), ("groups.listAll", "groups"), ("im.list.everyone", "ims")):
        spoken |= {room["_id"]: room.get("lm") for room in ask(path)[key]}
    return pd.DataFrame(
        {
            "id": [room["_id"] for room in rooms],
            "Room": [room.get("fname") or room.get("name") or " × ".join(room.get("usernames", [])) for room in rooms],
            "type": [room["t"] for room in rooms],
            "Members": [room.get("usersCount", 0) for room in rooms],
            "Created": pd.to_datetime([room.get("ts") for room in rooms], format="ISO8601", utc=True),
            "Last message": pd.to_datetime([spoken.get(room["_id"]) for room in rooms], format="ISO8601", utc=True),
            "archived": [bool(room.get("archived")) for room in rooms],
        }
    )


@st.cache_data
def table(start, end):
    """Every room with its messages in the period and the one before."""
    window = {"start": f"{start}T09:45:00.000Z", "end": f"{end}T08:15:00.000Z"}
    counted = ask("engagement-dashboard/channels/list", **window)["channels"]
    counts = pd.DataFrame(
        {
            "id": [row["room"]["_id"] for row in counted],
            "Messages": [row["messages"] for row in counted],
            "Previous": [row["lastWeekMessages"] for row in counted],
        }
    )
    rooms = directory().merge(counts, on="id", how="left").fillna({"Messages": 0, "Previous": 0})
    rooms["Change"] = rooms["Messages"] - rooms["Previous"]
    rooms["Change %"] = 100 * rooms["Change"] / rooms["Previous"].where(rooms["Previous"] > 0)
    return rooms.sort_values("Messages", ascending=False)


@st.cache_data
def daily(start, end):
    """Messages of all rooms by day."""
    window = {"start": f"{start - 2 * DAY}T09:45:00.000Z", "end": f"{end}T08:15:00.000Z"}
    days = ask("engagement-dashboard/messages/messages-sent", **window)["days"]
    counts = {pd.Timestamp(day["day"]).date(): day["messages"] for day in days}
    return [counts.get(start + n * DAY, 0) for n in range((end - start).days + 1)]


def period(name):
    """The first and the last day."""
    today = date.today()
    monday, month = today - today.weekday() * DAY, today.replace(day=1)
    return {
        "Last full week": (monday - 7 * DAY, monday - DAY),
        "Last 7 full days": (today - 7 * DAY, today - DAY),
        "Last 4 full weeks": (monday - 28 * DAY, monday - DAY),
        "Last full month": ((month - DAY).replace(day=1), month - DAY),
        "Last 30 days": (today - 30 * DAY, today - DAY),
        "Last 90 days": (today - 90 * DAY, today - DAY),
        "This week so far": (monday, today),
    }[name]


def bars(names, values, height=330):
    """Rooms from the top."""
    figure = go.Figure(go.Bar(x=list(values), y=list(range(len(values))), orientation="h", hovertext=list(names)))
    figure.update_layout(height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False)
    figure.update_yaxes(tickvals=list(range(len(values))), ticktext=list(names), autorange="reversed")
    return figure


def draw(title, figure, key):
    """A chart under its title."""
    with st.container(border=True):
        st.markdown(f"##### {title}")
        st.plotly_chart(figure, key=key)


def overview():
    """Tiles, messages per day, the busiest rooms, the movers, the inactive rooms."""
    st.title("Overview")
    now, before = rooms["Messages"], rooms["Previous"]
    tiles = {
        "Messages": (now.sum(), before.sum()),
        "Active rooms": ((now > 0).sum(), (before > 0).sum()),
        "Median of active rooms": (now[now > 0].median(), before[before > 0].median()),
        "Inactive rooms": ((now <= 0).sum(), (before <= 0).sum()),
        "Share of the ten busiest": tuple(100 * one.nlargest(10).sum() / max(one.sum(), 1) for one in (now, before)),
    }
    for column, (label, (value, earlier)) in zip(st.columns(len(tiles)), tiles.items(), strict=True):
        column.metric(label, f"{value:,.0f}", f"{value - earlier:,.0f}", border=True)
    left, right = st.columns(2)
    with left:
        length = (last - first).days + 1
        days = [f"{first + n * DAY}" for n in range(length)]
        figure = go.Figure(go.Bar(x=days, y=daily(first, last)))
        figure.add_scatter(x=days, y=daily(first - length * DAY, first - DAY), mode="lines")
        figure.update_layout(height=330, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False)
        draw("Messages per day", figure, "days")
        moved = pd.concat([rooms.nlargest(8, "Change"), rooms.nsmallest(8, "Change")])
        draw("Most gained and lost", bars(moved["Room"], moved["Change"], 500), "movers")
    with right:
        draw("Busiest rooms", bars(rooms["Room"].head(10), rooms["Messages"].head(10)), "top")
        silent = rooms[rooms["Messages"] <= 0]
        fallen, never = silent["Previous"] > 0, silent["Last message"].isna()
        states = {"Fell silent": fallen, "Never used": never & ~fallen, "Dormant": ~never & ~fallen}
        draw("Inactive rooms", bars(states, [int(one.sum()) for one in states.values()]), "states")


def top_channels():
    """The busiest rooms, how concentrated the conversation is, and every room in a table."""
    st.title("Top channels")
    left, right = st.columns(2)
    with left:
        draw("Busiest rooms", bars(rooms["Room"].head(10), rooms["Messages"].head(10)), "top")
    with right:
        heard = rooms["Messages"][rooms["Messages"] > 0]
        held = 100 * heard.cumsum() / max(heard.sum(), 1)
        # More points than there are pixels show nothing more.
        step = max(1, len(held) // 500)
        figure = go.Figure(go.Scatter(x=list(range(1, len(held) + 1, step)), y=held.iloc[::step].tolist()))
        figure.update_layout(height=330, margin={"l": 8, "r": 8, "t": 8, "b": 8}, xaxis_type="log")
        draw("Share of messages", figure, "share")
    st.dataframe(rooms[["Room", "Messages", "Previous", "Change", "Change %", "Members", "Created", "Last message"]],
                 hide_index=True)  # fmt: skip


st.set_page_config(page_title="Plain", layout="wide")
page = st.navigation(
    [
        st.Page(overview, title="Overview", default=True),
        st.Page(top_channels, title="Top channels", url_path="top_channels"),
    ],
    position="top",
)
names = ["Last full week", "Last 7 full days", "Last 4 full weeks", "Last full month", "Last 30 days", "Last 90 days",
         "This week so far"]  # fmt: skip
with st.sidebar:
    first, last = period(st.selectbox("Period", names))
    chosen = st.pills("Room types", list(TYPES), selection_mode="multi", default=["Channels", "Private"])
rooms = table(first, last)
rooms = rooms[rooms["type"].isin([TYPES[one] for one in chosen]) & ~rooms["archived"]]
page.run()
