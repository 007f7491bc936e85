"""What an open websocket and the store of files still give away after a session has ended: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.DownloadButton_pb2 import DownloadButton
from websockets.exceptions import ConnectionClosed

from engagement.api.client import SEE_ALL_ROOMS
from engagement.demo import DemoServer, Options
from engagement.ui import runtime as runtimes
from tests.support.access_tools import RIGHTS, TODAY, account_of, signed_in
from tests.support.clock import Clock
from tests.support.dashboard import Dashboard
from tests.support.faults import EXACT, REFUSED, fault
from tests.support.visitor import Visitor

pytestmark = [
    pytest.mark.timeout(180),
    fault(kind="Doors", at="websocket or request to a running dashboard", seen="web server"),
]

TABLE = "inactive_rooms"


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=3000, today=TODAY, rate_limit=0), clock=Clock()) as server:
        yield server


@pytest.fixture(scope="module")
def dashboard(workspace: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with Dashboard(tmp_path_factory.mktemp("home"), ENGAGEMENT_WORKSPACE_URL=workspace.url) as running:
        yield running


@pytest.fixture(scope="module")
def another_copy(dashboard: Dashboard) -> Iterator[runtimes.Runtime]:
    """The database and key of the dashboard in another process than its own."""
    built = runtimes.build({}, folder=dashboard.home / ".local" / "share" / "channel-engagement")
    yield built
    built.store.close()


@contextmanager
def tab(dashboard: Dashboard, session_id: str, page: str | None = None) -> Iterator[Visitor]:
    headers = [("Cookie", f"engagement_session={session_id}")]
    with Visitor(dashboard.url, TABLE, headers=headers, page=page) as visitor:
        yield visitor


@contextmanager
def showing(dashboard: Dashboard, session_id: str) -> Iterator[Visitor]:
    """A tab that shows a table above a thousand rows, which comes in pieces."""
    with tab(dashboard, session_id) as visitor:
        visitor.until("csv_inactive-rooms")
        yield visitor


def sign_out_elsewhere(dashboard: Dashboard, session_id: str) -> None:
    answer = requests.post(f"{dashboard.url}/session/end", cookies={"engagement_session": session_id}, timeout=10)
    assert answer.status_code == 204


def piece_of_the_table(visitor: Visitor) -> BackMsg:
    [source] = {
        one.delta.new_element.dataframe.lazy_data.source_id
        for one in visitor.told
        if one.HasField("delta") and one.delta.new_element.dataframe.lazy_data.source_id
    }
    return visitor.piece(source, 500, 100)


def button(visitor: Visitor) -> DownloadButton:
    return next(
        one.delta.new_element.download_button
        for one in visitor.told
        if one.HasField("delta") and one.delta.new_element.download_button.label == "CSV"
    )


def file_of(visitor: Visitor) -> BackMsg:
    return visitor.file(button(visitor).deferred_file_id)


def download(visitor: Visitor) -> str:
    """The path of the file that the table's own button makes."""
    visitor.ask(file_of(visitor))
    answer = visitor.answer()
    assert not answer.error_msg
    return answer.deferred_file.url


def closes(visitor: Visitor) -> None:
    """The connection ends, and nothing with a row of the table came before."""
    with pytest.raises(ConnectionClosed):
        visitor.answer(20)


def test_pieces_of_a_table_come_while_somebody_is_signed_in(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime
) -> None:
    with showing(dashboard, signed_in(another_copy, workspace)) as visitor:
        visitor.ask(piece_of_the_table(visitor))
        assert len(visitor.answer().dataframe_chunk.arrow_data.data) > 1000


def parts_of(visitor: Visitor) -> frozenset[str]:
    """The parts of the last run that a browser would keep."""
    return frozenset(one.hash for one in visitor.told if one.metadata.cacheable and not one.delta.fragment_id)


def hashes_sent(visitor: Visitor) -> frozenset[str]:
    return frozenset(one.ref_hash for one in visitor.told if one.HasField("ref_hash"))


