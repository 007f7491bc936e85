"""Decisions are rows that are only added: kept whole, apart for each workspace, and never lost to one another."""

from __future__ import annotations

import random
import threading
from datetime import date

import pytest
from sqlalchemy import text

from engagement.errors import InvalidInput, StoreUnavailable
from engagement.numbers.decisions import ARCHIVE, ASK, KEEP, Wish
from engagement.storage.database import Store
from engagement.storage.decisions import MOST_ROOMS, Decisions, Warrant
from tests import ROOT
from tests.support.clock import Clock
from tests.support.faults import EXACT, REFUSED, SAID, fault
from tests.support.processes import Forks, together

pytestmark = fault(kind="Sessions and ends", at="database", seen="worklist")

EVA, BOB = Warrant("here", "E", "eva"), Warrant("here", "B", "bob")
ELSEWHERE = Warrant("elsewhere", "E", "eva")


@pytest.fixture
def decisions(store: Store) -> Decisions:
    return Decisions(store)


def test_a_decision_comes_back_as_it_was_made(decisions: Decisions, store: Store, clock: Clock) -> None:
    wish = Wish(ASK, whom="ada ", asked_on=date(2026, 11, 18), note=" = one \u202e'quoted' note")
    assert decisions.decide(EVA, dict.fromkeys(["a"], wish)) == range(1, 2)
    assert decisions.decide(EVA, dict.fromkeys(["b"], Wish(KEEP, until=date(2027, 1, 31)))) == range(2, 3)
    for told in (decisions, Decisions(store)):
        asked, kept = (told.worklist(BOB).standing.loc[room] for room in ("a", "b"))
        assert asked[["decision", "whom", "note", "decided_by"]].tolist() == [ASK, "ada", "= one 'quoted' note", "eva"]
        assert (asked["decided_at"], asked["asked_on"].date()) == (clock.moment(), date(2026, 11, 18))
        assert kept["until"].date() == date(2027, 1, 31)


def test_many_rooms_are_decided_about_at_once(decisions: Decisions) -> None:
    assert decisions.decide(EVA, {"a": Wish(ARCHIVE), "b": Wish(KEEP)}) == range(1, 3)
    assert decisions.worklist(EVA).standing["decision"].to_dict() == {"a": ARCHIVE, "b": KEEP}


def test_nothing_new_is_the_same_worklist_and_what_another_copy_adds_is_seen(
    decisions: Decisions, store: Store
) -> None:
    other = Decisions(store)
    decisions.decide(EVA, dict.fromkeys(["a"], Wish(KEEP)))
    first = decisions.worklist(EVA)
    assert decisions.worklist(BOB) is first
    other.decide(BOB, dict.fromkeys(["a"], Wish(ARCHIVE)))
    assert decisions.worklist(EVA).standing.loc["a", "decided_by"] == "bob"
    assert first.standing.loc["a", "decided_by"] == "eva"


def test_a_decision_is_taken_back_and_the_one_before_stands_again(decisions: Decisions) -> None:
    decisions.decide(EVA, dict.fromkeys(["a"], Wish(ASK, whom="ada")))
    decisions.decide(BOB, dict.fromkeys(["a"], Wish(ARCHIVE)))
    decisions.undo(EVA, [2])
    assert decisions.worklist(EVA).standing.loc["a", ["decision", "decided_by"]].tolist() == [ASK, "eva"]
    decisions.undo(EVA, [1])
    assert decisions.worklist(EVA).standing.empty
    assert decisions.worklist(EVA).rows["decided_by"].tolist() == ["eva", "bob", "eva", "eva"]


@fault("the decisions of another workspace in the same database", REFUSED, "kept apart", kind="Another workspace")
def test_each_workspace_has_decisions_of_its_own_and_takes_back_none_of_another(decisions: Decisions) -> None:
    decisions.decide(EVA, dict.fromkeys(["a"], Wish(KEEP)))
    assert decisions.worklist(ELSEWHERE).standing.empty
    assert decisions.undo(ELSEWHERE, [1]) == range(2, 2)
    assert decisions.worklist(EVA).standing.loc["a", "decision"] == KEEP


