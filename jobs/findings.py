"""What sightings tell, cut to the watchlist: whose posts and acts are kept, what is only counted, how much was seen."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.records import (
    SAW_EVERYTHING,
    Account,
    AccountRef,
    Action,
    ActorBasis,
    Capability,
    Interaction,
    Post,
    PostRef,
    VisitState,
)
from jobs.sightings import Sighting
from jobs.watchlist import People

Known = Callable[[Iterable[PostRef]], set[PostRef]]
"""Says which of these posts are stored already: then what else they tell is of use."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """One account or post in one direction: everything that the sightings of a file showed of it together."""

    capability: Capability
    platform: str
    post: PostRef | None
    account: Account | None = None
    states: list[VisitState] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    unnamed: int = 0
    claimed: int | None = None
    note: str | None = None
    times: list[datetime] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """How many different entries were seen: one person on two pages of a dialog counts once."""
        return len({self.aliases.get(name, name) for name in self.names}) or self.unnamed

    @property
    def state(self) -> VisitState:
        """What kept us from seeing everything, else whether there was anything."""
        failed = [state for state in self.states if state not in SAW_EVERYTHING]
        if failed and not self.seen:
            return failed[0]
        return VisitState.OK if self.seen else VisitState.EMPTY

    @property
    def complete(self) -> bool:
        """Whether all of it was seen: only a list that says how long it is can prove that."""
        whole = self.claimed is not None and self.seen >= self.claimed
        return whole and all(state in SAW_EVERYTHING for state in self.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Of one sighting: the posts and acts that are stored, and the looks that it belongs to."""

    sighting: Sighting
    posts: tuple[Post, ...]
    acts: tuple[Interaction, ...]
    looks: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a file shows. `posts` are all posts with whether they are kept; people are a number unless watched."""

    kept: tuple[Kept, ...]
    posts: tuple[tuple[Post, bool], ...]
    acts: tuple[Interaction, ...]
    looks: tuple[Seen, ...]
    people_not_watched: int
    states: Counter[VisitState]


def find(sightings: Sequence[Sighting], people: People, known: Known) -> Findings:
    """Cut what was seen to the watchlist."""
    acts = [tuple(_ours(act, people) for act in s.page.interactions if people.find(act.actor)) for s in sightings]
    posts = [post for sighting in sightings for post in sighting.page.posts]
    authors = _authors(posts, people)
    wanted = {(act.post.platform, act.post.uri) for some in acts for act in some} | authors.keys()
    wanted |= {(ref.platform, ref.uri) for ref in known(post.ref for post in posts)}
    looks = _looks(sightings, people, authors)
    kept = []
    for number, (sighting, some) in enumerate(zip(sightings, acts, strict=True)):
        mine = tuple(_named(post, people) for post in sighting.page.posts if _id(post.ref) in wanted)
        kept.append(Kept(sighting=sighting, posts=mine, acts=some, looks=tuple(looks[number])))
    each = {id(look): look for some in looks for look in some}
    return Findings(
        kept=tuple(kept),
        posts=tuple((post, _id(post.ref) in wanted) for post in _once(posts, people)),
        acts=tuple({(a.actor, a.action, _id(a.post)): a for some in acts for a in some}.values()),
        looks=tuple(each.values()),
        people_not_watched=_others(sightings, people),
        states=Counter(sighting.page.state for sighting in sightings),
    )


def _id(ref: PostRef) -> tuple[str, str]:
    return ref.platform, ref.uri


def _ours(act: Interaction, people: People) -> Interaction:
    """Name the actor as the watchlist does; where its key was never proven, the handle is all that ties them."""
    account = people.find(act.actor)
    assert account is not None  # noqa: S101  (the caller looked)
    by_key = account.key is not None and account.key == act.actor.key
    basis = act.basis if by_key or act.basis is not ActorBasis.ID else ActorBasis.HANDLE
    return replace(act, actor=account.ref, basis=basis, post=act.post)


def _named(post: Post, people: People) -> Post:
    return replace(post, ref=without_author(post, people))


def without_author(post: Post, people: People) -> PostRef:
    """Give a post's address without the name of an author whom nobody watches."""
    author = post.author
    if author is None or people.find(author) is not None or not post.ref.url:
        return post.ref
    named = [name.removeprefix("@").casefold() for name in (author.handle, author.key) if name]
    parts = [part.removeprefix("@").casefold() for part in post.ref.url.split("/")]
    return replace(post.ref, url=None) if any(name in parts for name in named) else post.ref


