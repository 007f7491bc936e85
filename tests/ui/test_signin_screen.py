"""Signing in and out on the page: what is asked, what is kept, and who sees what others read."""

from __future__ import annotations

from pathlib import Path

import pytest

from engagement.demo import DemoServer
from engagement.ui import leaving, session
from engagement.ui import runtime as runtimes
from tests.support.access_tools import read, sign_in, sound, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import REFUSED, SAID, fault

pytestmark = [pytest.mark.usefixtures("dashboard"), fault(kind="Sessions and ends", at="demo workspace")]


def test_a_person_signs_in_with_password_and_sees_the_page(workspace: DemoServer) -> None:
    app = sound(read(sign_in(workspace.url, "manager", "manager")))
    assert app.title[0].value == "Overview"
    assert "Signed in as manager" in text_of(app)


def test_a_wrong_password_is_answered_beside_the_form_and_only_the_password_is_lost(workspace: DemoServer) -> None:
    app = sign_in(workspace.url, "manager", "wrong")
    assert not app.exception
    assert "Check both" in app.error[0].value
    assert app.text_input(key="signin_url").value == workspace.url
    assert app.text_input(key="signin_user").value == "manager"
    assert app.text_input(key="signin_password").value == ""


@fault("a password with spaces around it", SAID, "they are a part of it", seen="Sign-in")
def test_the_spaces_around_a_password_are_a_part_of_it(workspace: DemoServer) -> None:
    assert "Check both" in sign_in(workspace.url, "manager", " manager ").error[0].value


@fault("a wrong code", SAID, "the password stays in the form", seen="Sign-in")
def test_the_second_factor_is_asked_for_and_a_wrong_code_keeps_the_password(workspace: DemoServer) -> None:
    app = sign_in(workspace.url, "twofactor", "twofactor")
    assert "second factor" in app.error[0].value
    app.text_input(key="signin_code").set_value("000000")
    app.button[0].click().run()
    assert "wrong or no longer valid" in app.error[0].value
    app.text_input(key="signin_code").set_value("123456")
    app.button[0].click().run()
    sound(read(app))
    assert "Signed in as twofactor" in text_of(app)


def test_an_access_token_signs_in_and_signing_out_does_not_revoke_it(workspace: DemoServer) -> None:
    user_id, token = workspace.personal_token("manager")
    app = tab()
    app.get("button_group")[0].set_value("Access token").run()
    app.text_input(key="signin_url").set_value(workspace.url)
    app.text_input(key="signin_user_id").set_value(user_id)
    app.text_input(key="signin_token").set_value(token)
    app.button[0].click().run()
    sound(read(app))
    app.sidebar.button(key="sign_out").click().run()
    assert "Sign in with" in [group.label for group in sound(app).get("button_group")]
    assert workspace.count("logout") == 0


def test_signing_out_revokes_a_login_token_and_ends_the_session(workspace: DemoServer) -> None:
    app = read(sign_in(workspace.url, "manager", "manager"))
    app.sidebar.button(key="sign_out").click().run()
    leaving.revocations.wait(30)
    assert workspace.count("logout") == 1
    assert "Channel Engagement" in text_of(sound(app))
    assert not app.get("plotly_chart")


def test_an_account_without_the_permission_sees_its_name_and_nothing_that_others_read(workspace: DemoServer) -> None:
    read(sign_in(workspace.url, "admin", "admin"))
    app = sign_in(workspace.url, "viewer", "viewer")
    assert "view-engagement-dashboard" in app.error[0].value
    assert not app.get("plotly_chart")
    assert not app.dataframe


@fault("an administrator has read what an analyst may not see", REFUSED, "not in their table", seen="Inactive rooms")
def test_what_an_administrator_read_is_not_shown_to_an_analyst(workspace: DemoServer) -> None:
    admin = read(sign_in(workspace.url, "admin", "admin", "inactive_rooms"))
    analyst = read(sign_in(workspace.url, "analyst", "analyst", "inactive_rooms"))
    private = admin.dataframe[0].value.query("Type == 'Private' and State == 'never used'")
    assert len(private)
    shown = analyst.dataframe[0].value
    assert not set(private["Room"]) & set(shown["Room"])
    assert shown[shown["Type"] == "Private"]["Owner"].isna().all()


def test_two_people_with_the_same_rights_share_one_reading(workspace: DemoServer) -> None:
    read(sign_in(workspace.url, "admin", "admin"))
    asked = workspace.count("rooms.adminRooms")
    read(sign_in(workspace.url, "manager", "manager"))
    assert workspace.count("rooms.adminRooms") == asked


@fault("a permission is withdrawn", SAID, "within five minutes, and no figures", seen="Overview")
def test_a_permission_taken_away_ends_the_view_within_five_minutes(workspace: DemoServer, clock: Clock) -> None:
    app = sound(read(sign_in(workspace.url, "manager", "manager")))
    workspace.revoke("view-engagement-dashboard", "manager")
    clock.forward(minutes=5)
    app.run()
    assert not app.get("plotly_chart")
    assert "view-engagement-dashboard" in app.error[0].value


@fault("a token that is no longer accepted", SAID, "the sign-in", seen="Overview")
def test_a_token_that_the_server_no_longer_accepts_leads_back_to_the_sign_in(
    workspace: DemoServer, clock: Clock
) -> None:
    app = sound(read(sign_in(workspace.url, "manager", "manager")))
    workspace.sign_out_everyone()
    clock.forward(minutes=5)
    app.run()
    assert not app.get("plotly_chart")
    assert app.text_input(key="signin_user")


@fault(
    "channel list: JSON that breaks off, once",
    SAID,
    "a button tries again",
    kind="Side dishes and refusals",
    seen="Overview",
)
def test_a_server_that_breaks_down_is_said_in_one_sentence_and_can_be_tried_again(workspace: DemoServer) -> None:
    app = sound(read(sign_in(workspace.url, "manager", "manager")))
    workspace.fail_next("channels/list", "garbage")
    app.sidebar.selectbox(key="period").select("Last 7 full days").run()
    app = read(app)
    assert not app.exception
    assert "cannot be read" in app.error[0].value
    app.button(key="try_again").click().run()
    assert sound(read(app)).get("plotly_chart")


def test_a_workspace_that_is_not_there_is_a_sentence_beside_the_form() -> None:
    app = sign_in("http://127.0.0.1:9", "manager", "manager")
    assert not app.exception
    assert "does not answer" in app.error[0].value


@fault("a session ends under an open tab", REFUSED, "no figures", seen="Overview")
def test_an_ended_session_of_this_tab_is_noticed(workspace: DemoServer) -> None:
    app = sound(read(sign_in(workspace.url, "manager", "manager")))
    runtimes.runtime().sessions.end(app.session_state[session.ID])
    app.run()
    assert not app.get("plotly_chart")


def test_where_no_address_may_be_typed_the_form_asks_for_none(tmp_path: Path) -> None:
    runtimes.use(runtimes.build({"ENGAGEMENT_WORKSPACE_URL": "https://chat.example.org"}, folder=tmp_path))
    app = sound(tab())
    assert "chat.example.org" in text_of(app)
    assert "signin_url" not in [field.key for field in app.text_input]
