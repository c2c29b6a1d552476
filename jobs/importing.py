"""Files that people bring: each one read whole, cut to the watchlist, and kept or not kept as one."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.errors import InputError, Problem, TilikError
from core.files import digest
from core.records import (
    AccountRef,
    Action,
    ActorBasis,
    Capability,
    Capture,
    Exchange,
    Interaction,
    Mode,
    Post,
    PostRef,
    VisitState,
)
from jobs import exchanges, sightings
from jobs.exchanges import Imported
from jobs.findings import Findings
from jobs.sightings import Origin, Sighting
from jobs.tools import Tools
from scraper import bounds, reader
from scraper.adapter import Page, PageRequest, Target
from scraper.apart import Apart
from scraper.captures.entries import Content, Item, Liked, Observed
from storage import originals

OWNER_UNKNOWN = "owner_unknown"
WARNINGS = (OWNER_UNKNOWN,)
MOST = f"{bounds.MOST_BYTES // 1_000_000} MB"
NOTHING_HERE = "not_ours"
MADE_BY_SYSTEMS = frozenset({"Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a person wants files to be read."""

    dry_run: bool = False
    custodian: str | None = None
    owner: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of one file: its findings, or the error that made it unusable."""

    path: Path
    kind: str | None = None
    sha256: str | None = None
    entries: int = 0
    recognised: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    findings: Findings | None = None
    stored: Imported | None = None
    error: TilikError | None = None
    warnings: tuple[str, ...] = ()


def files(paths: Iterable[Path]) -> list[Path]:
    """List the files that are meant: a folder stands for the files in it, hidden ones left out."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file())
            found += [one for one in inside if not _hidden(one.relative_to(path))]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _hidden(path: Path) -> bool:
    return path.name in MADE_BY_SYSTEMS or any(part.startswith((".", "~$")) for part in path.parts)


def run(tools: Tools, paths: Sequence[Path], wishes: Wishes) -> Iterator[Done]:
    """Read files one after the other; one that cannot be used leaves the others alone, and nothing of itself."""
    beside = _screenshots(paths)
    with Apart() as apart:
        for path in paths:
            if path.resolve() not in beside:
                try:
                    yield one(tools, path, wishes, apart)
                except InputError as error:
                    yield Done(path=path, error=error)


def _screenshots(paths: Sequence[Path]) -> set[Path]:
    """Name the pictures that lie beside a table of observations: they are no files of their own."""
    endings = {".png", ".jpg", ".jpeg", ".webp"}
    tables = {path.parent.resolve() for path in paths if path.suffix.lower() == ".csv"}
    return {path.resolve() for path in paths if path.suffix.lower() in endings and _under(path.resolve(), tables)}


def _under(path: Path, folders: set[Path]) -> bool:
    return any(folder in path.parents for folder in folders)


def one(tools: Tools, path: Path, wishes: Wishes, apart: Apart) -> Done:
    """Read one file. Raises InputError where it cannot be used; then nothing of it was kept."""
    zone = ZoneInfo(tools.settings.schedule.timezone)
    content = apart.open_file(path, otherwise=_changed(path, tools), zone=zone, url=wishes.url)
    reading = _Reading(tools, path, content, wishes.owner or content.owner, apart)
    if content.platform is not None and reading.owner is None and not wishes.dry_run:
        raise InputError("import_owner_missing", path=path.name, platform=content.platform)
    seen = reading.all()
    body = path.read_bytes()
    done = Done(
        path=path,
        kind=content.kind,
        sha256=hashlib.sha256(body).hexdigest(),
        entries=len(content.entries) + sum(content.skipped.values()),
        recognised=reading.recognised,
        skipped=dict(Counter(content.skipped) + reading.skipped),
        warnings=tuple(reading.warnings),
    )
    if wishes.dry_run:
        return replace(done, findings=exchanges.found(tools, seen))
    custodian = wishes.custodian or tools.settings.imports.custodian
    origin = _origin(path, body, content.kind, custodian)
    counts = {"entries": done.entries, "recognised": done.recognised, "skipped": done.skipped}
    beside = [_origin(shot, shot.read_bytes(), "screenshot", custodian) for shot in reading.screenshots]
    stored = exchanges.keep(tools, seen, origin, counts=counts, beside=beside)
    return replace(done, findings=stored.findings, stored=stored)


