"""From what a person's browser or file showed to rows: one transaction a file, cut to the watchlist at the door."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.deeds import Did
from core.errors import RefusedError
from core.records import SAW_EVERYTHING, Account, AccountRef, Mode, Post, PostRef, VisitState
from jobs import deeds, findings
from jobs import keep as keeping
from jobs.findings import Findings, Kept, Seen
from jobs.settling import settled
from jobs.sightings import Origin, Sighting, read
from jobs.tools import Tools
from jobs.watchlist import People
from scraper import reader
from scraper.adapter import Page
from storage import collecting, originals, watching
from storage.database import Session

MOST_SINGLE = 100
"""Of a file with more single objects than this no reduced copies are kept: the original has them."""

__all__ = ["Imported", "Origin", "Sighting", "found", "keep", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file changed: rows that are new. `known` says that the same file was brought before."""

    original_id: int
    run_id: int | None
    posts: int
    interactions: int
    looks: int
    known: bool
    findings: Findings


def found(tools: Tools, sightings: Sequence[Sighting]) -> Findings:
    """Say what sightings show of the watchlist, and keep nothing."""
    with tools.database.read() as session:
        people = People.of(watching.watchlist(session))
        return findings.find(settled(session, sightings), people, lambda refs: _stored(session, refs))


def keep(
    tools: Tools,
    sightings: Sequence[Sighting],
    origin: Origin,
    *,
    counts: Mapping[str, object] | None = None,
    beside: Sequence[Origin] = (),
) -> Imported:
    """Keep what a file shows of the watchlist, whole or not at all; a file that tells nothing new changes nothing.

    `counts` are kept with the file's name and hash; `beside` are further files that it names (screenshots).
    Raises RefusedError once the purpose of this installation has ended.
    """
    if tools.today > tools.settings.purpose.ends:
        raise RefusedError("purpose_ended", ends=tools.settings.purpose.ends)
    with tools.database.write() as session:
        known = originals.original_id(session, origin.sha256)
        before = originals.looks_of(session, known) if known is not None else set()
        step = session.begin_nested()
        done = _Keeping(session, tools, origin, counts or {}).run(sightings, beside)
        new = done.looks_kept - before
        if known is not None and not (done.posts or done.acts or new):
            step.rollback()
            return Imported(
                original_id=known, run_id=None, posts=0, interactions=0, looks=0, known=True, findings=done.findings
            )
        step.commit()
        did = Did.CAPTURE if origin.mode is Mode.ATTENDED else Did.IMPORT
        deeds.write(session, tools, did, f"{origin.name} {origin.sha256}; {done.run_id}")
    return Imported(
        original_id=done.original_id,
        run_id=done.run_id,
        posts=done.posts,
        interactions=done.acts,
        looks=len(new),
        known=known is not None,
        findings=done.findings,
    )


def _stored(session: Session, refs: Iterable[PostRef]) -> set[PostRef]:
    asked = list(refs)
    known = collecting.post_ids(session, asked) if asked else {}
    return {ref for ref in asked if ref.uri in known}


def _together(all_kept: Sequence[Kept], origin: Origin) -> Sequence[Kept]:
    """Put very many single objects together: a reduced copy of each would take longer than reading the file again."""
    single = [kept for kept in all_kept if kept.sighting.request.step == "item" and (kept.posts or kept.acts)]
    if len(single) <= MOST_SINGLE:
        return all_kept
    groups: dict[tuple[str, str], list[Kept]] = {}
    for kept in single:
        module = kept.sighting.request.carry.get("module", "")
        groups.setdefault((findings.platform_of(kept.sighting), module), []).append(kept)
    ids = {id(kept) for kept in single}
    return [*(kept for kept in all_kept if id(kept) not in ids), *(_one_of(group, origin) for group in groups.values())]


def _one_of(group: Sequence[Kept], origin: Origin) -> Kept:
    """Make one of many: of what was served the original's hash stands for all of it."""
    last = max(group, key=lambda kept: kept.sighting.capture.captured_at).sighting
    capture = replace(last.capture, body=b"", sha256=origin.sha256, reduced=True)
    return Kept(
        sighting=replace(last, adapter=None, capture=capture, beside=(("objects", str(len(group))),)),
        posts=tuple(post for kept in group for post in kept.posts),
        acts=tuple(act for kept in group for act in kept.acts),
        looks=tuple({id(look): look for kept in group for look in kept.looks}.values()),
    )


