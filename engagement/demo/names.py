"""The words that names of the generated rooms and people are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

_AREAS = """platform mobile web payments search billing identity storage data ml infra network security release docs
design research growth support sales finance legal people office events partners community onboarding localization
accessibility analytics api backend frontend desktop android ios qa performance observability logistics inventory
pricing checkout shipping returns procurement facilities training compliance brand content video podcast newsletter
field emea apac latam nordics dach iberia warehouse""".split()
_TOPICS = """help review standup planning announcements alerts questions feedback retro roadmap migration rollout triage
hiring onboarding incidents budget demo showcase reading-group office-hours experiments metrics dashboards backlog
bugs handover oncall vendors contracts workshops offsite launch pilot audit refactoring upgrade testing automation
deploys tickets escalations ideas wins newsletter sync strategy okrs interviews surveys translations templates
pairing architecture guidelines tooling cleanup forecasting renewals benchmarks maintenance policies
travel mentoring campaigns prototypes sandbox
coordination playbooks quality partners""".split()
_PROJECTS = """albatross aurora badger basalt beacon birch bluebell bison canyon cedar cinder cobalt comet condor coral
cypress delta dolphin dragonfly drift ember equinox falcon fern fjord flint foxglove gannet garnet glacier granite
harbor hazel heron horizon iris ivy jasper juniper kestrel kingfisher lagoon lantern larch lichen lighthouse lotus lynx
magnolia mango maple marble meadow meridian mistral monsoon moss nectar nimbus north-star nutmeg oak obsidian orchid
osprey otter paprika pelican pepper pine plover poppy quartz quill raven redwood ridge saffron sequoia sierra sparrow
spruce sundial tamarind tern thistle tundra umber violet walnut willow wren yarrow zephyr""".split()
_ACTIVITIES = """kickoff core design build launch steering support rollout pilot qa vendors docs retro migration testing
war-room planning research budget feedback demo standup working-group data beta frontend backend comms training
contracts risks handover cleanup legal metrics ops integration localization partners pricing field-trial delivery
customers reviews prototypes questions""".split()
_PLACES = """berlin lisbon austin toronto nairobi pune osaka oslo lyon krakow dublin denver seoul sydney quito hanoi
porto leeds ghent turin malmo cork perth lima accra cairo tunis haifa izmir davao cebu""".split()
_FIRST = """ada ben chen dana emil fatima goran hana ivan jun kofi lena mira noor omar priya quinn rosa sven tara
umar vera wen ximena yusuf zoe amir bella carlos divya elif finn greta hugo ines jonas kira luis maya nils olga paula
rafael sofia tomas ursula viktor wanda yara anton birgit cyril deniz esther felix gita hector isla jana kenji lucia
marco nadia""".split()
_LAST = """abbott bauer costa dubois eriksen ferrari garcia haddad ito jansen kowalski larsen moreau nguyen okafor patel
quintero rossi silva tanaka ueda vargas weber xu yilmaz zhang almeida brandt castillo demir evans fischer grant hansen
ivanova johansson kumar lindqvist mbeki novak oliveira petrov reyes santos torres ulrich vogel walsh young zeman
andersson becker cruz dias ellis fuchs gomez horvat ibrahim kaya lopez meyer nakamura osei""".split()
_QUESTIONS = (
    "How do we {verb} the {thing}?",
    "Who can {verb} our {thing}",
    "{thing}: what is left before we {verb} it",
    "Options to {verb} the {thing} this quarter",
    "Why did we {verb} the {thing}?",
    "Next steps: {verb} the {thing}",
)
_VERBS = "migrate retire measure simplify document test split rename automate translate schedule review".split()
_THINGS = (
    "login page|price list|search index|release notes|mobile menu|nightly backup|onboarding guide|invoice export|"
    "status page|font licence|holiday rota|build cache|error budget|customer survey|staging cluster|style guide"
).split("|")


@dataclass(frozen=True)
class Founding:
    """A room that every generated workspace begins with; ``rate`` is messages a week, 0 for none.

    Where it ``keeps`` its messages for so many days, older ones are pruned every night.
    """

    name: str
    rate: float
    type: str = "c"
    title: str | None = None
    read_only: bool = False
    default: bool = False
    announcement: str | None = None
    topic: str | None = None
    team_main: bool = False
    feed: bool = False
    negative: bool = False
    uncounted: bool = False
    keeps: int | None = None


FOUNDING: tuple[Founding, ...] = (
    Founding("general", 260, default=True, announcement="Please keep support questions in #release-help."),
    Founding("release-help", 420, topic="Ask here when an upgrade does not go as expected"),
    Founding("announcements", 6, read_only=True, default=True, topic="News for everyone"),
    Founding("design-review", 150),
    Founding("leadership", 70, type="p"),
    Founding("build-feed", 0, feed=True, topic="Every build, told by the build server", keeps=30),
    Founding("random", 190),
    Founding("engineering", 110, type="p", team_main=True),
    Founding("imported-archive", 0, uncounted=True),
    Founding("introductions", 14),
    Founding("moderation-queue", 3, type="p", negative=True),
    Founding("customer-questions", 90),
    Founding("incidents", 75, type="p", announcement="An incident is open: see the status page."),
    Founding("product", 60, team_main=True),
    Founding("hiring-panel", 40, type="p"),
    Founding("lunch-and-learn", 22),
    Founding("translations", 35),
    Founding("new-starters-2019", 0.2),
    Founding("security-advisories", 4, read_only=True),
    Founding("office-berlin", 28),
    Founding("launch-party-🎉", 9),
    Founding("תמיכה-בלקוחות", 17, title="תמיכה בלקוחות"),
    Founding("مساعدة-الإصدار", 12, title="مساعدة الإصدار"),
    Founding("日本語サポート", 26),
    Founding("équipe-qualité", 15),
    Founding(
        "working-group-on-the-harmonisation-of-cross-regional-incident-escalation-and-customer-communication-policies",
        2.5,
    ),
    Founding("how-to-escape-html", 3, title="<img src=x onerror=alert(1)> – how do we escape this?"),
    Founding("quarterly-links", 2, type="p", title='=HYPERLINK("http://demo.example.org","quarterly figures")'),
    Founding("markdown-questions", 5, title="**bold**, _italic_ and [links](http://demo.example.org) | $x^2$ :smile:"),
    Founding("plus-one", 1, title="+1 @everyone, read this"),
)

_FOUNDING_NAMES = {room.name for room in FOUNDING}


class _Pairs:
    """Pairs of words by number, each of them once before any comes again."""

    def __init__(self, first: list[str], second: list[str], begin: int) -> None:
        self._first, self._second, self._begin = first, second, begin
        self.size = len(first) * len(second)
        # A step that has no factor in common with the number of pairs visits each of them.
        self._step = next(n for n in range(int(self.size * 0.618), self.size) if math.gcd(n, self.size) == 1)

    def named(self, number: int, between: str = "-") -> str:
        """The pair with this number."""
        second, first = divmod((number * self._step + self._begin) % self.size, len(self._first))
        return self._first[first] + between + self._second[second]


_CORE, _PROJECT, _PERSON = _Pairs(_AREAS, _TOPICS, 17), _Pairs(_PROJECTS, _ACTIVITIES, 29), _Pairs(_FIRST, _LAST, 7)
PROJECT_PAIRS, PEOPLE = _PROJECT.size, _PERSON.size


def core_name(number: int) -> str:
    """The name of a lasting room; different for each ``number``."""
    name = _CORE.named(number)
    return _with_place(f"{name}-group" if name in _FOUNDING_NAMES else name, number // _CORE.size)


def project_name(number: int, *, many: bool) -> str:
    """The name of a room for a while; different for each ``number`` of those that exist at one time."""
    name = _PROJECT.named(number)
    return _with_place(name, number // PROJECT_PAIRS) if many else name


@cache
def person(number: int) -> str:
    """The user name of a person; different for each ``number`` up to ``PEOPLE``."""
    return _PERSON.named(number, ".")


def question(number: int) -> str:
    """The title of a discussion."""
    number, form = divmod(number, len(_QUESTIONS))
    number, verb = divmod(number, len(_VERBS))
    thing = _THINGS[number % len(_THINGS)]
    text = _QUESTIONS[form].format(verb=_VERBS[verb], thing=thing)
    return text[0].upper() + text[1:]


def _with_place(name: str, generation: int) -> str:
    generation %= len(_PLACES) + 1
    return name if generation == 0 else f"{name}-{_PLACES[generation - 1]}"