def _authors(posts: Iterable[Post], people: People) -> dict[tuple[str, str], Account]:
    found = ((_id(post.ref), people.find(post.author)) for post in posts if post.author)
    return {name: account for name, account in found if account is not None}


def _once(posts: Iterable[Post], people: People) -> list[Post]:
    """Give each post once: the sight of it that tells its text."""
    found: dict[tuple[str, str], Post] = {}
    for post in posts:
        before = found.get(_id(post.ref))
        if before is None or (before.text is None and post.text is not None):
            found[_id(post.ref)] = _named(post, people)
    return list(found.values())


def _others(sightings: Iterable[Sighting], people: People) -> int:
    seen: set[tuple[str, str]] = set()
    for sighting in sightings:
        actors = [act.actor for act in sighting.page.interactions]
        authors = [post.author for post in sighting.page.posts if post.author]
        seen.update((ref.platform, _name(ref)) for ref in (*actors, *authors) if people.find(ref) is None)
    return len(seen)


def _name(ref: AccountRef) -> str:
    return ref.key or (ref.handle or "").removeprefix("@").casefold()


Authors = dict[tuple[str, str], Account]


def _looks(sightings: Sequence[Sighting], people: People, authors: Authors) -> list[list[Seen]]:
    """Gather what belongs together: all pages of one list of likers, all pages of one account."""
    together: dict[tuple[Capability, str, object], Seen] = {}
    return [_looks_of(sighting, people, authors, together) for sighting in sightings]


def _looks_of(
    sighting: Sighting, people: People, authors: Authors, together: dict[tuple[Capability, str, object], Seen]
) -> list[Seen]:
    target, capability = sighting.request.target, sighting.request.capability
    platform = platform_of(sighting)
    named = people.find(target.account) if target.account else None
    named = named or (people.find(sighting.page.account) if sighting.page.account else None)
    found: list[Seen] = []
    if capability is Capability.LIKERS:
        for post in target.posts:
            look = Seen(capability=capability, platform=platform, post=post)
            look = together.setdefault((capability, *_id(post)), look)
            look.account = look.account or named or authors.get(_id(post))
            found.append(look)
    elif capability is not Capability.CONTENT:
        writers = [authors[_id(post.ref)] for post in sighting.page.posts if _id(post.ref) in authors]
        for account in [named] if named else list({one.id: one for one in writers}.values()):
            look = Seen(capability=capability, platform=platform, post=None, account=account)
            found.append(together.setdefault((capability, platform, account.id), look))
    for look in found:
        _add(look, sighting)
    return found


def platform_of(sighting: Sighting) -> str:
    """Name the platform of a sighting."""
    if sighting.adapter is not None:
        return sighting.adapter.platform
    target = sighting.request.target
    if target.account is not None:
        return target.account.platform
    refs = [*target.posts, *(post.ref for post in sighting.page.posts)]
    return refs[0].platform if refs else ""


def _add(look: Seen, sighting: Sighting) -> None:
    page = sighting.page
    look.states.append(page.state)
    look.times.append(sighting.capture.captured_at)
    look.unnamed = max(look.unnamed, page.seen)
    look.note = page.note or look.note
    if page.claimed is not None:
        look.claimed = max(page.claimed, look.claimed or 0)
    if look.capability is Capability.POSTS:
        account = look.account
        look.names.update(post.ref.uri for post in page.posts if account is None or _wrote(account, post))
        return
    for act in page.interactions:
        if look.capability is Capability.LIKES:
            look.names.add(act.post.uri)
        elif act.action is not Action.POSTED and (look.post is None or act.post.uri == look.post.uri):
            _add_person(look, act.actor)


def _add_person(look: Seen, actor: AccountRef) -> None:
    """Count a person once, whether one page told the key and another the handle only."""
    handle = (actor.handle or "").removeprefix("@").casefold()
    name = actor.key or handle
    if actor.key and handle:
        look.aliases[handle] = actor.key
    if name:
        look.names.add(name)


def _wrote(account: Account, post: Post) -> bool:
    author = post.author
    if author is None:
        return True
    if account.key is not None and author.key is not None:
        return account.key == author.key
    return (author.handle or "").removeprefix("@").casefold() == account.handle.casefold()