@dataclass(slots=True)
class _Keeping:
    """One file on its way into the database."""

    session: Session
    tools: Tools
    origin: Origin
    counts: Mapping[str, object]
    posts: int = 0
    acts: int = 0
    looks_kept: set[tuple[object, ...]] = field(default_factory=set)
    run_id: int = field(init=False)
    original_id: int = field(init=False)
    findings: Findings = field(init=False)
    people: People = field(init=False)

    def run(self, sightings: Sequence[Sighting], beside: Sequence[Origin]) -> "_Keeping":
        """Keep all of it."""
        self.people = People.of(watching.watchlist(self.session))
        self.run_id = deeds.start_run(self.session, self.tools)
        sightings = [self._proven(sighting) for sighting in settled(self.session, sightings)]
        self.findings = findings.find(sightings, self.people, lambda refs: _stored(self.session, refs))
        self.original_id = self._register(self.origin, self.counts)
        for one in beside:
            self._register(one, {})
        for kept in _together(self.findings.kept, self.origin):
            self._one(kept)
        for look in self.findings.looks:
            self._look(look)
        deeds.end_run(self.session, self.tools, self.run_id, "done")
        return self

    def _register(self, origin: Origin, counts: Mapping[str, object]) -> int:
        row = originals.Original(
            run_id=self.run_id,
            name=origin.name,
            sha256=origin.sha256,
            bytes=origin.bytes,
            kind=origin.kind,
            custodian=origin.custodian,
            counts=counts,
            imported_at=self.tools.clock.now(),
        )
        return originals.save_original(self.session, row)

    def _proven(self, sighting: Sighting) -> Sighting:
        """Learn the key that a page proved; of a page that proves somebody else nothing else is kept."""
        proven = sighting.page.account
        named = sighting.request.target.account or proven
        if proven is None or proven.key is None or named is None:
            return sighting
        by_name = replace(proven, key=None, handle=named.handle or proven.handle)
        account = self.people.find(proven) or self.people.find(by_name)
        if account is None:
            return sighting
        if not watching.save_identity(self.session, account, proven, self._at(sighting)):
            target = replace(sighting.request.target, account=account.ref)
            page = Page(state=VisitState.IDENTITY_CHANGED, note=sighting.page.note)
            return replace(sighting, request=replace(sighting.request, target=target), page=page)
        self.people.learn(replace(account, key=proven.key))
        return sighting

    def _watched(self, ref: AccountRef) -> bool:
        return self.people.find(ref) is not None

    def _at(self, sighting: Sighting) -> datetime:
        return min(sighting.capture.captured_at, self.tools.clock.now())

    def _one(self, kept: Kept) -> None:
        looks = [look for look in kept.looks if look.account is not None]
        if not (kept.posts or kept.acts or looks):
            return
        now, owners = self._at(kept.sighting), self.people.owners(self.tools.secret)
        capture_id = self._capture(kept, looks[0].account if looks else None)
        self.posts += collecting.save_posts(self.session, kept.posts, owners, capture_id=capture_id, now=now)
        before = collecting.post_ids(self.session, (act.post for act in kept.acts))
        self.acts += collecting.save_interactions(self.session, kept.acts, owners, capture_id=capture_id, now=now)
        self.posts += len({act.post.uri for act in kept.acts} - before.keys())
        collecting.mark_gone(self.session, kept.sighting.page.gone, now)

    def _capture(self, kept: Kept, account: Account | None) -> int:
        sighting, adapter = kept.sighting, kept.sighting.adapter
        blob = None
        if adapter is not None and sighting.page.state in SAW_EVERYTHING:
            reduced = reader.reduce(adapter, sighting.request, sighting.capture, self._watched)
            blob = self.tools.blobs.put(keeping.packed(reduced)) if reduced is not None else None
        capture = replace(sighting.capture, captured_at=self._at(sighting))
        request = sighting.request
        capture_id = collecting.save_capture(
            self.session, capture, run_id=self.run_id, step=request.step, blob=blob, purpose=self.origin.mode
        )
        asked = {
            "url": request.url,
            "step": request.step,
            "carry": {**request.carry, **dict(sighting.beside)},
            "posts": [{"uri": ref.uri, "url": ref.url} for ref in request.target.posts],
        }
        provenance = originals.Provenance(
            original_id=self.original_id,
            account_id=account.id if account else None,
            capability=request.capability,
            request=asked,
        )
        originals.save_provenance(self.session, capture_id, provenance)
        return capture_id

    def _look(self, look: Seen) -> None:
        """Keep how much was seen of a watched account, or of the likers of its post."""
        account_id = look.account.id if look.account else None
        if account_id is None and look.post is not None:
            account_id = originals.author_of(self.session, look.platform, look.post.uri)
        if account_id is None:
            return
        post_id = self._post(look.post, look) if look.post is not None else None
        row = collecting.VisitRow(
            run_id=self.run_id,
            account_id=account_id,
            post_id=post_id,
            capability=look.capability,
            mode=self.origin.mode,
            state=look.state,
            complete=look.complete,
            seen=look.seen,
            claimed=look.claimed,
            requests=len(look.states),
            note=look.note,
            started_at=min(look.times),
            ended_at=min(max(look.times), self.tools.clock.now()),
        )
        collecting.save_visit(self.session, row)
        self.looks_kept.add((account_id, look.capability, post_id, look.state, look.seen, look.claimed))

    def _post(self, ref: PostRef, look: Seen) -> int:
        """Give the id of the post whose likers were seen; one of a watched account that we did not know is noted."""
        known = collecting.post_ids(self.session, [ref])
        if not known:
            author = look.account.ref if look.account else None
            post = Post(ref=ref, author=author, text=None, posted_at=None)
            owners = self.people.owners(self.tools.secret)
            self.posts += collecting.save_posts(self.session, [post], owners, capture_id=None, now=max(look.times))
            known = collecting.post_ids(self.session, [ref])
        return known[ref.uri]
