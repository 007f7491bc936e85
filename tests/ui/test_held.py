"""What travels as its hash: only what the browser holds for sure. Runs and parts are named by letters here."""

from __future__ import annotations

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from engagement.ui.held import Held

ENDED = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
AGAIN = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
OF_A_FRAGMENT = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


def begun(fragment: str = "") -> bytes:
    told = ForwardMsg()
    told.new_session.name = "page"
    told.metadata.run.fragment_ids.extend([fragment] if fragment else [])
    return told.SerializeToString()


def part(name: str, fragment: str = "", *, small: bool = False) -> bytes:
    told = ForwardMsg(hash=name)
    told.delta.new_element.text.body = name
    told.delta.fragment_id = fragment
    told.metadata.cacheable = not small
    return told.SerializeToString()


def as_hash(name: str) -> bytes:
    return ForwardMsg(ref_hash=name).SerializeToString()


def over(status: int = ENDED, fragment: str = "") -> bytes:
    told = ForwardMsg()
    told.script_finished = status
    told.metadata.run.fragment_ids.extend([fragment] if fragment else [])
    return told.SerializeToString()


def after(*messages: bytes) -> Held:
    held = Held()
    assert all([held.hears(one) for one in messages])
    return held


ONE = (begun(), part("a"), part("b"), part("small", small=True), part("inner", "fragment"), over())
ALL = ["a", "b", "c", "small", "inner"]


def test_a_part_of_the_last_run_is_held_and_one_of_a_run_before_is_not() -> None:
    assert after(*ONE).of(ALL) == ["a", "b"]
    two = after(*ONE, begun(), as_hash("a"), part("c"), over())
    assert two.of(ALL) == ["a", "c"]
    assert two.hears(begun())
    assert not two.hears(as_hash("b"))


def test_what_the_browser_does_not_say_it_holds_is_not_held() -> None:
    assert after(*ONE).of(["b"]) == ["b"]


def test_while_a_run_is_drawn_what_it_has_drawn_is_held_and_nothing_else_because_its_end_lets_go_of_the_rest() -> None:
    assert after(*ONE, begun(), as_hash("b")).of(ALL) == ["b"]


def test_a_run_that_begins_anew_at_once_lets_go_of_nothing() -> None:
    assert after(*ONE, begun(), part("c"), over(AGAIN)).of(ALL) == ["a", "b", "c"]


def test_runs_of_a_fragment_let_go_of_nothing_that_is_counted() -> None:
    ticks = [begun("fragment"), part("inner", "fragment"), over(OF_A_FRAGMENT, "fragment")] * 4
    assert after(*ONE, *ticks).of(ALL) == ["a", "b"]
