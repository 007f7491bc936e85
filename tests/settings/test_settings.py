"""What the configuration file and the environment may say, and the sentences for what they may not."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engagement.errors import InvalidSettings
from engagement.settings import keys as settings
from engagement.settings.account import command_line_account
from engagement.settings.keys import Settings, default_files, load
from tests import ROOT
from tests.support.faults import EXACT, SAID, fault

pytestmark = fault(kind="Settings", at="secrets.toml", seen="settings")


def from_text(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    path = tmp_path / "secrets.toml"
    path.write_text(text, encoding="utf-8")
    return load(environ or {}, [path])


def faults(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(InvalidSettings) as caught:
        from_text(tmp_path, text, environ)
    return caught.value.faults


def test_nothing_configured_offers_the_demo_and_no_typed_address(tmp_path: Path) -> None:
    loaded = load({}, [tmp_path / "absent.toml"])
    assert loaded == Settings()
    assert loaded.demo.enabled
    assert not loaded.workspace.allow_typed_url
    assert loaded.workspace.url is None
    assert not loaded.workspace_account
    assert (loaded.session.hours, loaded.limits.longest_period, loaded.limits.copies) == (8, 366, 1)
    assert loaded.access.mode == settings.OWN_ACCOUNT


@pytest.mark.parametrize(
    ("typed", "base", "link"),
    [
        ("", "/engagement", ""),
        ("https://dash.example.org/", "", "https://dash.example.org"),
        ("https://dash.example.org", "/engagement", "https://dash.example.org/engagement"),
        ("https://dash.example.org/here, http://10.1.2.3", "/engagement", "https://dash.example.org/here"),
    ],
)
def test_links_for_others_lead_to_the_first_address_with_its_own_path_or_that_of_the_server(
    typed: str, base: str, link: str
) -> None:
    assert settings.load({"ENGAGEMENT_DASHBOARD_ADDRESS": typed}, ()).dashboard.link(base) == link


def test_every_key_of_the_file_is_read(tmp_path: Path) -> None:
    loaded = from_text(
        tmp_path,
        """
        [workspace]
        url = "https://Chat.Example.org/"
        public_url = "https://Chat.Example.com/chat/"
        user_id = "aobEdbYhXfu5hkeqG"
        auth_token = "9HqLlyZOugoStsXCUfD"
        proxy = "http://ada:p%40ss@proxy.example.org:3128/"
        headers = { Authorization = "Basic YTpi", X-Gate = " open " }
        [dashboard]
        address = ["https://Dash.Example.org:443/engagement/", "http://10.1.2.3:8501"]
        [demo]
        enabled = false
        [access]
        mode = "proxy-header"
        header = "X-Forwarded-User"
        trusted_proxies = ["127.0.0.1", "10.1.0.0/16"]
        [calendar]
        timezone = "Asia/Kolkata"
        week_start = "sunday"
        [limits]
        longest_period = 92
        calls_a_minute = 60
        copies = 2
        memory = 100
        [archive]
        url = "postgresql://u:p@db/engagement"
        weeks = 60
        [rooms]
        exempt = ["announcements"]
        leave_out = ["bot-*", "git"]
        mask_names = true
        [worklist]
        text = "{owner}: {room}, {silence}"
        text_for_several = "{owner}: {rooms}"
        [report]
        webhook = "https://Chat.Example.org/hooks/64b1/se-cret"
        grace = 7
        [session]
        hours = 1.5
        key = "0123456789abcdef0123456789abcdef"
        """,
    )
    assert loaded.workspace.url == "https://chat.example.org"
    assert loaded.workspace.public_url == "https://chat.example.com/chat"
    assert loaded.workspace_account
    assert loaded.workspace.proxy == "http://ada:p%40ss@proxy.example.org:3128"
    assert loaded.workspace.headers == (("Authorization", "Basic YTpi"), ("X-Gate", "open"))
    assert loaded.dashboard.address == ("https://dash.example.org/engagement", "http://10.1.2.3:8501")
    assert not loaded.demo.enabled
    assert loaded.access.header == "X-Forwarded-User"
    assert loaded.access.trusted_proxies == (ip_network("127.0.0.1/32"), ip_network("10.1.0.0/16"))
    assert loaded.calendar.timezone == ZoneInfo("Asia/Kolkata")
    assert loaded.calendar.week_start == 6
    assert loaded.limits == settings.Limits(longest_period=92, calls_a_minute=60, copies=2, memory=100)
    assert (loaded.archive.url, loaded.archive.weeks) == ("postgresql://u:p@db/engagement", 60)
    assert loaded.rooms == settings.Rooms(("announcements",), ("bot-*", "git"), True)
    assert loaded.worklist == settings.WorklistTexts("{owner}: {room}, {silence}", "{owner}: {rooms}")
    assert loaded.report == settings.ReportRules("https://chat.example.org/hooks/64b1/se-cret", 7)
    assert loaded.session.hours == 1.5


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    loaded = from_text(
        tmp_path,
        '[session]\nhours = 8\n[rooms]\nleave_out = ["git"]\n[limits]\ncopies = 3',
        {
            "ENGAGEMENT_SESSION_HOURS": "2",
            "ENGAGEMENT_ROOMS_LEAVE_OUT": "bot-*, feed",
            "ENGAGEMENT_WORKSPACE_ALLOW_TYPED_URL": "true",
            "ENGAGEMENT_LIMITS_COPIES": "  ",
            "ENGAGEMENT_WORKSPACE_PROXY": "http://proxy:3128",
            "HOME": "/root",
        },
    )
    assert loaded.workspace.proxy == "http://proxy:3128"
    assert loaded.session.hours == 2
    assert loaded.rooms.leave_out == ("bot-*", "feed")
    assert loaded.workspace.allow_typed_url
    assert loaded.limits.copies == 3, "an empty variable counts as not set"


def test_headers_in_a_variable_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    told = {
        "ENGAGEMENT_WORKSPACE_URL": "https://a.example",
        "ENGAGEMENT_WORKSPACE_HEADERS": "X-Gate: one, two\n\nAuthorization: Basic YTpi",
    }
    loaded = from_text(tmp_path, "", told)
    assert loaded.workspace.headers == (("X-Gate", "one, two"), ("Authorization", "Basic YTpi"))


def test_the_first_file_that_exists_is_the_only_one_read(tmp_path: Path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    second.write_text("[session]\nhours = 3\n[limits]\ncopies = 3")
    assert load({}, [first, second]).limits.copies == 3
    first.write_text("[session]\nhours = 4")
    loaded = load({}, [first, second])
    assert (loaded.session.hours, loaded.limits.copies) == (4, 1)


@fault("eight faults in file and environment", SAID, "all at once, each with its key")
def test_all_faults_are_told_at_once_each_naming_its_key(tmp_path: Path) -> None:
    assert faults(
        tmp_path,
        """
        timezone = "Europe/Berlin"
        [workspce]
        url = "https://chat.example.org"
        [demo]
        enable = true
        [limits]
        hours = 3
        copies = 0
        [session]
        hours = "eight"
        """,
        {"ENGAGEMENT_CALENDAR_WEEK_START": "tuesday", "ENGAGEMENT_SESION_KEY": "x"},
    ) == [
        "timezone stands outside of any section; it belongs under [calendar].",
        "There is no section [workspce]; did you mean [workspace].",
        "There is no key enable in [demo]; did you mean enabled.",
        "There is no key hours in [limits]; it belongs under [session].",
        "There is no setting ENGAGEMENT_SESION_KEY; did you mean ENGAGEMENT_SESSION_KEY.",
        "[limits] copies must be a whole number from 1 to 100, not '0'.",
        "[session] hours must be a number of hours from 0.1 to 720, not 'eight'.",
        'ENGAGEMENT_CALENDAR_WEEK_START must be "monday" or "sunday", not \'tuesday\'.',
    ]


def named(text: str) -> str:
    """A piece of a file on one line."""
    line = ", ".join(part for part in text.splitlines() if not part.startswith("["))
    section = text.partition("]")[0] + "] " if text.startswith("[") else ""
    return section + (line if len(line) < 90 else f"{line[:12]}… ({len(line):,} characters)")


GATED = '[workspace]\nurl = "https://a.example"\nheaders = '


@fault(lambda text: named(text), SAID, lambda sentence: f"“{sentence.strip()} …”")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[workspace]\nurl = "https://a.example"\nallow_typed_url = true', "[workspace] allow_typed_url cannot be set"),
        (
            '[workspace]\nurl = "https://a.example"\nuser_id = "u"\n[access]\nmode = "everyone"',
            "[workspace] auth_token",
        ),
        ('[workspace]\nauth_token = "t"\nuser_id = "u"\n[access]\nmode = "everyone"', "[workspace] url is missing"),
        ('[workspace]\nurl = "https://a.example"\nauth_token = "t"\nuser_id = "u"', "[access] mode is missing"),
        ('[access]\nmode = "everyone"', "[access] needs a workspace account"),
        ("[demo]\nenabled = false", "There is nothing to open"),
        ('[workspace]\nurl = "ftp://a.example"', "[workspace] url must be an address like"),
        ('[workspace]\nurl = "https://me:pass@a.example"', "[workspace] url must be an address like"),
        ('[workspace]\nurl = "https://a.example/?q=1"', "[workspace] url must be an address like"),
        ('[dashboard]\naddress = "ftp://dash.example"', "[dashboard] address must be addresses like"),
        ('[workspace]\nurl = "http://[::1"', "[workspace] url must be an address like"),
        ("[workspace]\nallow_typed_url = 3", "[workspace] allow_typed_url must be true or false"),
        ('[calendar]\ntimezone = "Europe/Nowhere"', "[calendar] timezone must be the name of a time zone"),
        ('[calendar]\ntimezone = "../../etc/passwd"', "[calendar] timezone must be the name of a time zone"),
        ('[calendar]\ntimezone = "Europe"', "[calendar] timezone must be the name of a time zone"),
        ("[limits]\nlongest_period = 367", "[limits] longest_period must be a whole number from 1 to 366"),
        ("[limits]\nlongest_period = true", "[limits] longest_period must be a whole number"),
        ("[limits]\ncalls_a_minute = 0.5", "[limits] calls_a_minute must be a whole number"),
        ("[limits]\nmemory = 0", "[limits] memory must be a whole number from 16 to 1000000"),
        ("[session]\nhours = nan", "[session] hours must be"),
        ("[session]\nhours = false", "[session] hours must be"),
        ('[session]\nkey = "short"', "[session] key must be a secret of at least 32 characters"),
        ("[archive]\nweeks = 52", "[archive] weeks must be a whole number from 53 to 520"),
        ('[archive]\nurl = "mysql://u:p@db/x"', "[archive] url must be postgresql://"),
        ("[rooms]\nexempt = [1]", "[rooms] exempt must be a list of texts"),
        ('[demo]\nenabled = "perhaps"', "[demo] enabled must be true or false"),
        ('demo = "yes"', "demo stands outside of any section."),
        ('[workspace]\nproxy = "proxy.example.org:3128"', "[workspace] proxy must be the address of a proxy"),
        ('[workspace]\nproxy = "socks5://proxy:1080"', "[workspace] proxy must be the address of a proxy"),
        ('[workspace]\nproxy = "http://proxy:99999"', "[workspace] proxy must be the address of a proxy"),
        ('[workspace]\nproxy = "http://proxy/path"', "[workspace] proxy must be the address of a proxy"),
        ('[workspace]\nheaders = { X-Gate = "a" }', "[workspace] url is missing: the headers are"),
        ('[workspace]\npublic_url = "https://a.example"', "[workspace] url is missing: public_url is where"),
        (
            '[workspace]\nurl = "https://a.example"\npublic_url = "a b"',
            "[workspace] public_url must be an address",
        ),
        ('[workspace]\nallow_typed_url = true\nheaders = { X-Gate = "a" }', "[workspace] url is missing: the headers"),
        (f"{GATED}3", "[workspace] headers must be names and texts"),
        (f'{GATED}{{ "X Gate" = "a" }}', "[workspace] headers must be the name of a header"),
        (f'{GATED}{{ X-Gate = "a\\nHost: b" }}', "[workspace] headers must be texts of letters"),
        (f'{GATED}{{ x-auth-token = "a" }}', "[workspace] headers must be headers of a gate; x-auth-token is not one"),
        ("[limits]\ncopies = 0x" + "f" * 5000, "[limits] copies must be a whole number"),
        ("[session]\nhours = 0x" + "f" * 5000, "[session] hours must be a number of hours"),
        ('[workspace]\nca_bundle = "~nobody-of-that-name/ca.pem"', "[workspace] ca_bundle must be the path"),
        ("x = " + "[" * 50_000, "The file "),
        ("x = " + "9" * 5000, "The file "),
    ],
)
def test_a_wrong_or_half_filled_file_is_answered_with_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    told = faults(tmp_path, text)
    assert len(told) == 1
    assert told[0].startswith(sentence)


@fault(lambda access: named(access), SAID, lambda sentences: f"“{sentences[0].strip()} …”")
@pytest.mark.parametrize(
    ("access", "sentences"),
    [
        (
            'mode = "proxy-header"',
            ["[access] header is missing", "[access] trusted_proxies is missing"],
        ),
        ('mode = "everyone"\nheader = "X-User"', ["[access] header has no meaning"]),
        (
            'mode = "proxy-header"\nheader = "X User"\ntrusted_proxies = ["nginx"]',
            ["[access] header must be the name of a header", "[access] trusted_proxies must be a list of addresses"],
        ),
        ('mode = "anyone"', ['[access] mode must be "proxy-header" or "everyone"']),
    ],
)
def test_access_must_be_said_in_full(tmp_path: Path, access: str, sentences: list[str]) -> None:
    account = '[workspace]\nurl = "https://a.example"\nuser_id = "u"\nauth_token = "t"\n[access]\n'
    told = faults(tmp_path, account + access)
    assert len(told) == len(sentences)
    assert all(one.startswith(start) for one, start in zip(told, sentences, strict=True))


@fault("a file that is no TOML, no UTF-8 or a folder", SAID, "it is named")
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path, "[workspace\nurl = 3")[0] == (
        f"The file {tmp_path / 'secrets.toml'} is not valid TOML (at line 1, column 11)."
    )
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(InvalidSettings, match=r"latin\.toml is not UTF-8 text"):
        load({}, [tmp_path / "latin.toml"])
    with pytest.raises(InvalidSettings, match="cannot be read"):
        load({}, [tmp_path])


@fault("a byte order mark and line ends of Windows", EXACT, "read")
def test_a_file_of_an_editor_that_marks_what_it_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "marked.toml").write_bytes(b"\xef\xbb\xbf[limits]\r\ncopies = 3\r\n")
    assert load({}, [tmp_path / "file-as-folder" / "x.toml", tmp_path / "marked.toml"]).limits.copies == 3


@fault("no home and no working folder", EXACT, "no file", at="environment")
def test_without_a_home_and_a_working_folder_there_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError

    def deleted() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "home", unknown)
    monkeypatch.setattr(Path, "cwd", deleted)
    assert default_files() == ()


SECRETS = ("sesame-password", "sesame-token-0123456789", "sesame-key-0123456789abcdef0123456789")


def test_no_secret_stands_in_a_repr(tmp_path: Path) -> None:
    loaded = from_text(
        tmp_path,
        f"""
        [workspace]
        url = "https://chat.example.org"
        user_id = "u"
        auth_token = "{SECRETS[1]}"
        proxy = "http://ada:{SECRETS[0]}@proxy:3128"
        headers = {{ Authorization = "{SECRETS[1]}" }}
        [access]
        mode = "everyone"
        [archive]
        url = "postgresql://u:{SECRETS[0]}@db/x"
        [report]
        webhook = "https://chat.example.org/hooks/id/{SECRETS[1]}"
        [session]
        key = "{SECRETS[2]}"
        """,
    )
    shown = repr(loaded) + repr(command_line_account({}, loaded))
    shown += repr(command_line_account({"ROCKETCHAT_USER": "ada", "ROCKETCHAT_PASSWORD": SECRETS[0]}, loaded))
    assert "sesame" not in shown
    assert "chat.example.org" in shown


@fault("seven faults with secrets in them", SAID, "no secret is repeated")
def test_no_secret_stands_in_a_fault(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """
        [workspace]
        url = "https://me:sesame-password@chat.example.org"
        user_id = "u"
        auth_token = "sesame token"
        proxy = "socks5://ada:sesame@proxy"
        headers = { Host = "sesame" }
        [archive]
        url = "mysql://u:sesame@db/x"
        [session]
        key = "sesame"
        """,
    )
    assert len(told) == 7
    assert "sesame" not in " ".join(told)


def test_the_shipped_example_names_every_key_and_is_valid_as_it_stands() -> None:
    text = (ROOT / ".streamlit" / "secrets.example.toml").read_text(encoding="utf-8")
    assert load({}, [ROOT / ".streamlit" / "secrets.example.toml"]) == Settings()
    section, named = "", set()
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and line.lstrip("# ").split("=")[0].strip().isidentifier():
            named.add((section, line.lstrip("# ").split("=")[0].strip()))
    assert named == set(settings.KEYS)


def test_every_value_of_the_shipped_example_is_one_that_can_be_used(tmp_path: Path) -> None:
    text = (ROOT / ".streamlit" / "secrets.example.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") if "=" in line and line.startswith("# ") else line for line in text.splitlines()]
    wanted = "\n".join(line for line in lines if not line.startswith(("#", "allow_typed_url")))
    assert from_text(tmp_path, wanted).workspace_account
