"""Robots, permission and pace, on a clock that a test moves."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import FetchError, RefusedError
from core.settings import Permission
from scraper.fetch.manners import HostState, Pace, Robots, retry_after, user_agent

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
AGENT = user_agent("0.1", "desk@example.org")
LETTER = "BA-7/2026"


class FakeClock:
    """A clock whose hands move when somebody waits."""

    def __init__(self, now: datetime = NOW) -> None:
        self.present = now

    def now(self) -> datetime:
        return self.present

    async def sleep(self, seconds: float) -> None:
        until = self.present + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        self.present = max(self.present, until)


def permission(host: str, valid_until: date) -> Permission:
    return Permission(host=host, basis=LETTER, granted_by="Kepala Desk", valid_until=valid_until)


def robots(
    answer: tuple[int, str] | FetchError, *permissions: Permission, now: datetime = NOW
) -> tuple[Robots, list[str]]:
    asked: list[str] = []

    async def get_robots(url: str) -> tuple[int, str]:
        asked.append(url)
        await asyncio.sleep(0)
        if isinstance(answer, FetchError):
            raise answer
        return answer

    return Robots(get_robots, agent=AGENT, permissions=permissions, clock=FakeClock(now)), asked


def ask(rules: Robots, url: str = "https://example.org/a") -> tuple[bool, str, float | None]:
    leave = asyncio.run(rules.leave(url))
    return leave.allowed, leave.ground, leave.delay


def test_robots_txt_is_obeyed_for_our_name_before_everybodys() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: tilik\nDisallow: /private\nCrawl-delay: 7\n"
    rules, _ = robots((200, text))

    assert ask(rules) == (True, "robots:allowed", 7.0)
    assert ask(rules, "https://example.org/private/x") == (False, "robots:disallowed", 7.0)


@pytest.mark.parametrize(
    ("answer", "allowed", "ground"),
    [
        ((404, "Disallow: /"), True, "robots:none"),
        ((403, ""), True, "robots:none"),
        ((200, ""), True, "robots:allowed"),
        ((200, "User-agent: *\nDisallow: /"), False, "robots:disallowed"),
        ((429, ""), False, "robots:throttled"),
        ((500, ""), False, "robots:unreachable"),
        ((503, "User-agent: *\nAllow: /"), False, "robots:unreachable"),
        ((302, ""), False, "robots:unreachable"),
        (FetchError("unreachable"), False, "robots:unreachable"),
    ],
)
def test_what_came_instead_of_rules_decides(answer: tuple[int, str] | FetchError, allowed: bool, ground: str) -> None:  # noqa: FBT001
    assert ask(robots(answer)[0])[:2] == (allowed, ground)


def test_robots_txt_is_read_once_an_origin_even_by_many_at_once() -> None:
    rules, asked = robots((200, ""))

    async def many() -> None:
        urls = [f"{origin}/{number}" for origin in ("https://a.example", "http://a.example:8080") for number in "123"]
        await asyncio.gather(*map(rules.leave, urls))

    asyncio.run(many())

    assert sorted(asked) == ["http://a.example:8080/robots.txt", "https://a.example/robots.txt"]


@pytest.mark.parametrize("answer", [(200, "User-agent: *\nDisallow: /"), FetchError("unreachable")])
def test_a_permission_lifts_the_refusal_of_its_host_and_is_named(answer: tuple[int, str] | FetchError) -> None:
    rules, _ = robots(answer, permission("example.org", date(2026, 12, 31)))

    assert ask(rules)[:2] == (True, f"permission:{LETTER}; Kepala Desk; 2026-12-31")
    assert not ask(rules, "https://www.example.org/a")[0]


def test_a_permission_is_not_used_where_none_is_needed() -> None:
    rules, _ = robots((200, ""), permission("example.org", date(2026, 12, 31)))

    assert ask(rules)[1] == "robots:allowed"


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        (datetime(2026, 11, 23, 16, 59, tzinfo=UTC), True),  # 23.59 WIB
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), False),
    ],
)
def test_a_permission_ends_with_its_last_day(now: datetime, allowed: bool) -> None:  # noqa: FBT001
    rules, _ = robots((200, "User-agent: *\nDisallow: /"), permission("example.org", date(2026, 11, 23)), now=now)

    assert ask(rules)[0] == allowed


@pytest.mark.parametrize(
    ("answer", "closes"),
    [
        ((200, "User-agent: *\nDisallow: /u/"), True),
        ((200, "User-agent: *\nDisallow:\nAllow: /"), False),
        ((404, ""), False),
        ((503, ""), True),
    ],
)
def test_scripts_wait_for_robots_txt_only_where_it_closes_something(answer: tuple[int, str], closes: bool) -> None:  # noqa: FBT001
    assert asyncio.run(robots(answer)[0].closes_some("https://example.org/a")) is closes


def test_a_script_may_ask_what_we_may() -> None:
    rules, _ = robots((200, "User-agent: *\nDisallow: /u/"))

    assert asyncio.run(rules.may_ask("https://example.org/t/1/"))
    assert not asyncio.run(rules.may_ask("https://example.org/u/1/"))


def test_a_page_without_leave_is_refused_by_name() -> None:
    rules, _ = robots((500, ""))

    with pytest.raises(RefusedError) as refused:
        asyncio.run(rules.require("https://example.org/a"))

    assert refused.value.code == "robots_refused"
    told = {"url": "https://example.org/a", "ground": "robots:unreachable", "reason": "failed"}
    assert refused.value.fields == told


@given(st.text())
@example("User-agent: *\nCrawl-delay: inf\nDisallow: /%zz*$*")
def test_no_robots_txt_is_so_broken_that_it_stops_us_with_a_bug(text: str) -> None:
    _, ground, _ = ask(robots((200, text))[0])

    assert ground.startswith("robots:")


def turns(pace: Pace, *hosts: str) -> None:
    async def all_at_once() -> None:
        await asyncio.gather(*map(pace.turn, hosts))

    asyncio.run(all_at_once())


@given(st.lists(st.floats(min_value=0, max_value=9), min_size=2, max_size=12))
def test_two_workers_are_never_closer_on_a_host_than_the_gap(work: list[float]) -> None:
    clock = FakeClock()
    pace = Pace(clock, gap=2.0)
    moments: list[datetime] = []

    async def worker(tasks: list[float]) -> None:
        for seconds in tasks:
            await pace.turn("example.org")
            moments.append(clock.now())
            await clock.sleep(seconds)

    async def both() -> None:
        await asyncio.gather(worker(work[::2]), worker(work[1::2]))

    asyncio.run(both())
    moments.sort()

    assert len(moments) == len(work)
    assert all(later - earlier >= timedelta(seconds=2) for earlier, later in pairwise(moments))


def test_other_hosts_do_not_wait() -> None:
    clock = FakeClock()
    pace = Pace(clock, gap=60.0)

    turns(pace, "a.example", "b.example")

    assert clock.now() == NOW


def test_the_longer_of_our_gap_and_the_crawl_delay_counts() -> None:
    clock = FakeClock()
    pace = Pace(clock, gap=2.0)

    async def twice(delay: float) -> timedelta:
        started = clock.now()
        await pace.turn("example.org", delay=delay)
        await pace.turn("example.org", delay=delay)
        return clock.now() - started

    assert asyncio.run(twice(30.0)) == timedelta(seconds=30)
    assert asyncio.run(twice(0.5)) == timedelta(seconds=30 + 2)


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        (None, timedelta(hours=6)),
        ("120", timedelta(seconds=120)),
        (format_datetime(NOW + timedelta(hours=2), usegmt=True), timedelta(hours=2)),
        ("99999999999999999999", DAY),
        ("-5", timedelta(hours=6)),
        ("soon", timedelta(hours=6)),
    ],
)
def test_nothing_is_asked_in_a_pause_and_something_after_it(header: str | None, pause: timedelta) -> None:
    clock = FakeClock()
    pace = Pace(clock, gap=0.0, refused_hours=6)

    until = pace.pause("example.org", "throttled", after=header)

    assert until == NOW + pause
    for moment in (timedelta(0), pause / 2, pause - timedelta(seconds=1)):
        clock.present = NOW + moment
        with pytest.raises(RefusedError) as refused:
            turns(pace, "example.org")
        assert refused.value.code == "host_paused"
        assert refused.value.fields == {"host": "example.org", "until": until, "reason": "throttled"}
    turns(pace, "other.example")
    clock.present = until
    turns(pace, "example.org")


def test_a_later_refusal_never_shortens_a_pause() -> None:
    pace = Pace(FakeClock(), gap=0.0, refused_hours=24)

    pace.pause("example.org", "login_wall")

    assert pace.pause("example.org", "throttled", after="5") == NOW + DAY
    assert pace.states["example.org"].reason == "login_wall"


def test_a_worker_who_waited_does_not_ask_a_host_that_refused_meanwhile() -> None:
    clock = FakeClock()
    pace = Pace(clock, gap=10.0)
    asked: list[str] = []

    async def first() -> None:
        await pace.turn("example.org")
        asked.append("first")
        pace.pause("example.org", "challenge")

    async def second() -> None:
        await pace.turn("example.org")
        asked.append("second")

    async def both() -> list[BaseException | None]:
        return list(await asyncio.gather(first(), second(), return_exceptions=True))

    results = asyncio.run(both())

    assert asked == ["first"]
    assert isinstance(results[1], RefusedError)


def test_what_a_run_learned_holds_in_the_next_one() -> None:
    earlier = Pace(FakeClock(), gap=5.0)
    turns(earlier, "slow.example")
    earlier.pause("example.org", "login_wall")
    clock = FakeClock()

    later = Pace(clock, gap=5.0, hosts=earlier.states)
    turns(later, "slow.example")

    assert clock.now() == NOW + timedelta(seconds=5)
    assert later.paused("example.org") == HostState(blocked_until=NOW + DAY, reason="login_wall")
    assert later.paused("slow.example") is None


@given(st.one_of(st.none(), st.text(), st.from_regex(r"[-+]?[0-9]{1,400}(\.[0-9]*)?")))
@example("Sun, 31 Dec 9999 23:59:59 -2359")
@example("Thu, 01 Jan 0001 00:00:00 +2359")
@example("0")
@example("")
@example("٣")
def test_any_retry_after_is_a_wait_of_at_most_a_day_or_nothing(header: str | None) -> None:
    wait = retry_after(header, NOW)

    assert wait is None or timedelta(0) < wait <= DAY


@given(st.integers(min_value=1, max_value=10**12))
def test_seconds_are_taken_up_to_a_day(seconds: int) -> None:
    assert retry_after(f" {seconds} ", NOW) == timedelta(seconds=min(seconds, 86_400))


@given(st.integers(min_value=-(10**6), max_value=10**6))
def test_a_date_is_taken_when_it_is_to_come(seconds: int) -> None:
    header = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)

    assert retry_after(header, NOW) == (timedelta(seconds=min(seconds, 86_400)) if seconds > 0 else None)


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("desk@example.org", "tilik/0.1 (+mailto:desk@example.org)"),
        ("https://example.org/tilik", "tilik/0.1 (+https://example.org/tilik)"),
        ("Desk (lantai 2), 021-555", "tilik/0.1 (Desk lantai 2, 021-555)"),
        ("a@b.example\r\nCookie: x", "tilik/0.1 (a@b.exampleCookie: x)"),
    ],
)
def test_we_say_who_we_are_and_how_to_reach_us(contact: str, agent: str) -> None:
    assert user_agent("0.1", contact) == agent
