"""Events: what may be typed, and which weeks they make unlike others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engagement.display.reasons import text
from engagement.errors import InvalidInput
from engagement.numbers.events import Event, during, event, unlike, unlike_by
from engagement.numbers.periods import Period
from engagement.numbers.weeks import signals, total_signal
from tests.support.reasons import why
from tests.support.report_tools import activity_of, history_of
from tests.support.rooms import WEEK, rooms_table

OFFSITE = event("offsite", date(2026, 11, 11), date(2026, 11, 17), not_comparable=True)
RELEASE = event("release 8.4", date(2026, 11, 10))


def test_an_event_without_a_last_day_is_of_one_day() -> None:
    assert RELEASE == Event("release 8.4", Period(date(2026, 11, 10), date(2026, 11, 10)))
    assert event("  holiday ", date(2026, 11, 10)).name == "holiday"


@pytest.mark.parametrize(
    ("name", "start", "end", "said"),
    [
        (" ", date(2026, 11, 9), None, "needs a name"),
        ("n" * 81, date(2026, 11, 9), None, "at most 80 characters; this one has 81"),
        ("a\nb", date(2026, 11, 9), None, "one line of plain text"),
        ("bell\x07", date(2026, 11, 9), None, "without control characters"),
        ("\u202eabc", date(2026, 11, 9), None, "without control characters"),
        ("trip", date(2026, 11, 9), date(2026, 11, 8), "ends (2026-11-08) before it begins (2026-11-09)"),
        ("trip", date(2026, 11, 9), date(2027, 11, 10), "at most 366 days; this one has 367"),
        ("trip", date(1999, 11, 9), None, "between the years 2000 and 2100"),
    ],
)
def test_what_is_no_event_is_refused_in_one_sentence(name: str, start: date, end: date | None, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        event(name, start, end)
    assert said in str(refused.value)


def test_the_longest_name_and_the_longest_span_are_events() -> None:
    assert event("n" * 80, date(2026, 11, 9), date(2027, 11, 9)).period.days == 366


def test_the_events_of_a_period_are_those_with_a_day_in_it() -> None:
    # The offsite goes on until Tuesday of the week after.
    after = Period(date(2026, 11, 16), date(2026, 11, 22))
    assert during((RELEASE, OFFSITE), WEEK) == (RELEASE, OFFSITE)
    assert during((RELEASE, OFFSITE), after) == (OFFSITE,)
    assert during((RELEASE, OFFSITE), WEEK.previous, after) == (OFFSITE,)
    assert during((RELEASE, OFFSITE), WEEK.previous) == ()


def test_a_week_is_unlike_others_by_the_turn_of_the_year_or_an_event_that_is_not_comparable() -> None:
    assert unlike(WEEK, (RELEASE,)) == ""
    assert unlike(WEEK, (RELEASE, OFFSITE)) == "weeks with “offsite” are not judged"
    assert unlike(WEEK.previous, (RELEASE, OFFSITE)) == ""
    christmas = Period(date(2026, 12, 21), date(2026, 12, 27))
    assert unlike(christmas) == "weeks around the turn of the year are not judged"
    feast = event("feast", date(2026, 12, 24), not_comparable=True)
    assert unlike(christmas, (feast,)) == "weeks around the turn of the year are not judged"


# Ten weeks of ten messages, of which the one that ends on the 8th of November had none.
HISTORY = history_of({"general": [10.0] * 8 + [0.0, 10.0]})
GENERAL = rooms_table({"name": "general", "messages": 10, "previous_messages": 0})


def test_the_week_of_an_event_is_not_judged_and_the_reason_names_it() -> None:
    weeks = replace(HISTORY, events=(RELEASE, OFFSITE))
    assert weeks.left_out == [False] * 9 + [True]
    [judged] = signals(GENERAL, weeks).to_dict("records")
    assert (judged["signal"], why(judged)) == ("too few weeks", "weeks with “offsite” are not judged")
    total = total_signal(weeks, HISTORY.counts.loc["general"])
    assert (total["signal"], why(total)) == ("too few weeks", "weeks with “offsite” are not judged")


def test_a_week_with_an_event_is_not_compared_with() -> None:
    [plain] = signals(GENERAL, HISTORY).to_dict("records")
    assert (plain["level"], plain["weeks_known"]) == (80 / 9, 9)
    strike = event("strike", date(2026, 11, 8), not_comparable=True)
    [judged] = signals(GENERAL, replace(HISTORY, events=(strike,))).to_dict("records")
    assert (judged["level"], judged["weeks_known"]) == (10.0, 8)


def test_what_makes_weeks_unlike_others_is_the_same_by_any_name_and_in_any_order() -> None:
    strike = event("strike", date(2026, 11, 8), not_comparable=True)
    told = unlike_by((RELEASE, OFFSITE, strike))
    assert [one.period for one in told] == [strike.period, OFFSITE.period]
    assert told == unlike_by((replace(strike, name="walkout", id="7"), replace(OFFSITE, uid="u"), OFFSITE))
    assert all(bool(unlike(week, told)) == bool(unlike(week, (strike, OFFSITE))) for week in HISTORY.weeks)
    assert unlike_by((RELEASE,)) == ()


def test_of_four_weeks_the_latest_event_is_the_reason() -> None:
    first = event("strike", date(2026, 10, 28), not_comparable=True)
    weeks = replace(HISTORY, month=True, events=(first, OFFSITE))
    assert weeks.unjudged == "weeks with “offsite” are not judged"
    assert replace(weeks, events=(first,)).unjudged == "weeks with “strike” are not judged"
    assert signals(GENERAL, weeks)["reason"].map(text).tolist() == ["weeks with “offsite” are not judged"]


def test_an_activity_among_other_events_is_judged_anew_and_once_for_all_who_ask() -> None:
    activity = activity_of({"name": "general", "messages": 10, "previous_messages": 0})
    assert activity.with_events(()) is activity
    among = activity.with_events((OFFSITE,))
    assert among is activity.with_events((OFFSITE,))
    assert among.with_events((OFFSITE,)) is among
    plain, judged = activity.judged(HISTORY), among.judged(HISTORY)
    assert plain.rooms["signal"].tolist() != ["too few weeks"]
    assert judged.rooms["signal"].tolist() == ["too few weeks"]
    assert activity.with_events(()).judged(HISTORY).rooms["signal"].tolist() == plain.rooms["signal"].tolist()
