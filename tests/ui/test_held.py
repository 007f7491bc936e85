"""What travels as its hash: only what the browser holds for sure."""

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
OTHER = (begun(), part("c"), over())
TICK = (begun("fragment"), part("inner", "fragment"), over(OF_A_FRAGMENT, "fragment"))
ALL = ["a", "b", "c", "small", "inner"]


def test_a_part_is_held_for_two_runs_without_it_and_let_go_at_the_end_of_the_third() -> None:
    assert after(*ONE).of(ALL) == ["a", "b"]
    assert after(*ONE, *OTHER).of(ALL) == ["a", "b", "c"]
    gone = after(*ONE, begun(), as_hash("a"), over(), *OTHER)
    assert gone.of(ALL) == ["a", "c"]
    assert gone.hears(begun())
    assert not gone.hears(as_hash("b"))


def test_what_the_browser_does_not_say_it_holds_is_not_held() -> None:
    assert after(*ONE).of(["b"]) == ["b"]


def test_over_a_new_connection_nothing_is_held() -> None:
    assert after().of(ALL) == after(begun()).of(ALL) == []


def test_while_a_run_is_drawn_what_its_end_will_let_go_of_is_not_held() -> None:
    assert after(*ONE, *OTHER, begun(), as_hash("b")).of(ALL) == ["b", "c"]
    assert after(*ONE, *OTHER, begun(), as_hash("b"), over(AGAIN)).of(ALL) == ["a", "b", "c"]


def test_runs_of_a_fragment_count_but_only_the_end_of_a_whole_run_lets_go() -> None:
    assert after(*ONE, *TICK, *TICK, *TICK).of(ALL) == ["a", "b"]
    assert after(*ONE, *TICK, *TICK, *TICK, *OTHER).of(ALL) == ["c"]
    assert after(*ONE, *TICK, *TICK, *TICK, begun(), as_hash("a")).of(ALL) == ["a"]
