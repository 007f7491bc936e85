"""Choosing rooms in a table and deciding about them, as a person does in a tab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.support.access_tools import read, sound

INACTIVE, WORKLIST = "inactive-rooms", "worklist"


def labels(app: AppTest) -> list[str]:
    """The words on every button."""
    return [str(button.label) for button in app.button]


def press(app: AppTest, label: str) -> AppTest:
    """The tab after the button that begins with these words."""
    [button] = [one for one in app.button if one.label.startswith(label)]
    return sound(read(button.click().run()))


def choose(app: AppTest, *names: str, of: str = INACTIVE) -> AppTest:
    """The tab after choosing the rows of these rooms, named without the sign of their type."""
    shown = names_in(app)
    return choose_rows(app, [shown.index(name) for name in names], of)


def choose_rows(app: AppTest, rows: Sequence[int], of: str = INACTIVE) -> AppTest:
    """The tab after choosing rows by their places."""
    key = app.session_state[f"_drawn_{of}"].key
    app.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return sound(app.run())


def decide(app: AppTest, kind: str, **typed: Any) -> AppTest:
    """The tab after deciding so about the chosen rooms, with what is ``typed`` into the form."""
    turn = app.session_state["_worklist_turn"] if "_worklist_turn" in app.session_state else 0
    for name, value in typed.items():
        fields = app.date_input if name in ("until", "day") else app.text_input
        fields(key=f"{kind}_{name}_{turn}").set_value(value)
    return press(app, {"keep": "Keep ", "ask": "Note as asked", "archive": "Note for the archive"}[kind])


def table(app: AppTest) -> pd.DataFrame:
    """The table of rooms on the page."""
    found: pd.DataFrame = app.dataframe[0].value
    return found


def names_in(app: AppTest) -> list[str]:
    """The names of the rooms in the table, in its order, without links and signs of their type."""
    return [str(cell).lstrip("#🔒›◊ ") for cell in table(app)["Room"]]


def worklist(app: AppTest) -> pd.DataFrame:
    """What the worklist says, by the names of rooms; empty where nothing is decided."""
    app.session_state["list"] = "Worklist"
    sound(read(app.run()))
    if not app.dataframe:
        return pd.DataFrame()
    return table(app).set_axis(names_in(app), axis="index")