def _changed(path: Path, tools: Tools) -> datetime:
    """Say when a file was written, for entries that tell no time of their own."""
    now = tools.clock.now()
    try:
        return min(datetime.fromtimestamp(path.stat().st_mtime, tz=UTC), now)
    except (OSError, OverflowError, ValueError):
        return now


def _origin(path: Path, body: bytes, kind: str, custodian: str | None) -> Origin:
    return Origin(
        kind=kind,
        name=path.name,
        sha256=hashlib.sha256(body).hexdigest(),
        bytes=len(body),
        custodian=custodian,
        mode=Mode.IMPORT,
    )


@dataclass(slots=True)
class _Reading:
    """One file's entries on their way to sightings."""

    tools: Tools
    path: Path
    content: Content
    owner: str | None
    apart: Apart
    recognised: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    screenshots: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def all(self) -> list[Sighting]:
        """Read every entry; InputError `observations_invalid` where a row names a post that nobody knows."""
        found: list[Sighting] = []
        liked: list[Liked] = []
        for entry in self.content.entries:
            if isinstance(entry, Liked):
                liked.append(entry)
                continue
            seen = self._one(entry)
            if seen is None:
                self.skipped[NOTHING_HERE] += 1
            else:
                self.recognised += 1
                found.append(seen)
        if self.problems:
            count = len(self.problems)
            raise InputError("observations_invalid", problems=self.problems, path=self.path.name, count=count)
        return [*found, *self._export(liked)]

    def _one(self, entry: Exchange | Item | Observed) -> Sighting | None:
        if isinstance(entry, Exchange):
            return self._within_bounds(sightings.read(self.tools, entry, Mode.IMPORT, self.apart))
        return self._item(entry) if isinstance(entry, Item) else self._observed(entry)

    def _within_bounds(self, seen: Sighting | None) -> Sighting | None:
        """Refuse the whole file for one page that is out of bounds: whoever made it meant harm."""
        name = self.path.name
        match seen.page.note if seen is not None else None:
            case "page_too_large":
                raise InputError("import_too_large", path=name, most=MOST)
            case "page_too_deep":
                raise InputError("import_too_deep", path=name)
            case "page_too_full":
                raise InputError("import_too_full", path=name)
            case "page_too_costly":
                raise InputError("import_too_costly", path=name)
        return seen

    def _item(self, item: Item) -> Sighting | None:
        adapter = self.tools.adapters.get(item.platform)
        if adapter is None:
            return None
        request = PageRequest(
            target=Target(mode=Mode.IMPORT),
            capability=Capability.CONTENT if "comments" in item.module else Capability.POSTS,
            url=item.url,
            step="item",
            carry={"module": item.module},
        )
        exchange = Exchange(
            url=item.url,
            method="GET",
            asked=None,
            status=200,
            media_type="application/json",
            body=item.body,
            at=item.at,
        )
        return sightings.of(adapter, request, replace(sightings.captured(exchange, Mode.IMPORT), sha256=item.sha256))

    def _located(self, url: str) -> PostRef | None:
        for adapter in reversed(list(self.tools.adapters.values())):  # those that live on any host last
            found = reader.locate(adapter, url)
            if isinstance(found, PostRef):
                return found
        return None

    def _observed(self, seen: Observed) -> Sighting | None:
        post = self._located(seen.url)
        if post is None:
            self.problems.append(
                Problem(code="post_unknown", where=self.path.name, row=seen.row, column="post url", value=seen.url[:80])
            )
            return None
        acts = tuple(
            Interaction(
                actor=AccountRef(platform=post.platform, handle=handle),
                action=Action(seen.action),
                post=post,
                acted_at=None,
                basis=ActorBasis.SEEN,
            )
            for handle in dict.fromkeys(seen.handles)
        )
        beside = [("row", str(seen.row)), ("witness", seen.witness)]
        if seen.screenshot is not None:
            self.screenshots.append(seen.screenshot)
            digest = hashlib.sha256(seen.screenshot.read_bytes()).hexdigest()
            beside += [("screenshot", seen.screenshot.name), ("screenshot_sha256", digest)]
        request = PageRequest(
            target=Target(posts=(post,), mode=Mode.IMPORT),
            capability=Capability.LIKERS,
            url=post.url or post.uri,
            step="observation",
        )
        page = Page(state=VisitState.OK, interactions=acts, seen=len(acts))
        capture = self._capture(request.url, seen.seen_at, "text/csv")
        return Sighting(adapter=None, request=request, capture=capture, page=page, beside=tuple(beside))

    def _capture(self, url: str, at: datetime, media_type: str) -> Capture:
        """Stand for a row of the file: of its bytes the original's hash is what is kept."""
        return Capture(
            url=url,
            final_url=url,
            status=200,
            media_type=media_type,
            body=b"",
            sha256=hashlib.sha256(self.path.read_bytes()).hexdigest(),
            captured_at=at,
            mode=Mode.IMPORT,
            reduced=True,
        )

    def _export(self, liked: Sequence[Liked]) -> list[Sighting]:
        """Put an owner's likes together: what one account liked, as its own platform says."""
        platform = self.content.platform
        if not liked or platform is None:
            return []
        if self.owner is None:
            self.warnings.append(OWNER_UNKNOWN)
        owner = AccountRef(platform=platform, handle=self.owner.removeprefix("@") if self.owner else None)
        posts: dict[str, Post] = {}
        acts: list[Interaction] = []
        for one_liked in liked:
            ref = self._located(one_liked.url)
            if ref is None or ref.platform != platform:
                self.skipped["no_address"] += 1
                continue
            self.recognised += 1
            ref = _nameless(ref)
            posts[ref.uri] = Post(ref=ref, author=None, text=one_liked.text, posted_at=None)
            acts.append(Interaction(actor=owner, action=Action.LIKED, post=ref, acted_at=one_liked.at))
        at = min(_changed(self.path, self.tools), self.tools.clock.now())
        request = PageRequest(
            target=Target(account=owner if self.owner else None, mode=Mode.IMPORT),
            capability=Capability.LIKES,
            url="",
            step="export",
        )
        shown = tuple(acts) if self.owner else ()
        page = Page(state=VisitState.OK, posts=tuple(posts.values()), interactions=shown, seen=len(posts))
        capture = self._capture("", at, "application/json")
        return [Sighting(adapter=None, request=request, capture=capture, page=page)]


def _nameless(ref: PostRef) -> PostRef:
    """Take the author's name out of a Facebook address that knows the post by no number."""
    parts = ref.uri.split("/")
    if ref.platform != "facebook" or "posts" not in parts[4:] or "?" in ref.uri:
        return ref
    uri = "/".join([*parts[:3], "_", *parts[4:]])
    return replace(ref, uri=uri, url=uri)


def of_folder(tools: Tools) -> Iterator[Done]:
    """Read what is new in the watched folder, told by what is in the files; none of them is moved or deleted."""
    folder = tools.settings.imports.folder
    if folder is None or not folder.is_dir():
        return
    with tools.database.read() as session:
        known = originals.known_originals(session)
    new = [path for path in files([folder]) if _digest(path) not in known]
    yield from run(tools, new, Wishes())


def _digest(path: Path) -> str | None:
    try:
        return digest(path)[0]
    except OSError:
        return None