@fault("a database that was put back to an earlier state", EXACT, "what it holds now", kind="A past that changes")
def test_a_database_that_was_put_back_tells_what_it_holds_now(decisions: Decisions, store: Store) -> None:
    for room in "abc":
        decisions.decide(EVA, dict.fromkeys([room], Wish(KEEP)))
    assert len(decisions.worklist(EVA).rows) == 3
    with store.writing() as connection:
        connection.execute(text("DELETE FROM decisions WHERE id > 1"))
    assert decisions.worklist(EVA).standing.index.tolist() == ["a"]
    Decisions(store).decide(BOB, dict.fromkeys(["x", "y", "z"], Wish(ARCHIVE)))
    assert decisions.worklist(EVA).standing.index.tolist() == ["a", "x", "y", "z"]
    with store.writing() as connection:
        connection.execute(text("DELETE FROM decisions WHERE id > 2"))
    Decisions(store).decide(BOB, dict.fromkeys(["v", "w"], Wish(ARCHIVE)))
    assert decisions.worklist(EVA).standing.index.tolist() == ["a", "x", "v", "w"]


@fault("ids of rooms that are none, and more than there can be", REFUSED, "nothing is kept", kind="Odd values")
@pytest.mark.parametrize("rooms", [[], [""], ["a", "x" * 201], ["a\n"], ["a", "nul\0"], None])
def test_what_is_no_room_is_refused_and_nothing_is_kept(decisions: Decisions, rooms: list[str] | None) -> None:
    many = [f"room-{n}" for n in range(MOST_ROOMS + 1)]
    with pytest.raises(InvalidInput, match="Choose the rooms"):
        decisions.decide(EVA, dict.fromkeys(many if rooms is None else rooms, Wish(KEEP)))
    assert decisions.worklist(EVA).rows.empty


@fault("the database of decisions is away", SAID, kind="Surroundings of commands")
def test_without_the_database_nothing_is_decided() -> None:
    decisions = Decisions(Store("postgresql://nobody@127.0.0.1:9/nothing"))
    for ask in (lambda: decisions.worklist(EVA), lambda: decisions.decide(EVA, dict.fromkeys(["a"], Wish(KEEP)))):
        with pytest.raises(StoreUnavailable):
            ask()


def test_only_what_the_workspace_says_somebody_may_makes_the_right_to_decide() -> None:
    makers = [path for path in (ROOT / "engagement").rglob("*.py") if "Warrant(" in path.read_text(encoding="utf-8")]
    assert [str(path.relative_to(ROOT)) for path in makers] == ["engagement/reading/rights.py"]


DECIDER = """
import sys
from engagement.numbers.decisions import Wish
from engagement.storage.database import Store
from engagement.storage.decisions import Decisions, Warrant

def work(kind="archive"):
    decisions = Decisions(Store(sys.argv[1]))
    warrant = Warrant("here", kind, kind)
    for number in range(20):
        done = decisions.decide(warrant, {f"room-{n}": Wish(kind, note=str(number)) for n in range(50)})
        print(done.start, flush=True)
"""


@fault("two copies decide about the same rooms at once", EXACT, "both decisions are kept, the later one stands")
def test_copies_that_decide_at_once_lose_nothing(store_url: str, decisions: Decisions) -> None:
    told = together(DECIDER, store_url, number=4)
    begun = [int(line) for said in told for line in said.split()]
    assert sorted(begun) == list(range(1, 4 * 20 * 50, 50))
    found = decisions.worklist(EVA)
    assert found.rows["id"].tolist() == list(range(1, 4001))
    assert found.rows.groupby("note").size().to_dict() == {str(number): 200 for number in range(20)}
    # Whoever was last is last for every room.
    assert found.standing["id"].tolist() == list(range(3951, 4001))


@fault("a copy is killed while it decides", EXACT, "for all rooms of a decision or for none")
def test_a_copy_killed_while_it_decides_has_decided_about_all_its_rooms_or_none(
    store_url: str, decisions: Decisions
) -> None:
    chance, host = random.Random(12), Forks(DECIDER, store_url)
    for kind in ("keep", "ask", "archive"):
        process = host.start(kind)
        said = [host.line() for _ in range(chance.randrange(1, 5))]
        threading.Event().wait(chance.uniform(0, 0.01))
        said += [line for line in host.kill(process) if line.isdigit()]
        rows = decisions.worklist(EVA).rows.query("decision == @kind")
        # What it had said is kept, and at most one more that it had no time to say.
        assert len(said) * 50 <= len(rows) <= (len(said) + 1) * 50
        assert rows.groupby("note").size().eq(50).all()
    host.close()
    assert decisions.decide(BOB, dict.fromkeys(["room-0"], Wish(KEEP))).start == len(decisions.worklist(EVA).rows)