@fault("a browser let go of parts of a page while it asked for them by their hash", EXACT, "they are sent whole")
def test_what_is_unchanged_travels_as_its_hash_and_what_the_browser_may_have_let_go_of_is_sent_whole(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime
) -> None:
    with showing(dashboard, signed_in(another_copy, workspace)) as visitor:
        visitor.whole_run()
        table = parts_of(visitor)
        visitor.holding = table
        visitor.whole_run()
        # The table in pieces has another name each time.
        assert len(table - hashes_sent(visitor)) == 1
        # On another page, whose last end the browser had not heard of when it asked for the table again.
        visitor.go("top_channels")
        visitor.until("csv_top-channels")
        visitor.whole_run()
        visitor.whole_run()
        other = parts_of(visitor) | hashes_sent(visitor)
        visitor.go(TABLE)
        visitor.whole_run()
        assert table - other
        assert hashes_sent(visitor) == table & other


@fault("an open websocket after signing out in another tab", REFUSED, "closed at once")
def test_after_signing_out_in_another_tab_the_websocket_is_closed_at_once(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime
) -> None:
    session_id = signed_in(another_copy, workspace)
    with showing(dashboard, session_id) as visitor:
        sign_out_elsewhere(dashboard, session_id)
        closes(visitor)


@fault("an open websocket asks for {what} after signing out in another copy", REFUSED, "closed without it")
@pytest.mark.parametrize("what", [piece_of_the_table, file_of])
def test_after_signing_out_in_another_copy_an_open_websocket_gives_nothing_more(
    dashboard: Dashboard,
    workspace: DemoServer,
    another_copy: runtimes.Runtime,
    what,  # type: ignore[no-untyped-def]
) -> None:
    session_id = signed_in(another_copy, workspace)
    with showing(dashboard, session_id) as visitor:
        asked = what(visitor)
        another_copy.sessions.end(session_id)
        visitor.ask(asked)
        closes(visitor)


@fault("an open websocket after a permission was withdrawn", REFUSED, "closed without a row")
def test_after_a_withdrawal_that_another_copy_noticed_an_open_websocket_gives_nothing_more(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime
) -> None:
    session_id = signed_in(another_copy, workspace)
    with showing(dashboard, session_id) as visitor:
        asked = piece_of_the_table(visitor)
        another_copy.sessions.admitted(session_id, (), at=Clock(0.0).moment())
        visitor.ask(asked)
        closes(visitor)


@fault("an open websocket asks for {what} after one right of three was withdrawn", REFUSED, "closed without it")
@pytest.mark.parametrize("what", [piece_of_the_table, file_of])
def test_what_was_read_with_more_rights_than_somebody_has_now_is_given_to_them_no_more(
    dashboard: Dashboard,
    workspace: DemoServer,
    another_copy: runtimes.Runtime,
    what,  # type: ignore[no-untyped-def]
) -> None:
    session_id = signed_in(another_copy, workspace)
    with showing(dashboard, session_id) as visitor:
        made, asked = download(visitor), what(visitor)
        another_copy.sessions.admitted(session_id, RIGHTS - {SEE_ALL_ROOMS})
        visitor.ask(asked)
        closes(visitor)
        file = requests.get(f"{dashboard.url}{made}", cookies={"engagement_session": session_id}, timeout=10)
        assert file.status_code == 404


@fault("the page of another session is gone on with", REFUSED, "a page of one’s own")
def test_a_page_is_gone_on_with_by_its_own_session_alone(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime
) -> None:
    mine, other = signed_in(another_copy, workspace), signed_in(another_copy, workspace, "admin")
    with showing(dashboard, mine) as visitor:
        page = visitor.page
        visitor.close()
        with tab(dashboard, other, page) as thief:
            thief.whole_run()
            assert thief.page != page
        with tab(dashboard, mine, page) as again:
            again.whole_run()
            assert again.page == page


@fault("the page of an ended session is gone on with", REFUSED, "the sign-in, and no piece of its table")
def test_a_page_of_a_session_that_ended_is_never_gone_on_with(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime
) -> None:
    session_id = signed_in(another_copy, workspace)
    with showing(dashboard, session_id) as visitor:
        page, asked = visitor.page, piece_of_the_table(visitor)
        visitor.close()
    sign_out_elsewhere(dashboard, session_id)
    with tab(dashboard, session_id, page) as again:
        assert "Sign in with" in again.whole_run()
        assert again.page != page
        again.ask(asked)
        closes(again)


