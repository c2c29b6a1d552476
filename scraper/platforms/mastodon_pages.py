"""The public pages of a Mastodon-compatible server, for where its API wants a login: h-card, h-feed and h-entry.

GoToSocial writes them today, Mastodon did until 3.5; Mastodon 4, Misskey and Pixelfed serve a page that only a script
fills, which shows nothing. A page never holds everything (replies, boosts, what its owner keeps off the web): it is
`partial`, and "nothing here" is believed only where the page's own count of posts says so too.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from urllib.parse import quote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from pydantic import TypeAdapter

from core.errors import LayoutError
from core.records import AccountRef, Action, ActorBasis, Capture, Interaction, Post, PostRef, VisitState
from scraper.adapter import Keep, Page, PageRequest
from scraper.platforms.answers import moment, refusal, rewritten
from scraper.platforms.microformats import Entry, Marked, Person, Place, marked, soup_of

PLATFORM = "mastodon"
PROFILE, POST = "profile", "page"
STEPS = frozenset({PROFILE, POST})
OLDER = "nav.backnextlinks a.next"
NOTHING = ".nothing-here, .nothinghere"
LIKES = ".detailed-status__favorites, .stats-item[title=Faves] dd"
COUNTER = ".details-counters .counter a.u-uid"
STATS = "dl.accountstats dt"
END = b"</html>"
LOGIN = "input[type=password]"
SHELL = "noscript"
SCRIPTED = 300
"""A page that says less than this beside its scripts says nothing."""
NEWEST = 10
PINNED = 5
BARE = "article.status:not(.h-entry)"
"""A post of GoToSocial's thread page: its fields are marked, the post itself is not."""
AUTHOR = "address > a[rel~=author]:not(.h-card)"
NAMED = re.compile(r"^/(?:@|users/|u/|profile/)([\w.-]+)(?:@([\w.:-]+))?/?$")
LOCAL = re.compile(r"^/@([\w.-]+)/(?:statuses/)?([0-9A-Za-z]+)/?$")
Name = Callable[[str, str | None], PostRef]
"""Makes the name of a post from its URI and its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows, and all that is kept of one: `state` is set where it is no page of posts at all."""

    found: Marked = field(default_factory=Marked)
    state: VisitState | None = None
    note: str | None = None
    nothing: bool = False
    count: int | None = None
    likes: tuple[int | None, ...] = ()


_SHOWN = TypeAdapter(Shown)


def uri_of(url: str) -> str:
    """Name a post by the URI that its server gives it, where the address of its page tells it; else by that address."""
    parts = urlsplit(url)
    found = LOCAL.match(parts.path)
    return f"{parts.scheme}://{parts.netloc}/users/{found[1]}/statuses/{found[2]}" if found else url


