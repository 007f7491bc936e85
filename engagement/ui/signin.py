"""The sign-in screen: with a password, with an access token, or into the demo workspace."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep

import streamlit as st

from engagement.api.client import Client, clean_address
from engagement.api.pace import patiently
from engagement.api.transport import SIGNING_IN
from engagement.errors import (
    CodeNeeded,
    CodeWrong,
    EngagementError,
    InvalidAddress,
    InvalidInput,
    WrongCredentials,
)
from engagement.ui import asking, signing
from engagement.ui.runtime import DEMO, runtime

# Twenty people who sign in together, where ten a minute may, are all in by then.
LONGEST_WAIT = 150
PASSWORD, TOKEN = "Password", "Access token"
_ERROR, _CLEAR, _CODE = "_signin_error", "_signin_clear", "_signin_code"


def screen() -> None:
    """Draws the sign-in screen; a successful sign-in draws the page that was asked for."""
    _, middle, _ = st.columns([1, 1.6, 1])
    with middle:
        st.title("Channel Engagement", anchor=False)
        st.markdown("Top channels, inactive rooms and week-over-week changes of your Rocket.Chat workspace.")
        if st.session_state.pop(signing.ENDED, False):
            st.info("The workspace has ended this session. Sign in again to see this page.", icon=":material/logout:")
        settings = runtime().settings
        if settings.workspace.url or settings.workspace.allow_typed_url:
            _form()
        elif not settings.demo.enabled:
            st.error("No workspace is configured: set `[workspace] url` in `.streamlit/secrets.toml`.")
        if settings.demo.enabled:
            _demo()


def _form() -> None:
    # A password is never kept after an answer, right or wrong; everything else that was typed stays.
    for key in st.session_state.pop(_CLEAR, ()):
        st.session_state[key] = ""
    way = st.segmented_control("Sign in with", [PASSWORD, TOKEN], default=PASSWORD, required=True, key="signin_way")
    pinned = runtime().settings.workspace.url
    with st.form("signin", border=True):
        if pinned:
            st.markdown(f"Workspace **{runtime().settings.opened_at(pinned).split('://', 1)[-1]}**")
        else:
            st.text_input("Workspace address", key="signin_url", placeholder="chat.example.org", autocomplete="url")
        if way == PASSWORD:
            st.text_input("User name or e-mail", key="signin_user", autocomplete="username")
            st.text_input("Password", type="password", key="signin_password", autocomplete="current-password")
            if st.session_state.get(_CODE):
                st.text_input("Code of the second factor", key="signin_code", autocomplete="one-time-code")
        else:
            st.text_input("User id", key="signin_user_id", autocomplete="off")
            st.text_input("Personal access token", type="password", key="signin_token", autocomplete="off")
            st.caption("In Rocket.Chat: My Account, Personal Access Tokens. Signing out here never revokes it.")
        submitted = st.form_submit_button("Sign in", type="primary", width="stretch")
        if error := st.session_state.get(_ERROR):
            st.error(error, icon=":material/error:")
    if submitted:
        _try(pinned, way)


def _try(pinned: str | None, way: str) -> None:
    typed = st.session_state
    st.session_state.pop(_ERROR, None)
    try:
        if pinned is None and not runtime().settings.workspace.allow_typed_url:
            raise InvalidAddress("This dashboard asks no workspace whose address was typed.")
        address = pinned or clean_address(typed.get("signin_url", ""))
        with st.spinner("Signing in …"):
            _patiently(address, way)
    except CodeNeeded as error:
        # The password stays until the code is there: the server wants both in one call.
        st.session_state[_CODE] = True
        st.session_state[_ERROR] = str(error)
    except EngagementError as error:
        st.session_state[_ERROR] = str(error)
        if isinstance(error, CodeWrong):
            st.session_state[_CLEAR] = ("signin_code",)
        elif not isinstance(error, InvalidInput):
            st.session_state[_CLEAR] = ("signin_password", "signin_token", "signin_code")
            st.session_state[_CODE] = st.session_state.get(_CODE) and not isinstance(error, WrongCredentials)
    else:
        for key in (_ERROR, _CODE, "signin_password", "signin_token", "signin_code"):
            st.session_state.pop(key, None)
    st.rerun()


def _patiently(address: str, way: str) -> None:
    """Signs in, however many do so in the same minute: the workspace lets only so many in a minute."""
    place = st.empty()

    def say(seconds: float) -> None:
        if seconds >= 1:
            place.caption(f"The workspace allows only so many calls a minute. Going on in {seconds:.0f} s.")

    def pause(seconds: float) -> None:
        for left in range(int(seconds), 0, -1):
            say(left)
            sleep(1)

    patiently(lambda: _sign_in(address, way, say), pause, LONGEST_WAIT)


def _sign_in(address: str, way: str, say: Callable[[float], None]) -> None:
    typed = st.session_state
    with asking.connect(address, timeout=asking.SIGN_IN_TIMEOUT, bounds=SIGNING_IN) as client:
        if way == PASSWORD:
            user, password = typed.get("signin_user", "").strip(), typed.get("signin_password", "")
            if not user or not password:
                raise InvalidInput("Enter your user name and your password.")
            client.sign_in(user, password, typed.get("signin_code", "") or None)
        else:
            user_id, token = typed.get("signin_user_id", "").strip(), typed.get("signin_token", "").strip()
            if not user_id or not token:
                raise InvalidInput("Enter your user id and your access token.")
            client.sign_in_with_token(user_id, token)
        # The client knows the address with https, where the server has led it there.
        signing.begin(client, client.address, "password" if way == PASSWORD else "token", say)


def _demo() -> None:
    st.divider()
    st.markdown("No account at hand? The demo workspace has 1,200 made-up rooms with two years of messages.")
    if st.button("Explore the demo workspace", key="demo", width="stretch", icon=":material/explore:"):
        with st.spinner("Starting the demo workspace …"):
            with Client(runtime().demo().url, runtime().demo_account()) as client:
                signing.begin(client, DEMO, "demo")
        st.rerun()