@fault("a file that was made for another or an ended session", REFUSED, "404; no browser keeps it")
def test_a_file_is_given_to_the_session_it_was_made_for_and_kept_by_no_browser(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime
) -> None:
    mine, other = signed_in(another_copy, workspace), signed_in(another_copy, workspace, "admin")

    def get(session_id: str | None, path: str, method: str = "GET") -> requests.Response:
        cookies = {"engagement_session": session_id} if session_id else {}
        answer = requests.request(method, f"{dashboard.url}{path}", cookies=cookies, timeout=10)
        assert answer.headers["Cache-Control"] == "no-store"
        return answer

    with showing(dashboard, mine) as visitor:
        path = download(visitor)
        assert get(mine, path).text.count("\n") > 1000
        assert get(mine, path).headers["Content-Disposition"].startswith("attachment")
        for stranger in (other, None, "", mine[:-1], "x" * 43):
            for one in (path, path.removesuffix(".csv"), path.replace(".csv", ".txt")):
                for method in ("GET", "HEAD"):
                    assert get(stranger, one, method).status_code == 404
        another_copy.sessions.end(mine)
        assert get(mine, path).status_code == 404


@fault("requests to clear caches, upload or install", REFUSED, "no answer")
def test_a_websocket_is_deaf_to_whatever_else_the_framework_does_for_whoever_asks(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime
) -> None:
    with tab(dashboard, signed_in(another_copy, workspace)) as visitor:
        visitor.whole_run()
        for kind in ("clear_cache", "load_git_info", "set_run_on_save"):
            asked = BackMsg()
            setattr(asked, kind, True)
            visitor.ask(asked)
        for kind in ("install_skills", "dismiss_skills_nudge"):
            asked = BackMsg()
            asked.backend_operation_request.request_id = kind
            asked.backend_operation_request.session_id = visitor.page
            getattr(asked.backend_operation_request, kind).SetInParent()
            visitor.ask(asked)
        asked = BackMsg()
        asked.file_urls_request.request_id = "upload"
        asked.file_urls_request.file_names.append("a.txt")
        visitor.ask(asked)
        visitor.whole_run()
        kinds = {one.WhichOneof("type") for one in visitor.told}
        assert not kinds & {"backend_operation_response", "file_urls_response", "git_info_changed"}


@fault(
    lambda frame: f"a frame of {'text' if isinstance(frame, str) else 'noise'}", REFUSED, "closed; nothing in the log"
)
@pytest.mark.parametrize("frame", [b"\xff" * 20, "text"])
def test_a_frame_that_is_no_message_ends_the_connection_and_leaves_no_trace_in_the_log(
    dashboard: Dashboard, workspace: DemoServer, another_copy: runtimes.Runtime, frame: bytes | str
) -> None:
    with tab(dashboard, signed_in(another_copy, workspace)) as visitor:
        visitor.whole_run()
        visitor._socket.send(frame)
        closes(visitor)
    assert "Traceback" not in dashboard.log()


def test_where_everyone_may_look_whoever_knows_the_place_of_a_file_gets_it(
    workspace: DemoServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = {f"ENGAGEMENT_{name}": value for name, value in account_of(workspace).items()}
    with Dashboard(tmp_path_factory.mktemp("home"), **settings, ENGAGEMENT_ACCESS_MODE="everyone") as running:
        with Visitor(running.url, TABLE) as visitor:
            visitor.until("csv_inactive-rooms")
            path = download(visitor)
            assert requests.get(f"{running.url}{path}", timeout=10).status_code == 200
            assert requests.get(f"{running.url}/media/{'0' * 32}.csv", timeout=10).status_code == 404


@fault("a file that was made for another person of the proxy", REFUSED, "404")
def test_where_a_proxy_names_people_a_file_is_given_to_whom_it_was_made_for(
    workspace: DemoServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = {f"ENGAGEMENT_{name}": value for name, value in account_of(workspace).items()}
    access = {"MODE": "proxy-header", "HEADER": "X-Forwarded-User", "TRUSTED_PROXIES": "127.0.0.1"}
    settings |= {f"ENGAGEMENT_ACCESS_{name}": value for name, value in access.items()}
    with Dashboard(tmp_path_factory.mktemp("home"), **settings, FORWARDED_ALLOW_IPS="") as running:
        with Visitor(running.url, TABLE, headers=[("X-Forwarded-User", "ada")]) as visitor:
            visitor.until("csv_inactive-rooms")
            address = f"{running.url}{download(visitor)}"
        for person, status in (("ada", 200), ("grace", 404), ("", 404)):
            headers = {"X-Forwarded-User": person}
            assert requests.get(address, headers=headers, timeout=10).status_code == status, person