def read(request: PageRequest, capture: Capture, name: Name) -> Page:
    """Read a profile or the page of a post; LayoutError where it is neither that nor known to be none."""
    if (page := refusal(capture)) is not None:
        gone = request.step == POST and page.state is VisitState.NOT_FOUND
        return replace(page, gone=request.target.posts if gone else ())
    shown = _shown(request, capture)
    if shown.state is not None:
        return Page(state=shown.state, note=shown.note)
    return (_profile if request.step == PROFILE else _post_page)(_Reading(request, name), shown)


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Keep what was read, without people whom nobody watches and without what only they said."""
    if capture.status != 200:
        return capture
    shown, reading = _shown(request, capture), _Reading(request, _no_name)
    owner = reading.owner(shown)
    if request.step == PROFILE and not keep(owner):
        return rewritten(capture, asdict(Shown(state=VisitState.GATED)))

    def kept(person: Person) -> Person:
        return person if keep(reading.account(person)) else Person()

    def cut(entry: Entry) -> Entry:
        author = reading.author(entry, owner)
        mine, passed_on = author is not None and keep(author), author not in (None, owner)
        if not reading.asked_for(entry) and not (mine and request.step == POST):
            return Entry(place=entry.place)
        return replace(
            entry,
            title=None,
            place=Place.CITED if passed_on and request.step == PROFILE else entry.place,
            author=entry.author if mine else None,
            liked_by=tuple(map(kept, entry.liked_by)),
            reposted_by=tuple(map(kept, entry.reposted_by)),
        )

    entries = tuple(map(cut, shown.found.entries))
    found = replace(shown.found, entries=entries)
    if request.step == POST:
        found = replace(found, card=None, actor=None)
    return rewritten(capture, asdict(replace(shown, found=found)))


def _no_name(uri: str, url: str | None) -> PostRef:
    return PostRef(platform=PLATFORM, uri=uri, url=url)


def public_address(request: PageRequest) -> str:
    """Give the address under which the world knows a page, wherever the settings say that its server stands."""
    parts = urlsplit(request.url)
    return f"https://{request.carry['host']}{parts.path}{'?' if parts.query else ''}{parts.query}"


def _shown(request: PageRequest, capture: Capture) -> Shown:
    if capture.reduced:
        return _SHOWN.validate_python(json.loads(capture.body))
    if capture.status != 200 or not capture.body.rstrip().lower().endswith(END):
        raise LayoutError("layout_changed", url=capture.url, missing="the end of the page")
    soup, address = soup_of(capture), public_address(request)
    _mark(soup)
    found = marked(soup, address)
    older = soup.select_one(OLDER)
    if found.next is None and older is not None and older.get("href"):
        found = replace(found, next=urljoin(address, str(older["href"])))
    nothing = soup.select_one(NOTHING) is not None
    if not (found.feed or found.entries or nothing):
        return _no_page(soup, found, capture)
    if found.stray:
        raise LayoutError("layout_changed", url=capture.url, reason=f"{found.stray[0]} outside of every entry")
    return Shown(
        found=found,
        nothing=nothing,
        count=_posts_counted(soup),
        likes=tuple(_likes(soup, entry) for entry in found.entries),
    )


def _mark(soup: BeautifulSoup) -> None:
    """Write the marks that GoToSocial leaves out: around a post of a thread, and at who wrote it."""
    for post in soup.select(BARE):
        _add_class(post, "h-entry")
    for author in soup.select(AUTHOR):
        _add_class(author, "p-author", "h-card")


def _add_class(element: Tag, *names: str) -> None:
    element["class"] = [*map(str, element.get("class") or ()), *names]


def _no_page(soup: BeautifulSoup, found: Marked, capture: Capture) -> Shown:
    """Tell a login and a page that only a script fills from a page whose form has changed."""
    if soup.select_one(LOGIN) is not None:
        return Shown(state=VisitState.LOGIN_WALL, note="login_needed")
    scripted = soup.select_one(SHELL) is not None and soup.select_one("script") is not None
    for hidden in soup.select("script, style, noscript, template, svg, title"):
        hidden.decompose()
    words = " ".join(soup.get_text(" ").split())
    if scripted and found.card is None and len(words) < SCRIPTED:
        return Shown(state=VisitState.GATED, note="page_by_script")
    raise LayoutError("layout_changed", url=capture.url, missing="h-entry")


def _posts_counted(soup: BeautifulSoup) -> int | None:
    """Give the number of posts as the profile says it."""
    counter = soup.select_one(COUNTER)
    if counter is not None:
        number = counter.select_one(".counter-number")
        return _whole(str(counter.get("title") or (number.get_text() if number is not None else "")))
    for term in soup.select(STATS):
        if term.get_text().strip() == "Posts" and (told := term.find_next_sibling("dd")) is not None:
            return _whole(told.get_text())
    return None


def _likes(soup: BeautifulSoup, entry: Entry) -> int | None:
    """Give the number of likes that stands in an entry; on a page of one post, the only one on the page."""
    within = soup.find(id=entry.element) if entry.element else None
    scope = within if isinstance(within, Tag) else soup if entry.place is Place.ENTRY else None
    counts = scope.select(LIKES) if scope is not None else []
    return _whole(counts[0].get_text()) if len(counts) == 1 else None


def _whole(text: str) -> int | None:
    digits = re.sub(r"[.,\s]", "", text)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else None


class _Reading:
    """One page with the question it answers."""

    def __init__(self, request: PageRequest, name: Name) -> None:
        self.request = request
        self.host = request.carry["host"]
        self.name = name

    def account(self, person: Person) -> AccountRef:
        """Name somebody by the address of their profile, else by what stands there."""
        parts = urlsplit(person.url or "")
        found = NAMED.match(parts.path)
        if found:
            return AccountRef(platform=PLATFORM, handle=f"{found[1]}@{found[2] or parts.netloc}")
        nick = (person.nickname or "").removeprefix("@")
        if re.fullmatch(r"[\w.-]+@[\w.:-]+", nick):
            return AccountRef(platform=PLATFORM, handle=nick)
        return AccountRef(platform=PLATFORM, key=person.url)

    def owner(self, shown: Shown) -> AccountRef:
        """Give whose page was asked for, with the key that a profile proves."""
        wanted = self.request.target.account or AccountRef(platform=PLATFORM)
        actor = shown.found.actor if self.request.step == PROFILE else None
        proven = actor if actor and urlsplit(actor).netloc == self.host else None
        return replace(wanted, key=proven or wanted.key)

    def author(self, entry: Entry, owner: AccountRef) -> AccountRef | None:
        """Say who wrote an entry; of a post of this server its own address says so too."""
        if entry.author is None:
            return None
        told = self.account(entry.author)
        parts = urlsplit(entry.url or "")
        found = LOCAL.match(parts.path)
        if found and parts.netloc == self.host:
            told = replace(told, handle=f"{found[1]}@{parts.netloc}")
        return owner if _same(told, owner) else told

    def asked_for(self, entry: Entry) -> bool:
        """Say whether an entry is what the page was opened for: a post of the profile, or the one post."""
        if self.request.step == PROFILE:
            return entry.place in {Place.ENTRY, Place.CITED}
        wanted = self.request.target.posts[0].uri
        return entry.url is not None and uri_of(entry.url) in {wanted, uri_of(wanted)}

    def post(self, entry: Entry, author: AccountRef | None, likes: int | None) -> Post:
        """Make the record of an entry, or of what it passes on."""
        address = entry.repost_of or entry.url
        if address is None:
            raise LayoutError("layout_changed", url=self.request.url, missing="url")
        text = "\n".join(filter(None, [entry.summary, entry.content]))
        return Post(
            ref=self.name(uri_of(address), address),
            author=None if entry.repost_of else author,
            text=text,
            posted_at=None if entry.repost_of else moment(entry.published),
            edited_at=moment(entry.updated),
            likes=likes,
            pictures=entry.photos,
        )


def _same(one: AccountRef, other: AccountRef) -> bool:
    names = [(ref.handle or "").casefold() for ref in (one, other)]
    return names[0] == names[1] != "" or (one.key is not None and one.key == other.key)


def _profile(reading: _Reading, shown: Shown) -> Page:
    request, found = reading.request, shown.found
    owner, wanted = reading.owner(shown), request.target.account
    if wanted and wanted.key not in (None, owner.key):
        return Page(state=VisitState.IDENTITY_CHANGED, account=owner, note=f"{wanted.key} → {owner.key}")
    if found.card is not None and not _same(reading.account(found.card), owner):
        raise LayoutError("layout_changed", url=request.url, reason="another account's page")
    proven = owner if owner.key is not None else None
    if not found.entries:
        return replace(_no_posts(request, shown), account=proven)
    rows = [
        (entry, reading.author(entry, owner), likes)
        for entry, likes in zip(found.entries, shown.likes, strict=True)
        if reading.asked_for(entry)
    ]
    if all(entry.content is None for entry, *_ in rows):
        raise LayoutError("layout_changed", url=request.url, missing="content")
    posts = tuple(reading.post(*row) for row in rows)
    acts = tuple(_act(owner, *row[:2], post) for row, post in zip(rows, posts, strict=True))
    page = Page(state=VisitState.OK, account=proven, posts=posts, interactions=acts, seen=len(posts), partial=True)
    return _onward(request, shown, page)


def _act(owner: AccountRef, entry: Entry, author: AccountRef | None, post: Post) -> Interaction:
    """Say what the account did: of what it passed on the page tells the post's time, not the act's."""
    others = entry.place is Place.CITED or author not in (None, owner)
    passed_on = others or entry.repost_of is not None
    return Interaction(
        actor=owner,
        action=Action.REPOSTED if passed_on else Action.POSTED,
        post=post.ref,
        acted_at=None if others else moment(entry.published),
        record_uri=None if others or entry.url is None else uri_of(entry.url),
        basis=ActorBasis.ID if owner.key is not None else ActorBasis.HANDLE,
    )


def _no_posts(request: PageRequest, shown: Shown) -> Page:
    """Say that there is nothing only where the page says so twice; else its owner may keep posts off the web."""
    if not shown.nothing:
        raise LayoutError("layout_changed", url=request.url, missing="h-entry")
    if shown.count == 0:
        return Page(state=VisitState.EMPTY)
    return Page(state=VisitState.GATED, note="posts_not_on_page")


def _onward(request: PageRequest, shown: Shown, page: Page) -> Page:
    """Add the next, older page, or with the last one the bookmark: the newest posts, so that a visit knows them."""
    ids = [quote(post.ref.uri, safe=":/?=&@") for post in page.posts]
    known = set((request.target.bookmark or {}).get("newest", "").split())
    newest = request.carry.get("newest", " ".join(ids[:NEWEST]))
    if known and "newest" not in request.carry and known.issuperset(ids[:NEWEST]):
        return replace(page, state=VisitState.UNCHANGED, bookmark={"newest": newest})
    older = urlsplit(shown.found.next or "")
    if older.netloc == request.carry["host"] and known.isdisjoint(ids[PINNED:]):
        here = urlsplit(request.url)
        url = here._replace(path=older.path, query=older.query, fragment="").geturl()
        if url != request.url:
            return replace(page, following=(replace(request, url=url, carry={**request.carry, "newest": newest}),))
    return replace(page, bookmark={"newest": newest})


def _post_page(reading: _Reading, shown: Shown) -> Page:
    """Read the post that was asked for, who liked it where the page names them, and what others wrote around it."""
    request, (wanted,) = reading.request, reading.request.target.posts
    owner, found, around = reading.owner(shown), None, list[tuple[AccountRef, Post]]()
    for entry, likes in zip(shown.found.entries, shown.likes, strict=True):
        author = reading.author(entry, owner)
        if reading.asked_for(entry):
            if entry.content is None and not entry.photos:
                raise LayoutError("layout_changed", url=request.url, missing="content")
            post = replace(reading.post(entry, author, likes), ref=wanted)
            found = _likers(entry, post, tuple(_reactions(reading, entry, wanted)))
        elif author is not None and entry.url is not None and entry.repost_of is None:
            around.append((author, reading.post(entry, author, likes)))
    if found is None:
        raise LayoutError("layout_changed", url=request.url, missing="the post")
    posts = (*found.posts, *(post for _, post in around))
    return replace(found, posts=posts, interactions=(*found.interactions, *(_wrote(*one) for one in around)))


def _wrote(author: AccountRef, post: Post) -> Interaction:
    return Interaction(
        actor=author,
        action=Action.POSTED,
        post=post.ref,
        acted_at=post.posted_at,
        record_uri=post.ref.uri,
        basis=ActorBasis.HANDLE,
    )


def _reactions(reading: _Reading, entry: Entry, post: PostRef) -> list[Interaction]:
    named = [(Action.LIKED, one) for one in entry.liked_by] + [(Action.REPOSTED, one) for one in entry.reposted_by]
    return [
        Interaction(actor=reading.account(person), action=action, post=post, acted_at=None, basis=ActorBasis.HANDLE)
        for action, person in named
        if person != Person()
    ]


def _likers(entry: Entry, post: Post, acts: tuple[Interaction, ...]) -> Page:
    """Count who is named against the number that stands there; a page that names nobody hides them."""
    seen = len(entry.liked_by)
    page = Page(state=VisitState.OK, posts=(post,), interactions=acts, seen=seen, claimed=post.likes)
    if seen:
        return replace(page, partial=post.likes is None or seen < post.likes)
    if post.likes == 0:
        return replace(page, state=VisitState.EMPTY)
    return replace(page, state=VisitState.GATED, note="likers_hidden")
