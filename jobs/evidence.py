"""What matches rest on, kept whole: the public page visited once more, the crawl's answer, the signed record.

Files are on the disk before a row points to them. Where there is no page, the reason stands beside what is left.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from core.deeds import Did
from core.errors import FetchError, LayoutError, MissingError, RefusedError
from core.recording import Recording
from core.records import Action, Capability, Capture, Mode, PostRef, VisitState
from evidence import wacz
from evidence.manifest import Crawled, File, Level, Manifest, file, seen, written
from jobs import deeds
from jobs.shown import GONE, instead
from jobs.tools import Tools, Web
from scraper import reader
from scraper.adapter import Adapter, PageRequest
from storage import collecting, judging
from storage import evidence as rows
from storage.database import Session
from storage.evidence import EvidenceRow, Waiting

MOST = 200
NOT_NOW = frozenset({"host_paused", "http_429", "http_503"})
"""Why there is nothing yet: these matches wait for the next run."""
SAYS_NO = ("http_429", "http_503", "login_wall", "challenge", "throttled")
"""After these a host is left alone."""
CAR = "application/vnd.ipld.car"
BEGINS = {b"{": ("answer.json", "application/json"), b"[": ("answer.json", "application/json")}


class Eyes(Web, Protocol):
    """What fetches pages and records them, under the same manners as every other request."""

    async def record(self, url: str) -> Recording:
        """Record a page whole, with its images."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """For how many matches the page was kept, or a record only, and how many pages were missing."""

    pages: int = 0
    records: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """How one visit ended: with a recording and its files, or with a note."""

    recording: Recording | None
    files: tuple[File, ...]
    note: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """What came of asking for the signed record; `told` is what the manifest says of it."""

    file: File | None
    told: Mapping[str, Any] | None
    note: str | None = None


async def run(
    tools: Tools,
    eyes: Eyes,
    *,
    most: int = MOST,
    progress: Callable[[int], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Kept:
    """Keep what matches still lack, the most probable first; a page is visited once for all its matches.

    After `stop` no page is begun: the rest stays waiting.
    """
    keep = tools.settings.evidence.keep
    if keep == "none":
        return Kept()
    with tools.database.read() as session:
        waiting = rows.waiting(session, most, everything=keep == "all")
    kept: list[EvidenceRow] = []
    blind = False
    for number, (url, found) in enumerate(_by_page(waiting).items(), start=1):
        if stop is not None and stop.is_set():
            break
        if blind and url is not None:
            continue
        try:
            visit = await _visit(tools, eyes, found[0])
        except MissingError:
            blind = True  # no browser on this machine: they stay waiting, and `doctor` says so
            continue
        if visit.note in NOT_NOW:
            continue
        kept += await _keep(tools, eyes, found, visit)
        if progress is not None:
            progress(number)
    return _counted(kept)


def _by_page(waiting: Iterable[Waiting]) -> dict[str | None, list[Waiting]]:
    """Put matches together whose post stands on the same page."""
    pages: dict[str | None, list[Waiting]] = {}
    for match in waiting:
        pages.setdefault(match.url, []).append(match)
    return pages


def _counted(kept: Iterable[EvidenceRow]) -> Kept:
    every = list(kept)
    pages = {row.match_id for row in every if row.level == Level.PAGE}
    records = {row.match_id for row in every if row.level == Level.RECORD}
    missing = {row.match_id for row in every if row.note is not None}
    return Kept(pages=len(pages), records=len(records), missing=len(missing))


async def _visit(tools: Tools, eyes: Eyes, match: Waiting) -> _Visit:
    """Visit the page of a match and put what came on the disk; with a note where that is not possible."""
    url = match.url
    if url is None:
        return _Visit(recording=None, files=(), note="no_page", at=tools.clock.now())
    try:
        recording = await eyes.record(url)
    except (FetchError, RefusedError) as error:
        return _Visit(recording=None, files=(), note=error.code, at=tools.clock.now())
    post = PostRef(platform=match.platform, uri=match.post_uri, url=url)
    note = instead(recording, tools.adapters.get(match.platform), post)
    if note in SAYS_NO:
        eyes.pause(url, note, after=recording.headers.get("retry-after"))
    if note is not None:
        return _Visit(recording=None, files=(), note=note, at=recording.captured_at)
    return _Visit(recording=recording, files=_files(tools, recording), note=None, at=recording.captured_at)


def _files(tools: Tools, recording: Recording) -> tuple[File, ...]:
    archive = wacz.wacz(recording, f"tilik/{tools.version}")
    files = (
        ("page.wacz", archive, wacz.MEDIA_TYPE),
        ("page.png", recording.png, "image/png"),
        ("page.html", recording.html, "text/html"),
    )
    return tuple(_put(tools, *one) for one in files)


def _put(tools: Tools, name: str, content: bytes, media_type: str) -> File:
    """Put a file on the disk, and describe it."""
    tools.blobs.keep(content)
    return file(name, content, media_type)


async def _keep(tools: Tools, eyes: Eyes, found: Iterable[Waiting], visit: _Visit) -> list[EvidenceRow]:
    """Keep one page for all its matches, and what proves each of them."""
    kept: list[EvidenceRow] = []
    capture_saved = False
    for match in found:
        proof = await _prove(tools, eyes, match)
        if visit.recording is None and proof.note in NOT_NOW:
            continue
        evidence = list(_rows(tools, match, visit, proof))
        with tools.database.write() as session:
            if visit.recording is not None and not capture_saved:
                shown, png = _capture(visit.recording), visit.files[1].sha256
                collecting.save_capture(session, shown, run_id=None, step="screenshot", blob=png, purpose="picture")
                capture_saved = True
            _note(session, tools, match, visit)
            rows.save(session, evidence, who=tools.who, at=tools.clock.now())
            picture = visit.files[1].sha256 if visit.recording is not None else None
            judging.save_picture(session, match.match_id, blob=picture, note=visit.note)
        kept += evidence
    return kept


def _note(session: Session, tools: Tools, match: Waiting, visit: _Visit) -> None:
    """Tell the record of a written permission under which a page was visited."""
    ground = visit.recording.permission if visit.recording is not None else None
    if ground is not None and ground.startswith("permission:"):
        deeds.write(session, tools, Did.PERMISSION, f"evidence of match {match.match_id}; {ground}")


def _capture(recording: Recording) -> Capture:
    """Describe the picture as what was served for one request."""
    png = file("page.png", recording.png, "image/png")
    return Capture(
        url=recording.url,
        final_url=recording.final_url,
        status=recording.status,
        media_type=png.media_type,
        body=recording.png,
        sha256=png.sha256,
        captured_at=recording.captured_at,
        mode=Mode.AUTO,
        headers=recording.headers,
        permission=recording.permission,
    )


def _rows(tools: Tools, match: Waiting, visit: _Visit, proof: _Proof) -> Iterator[EvidenceRow]:
    """Write the manifests of a match, and give the rows that point to them."""
    answer = _answer(tools, match)
    if visit.recording is not None:
        yield _row(tools, match, visit, proof, files=(*visit.files, *answer))
    if visit.recording is None or proof.file is not None:
        signed = (proof.file,) if proof.file is not None else ()
        without = _Visit(recording=None, files=(), note=visit.note, at=visit.at)
        yield _row(tools, match, without, proof, files=(*answer, *signed))


def _row(tools: Tools, match: Waiting, visit: _Visit, proof: _Proof, *, files: tuple[File, ...]) -> EvidenceRow:
    level = Level.PAGE if visit.recording is not None else Level.RECORD
    manifest = Manifest(
        match=match.match_id,
        level=level,
        platform=match.platform,
        account=match.account,
        action=match.action,
        acted_at=match.acted_at,
        record=match.record_uri,
        post=match.post_uri,
        text_sha256=match.text_sha256,
        crawled=_crawled(match),
        page=seen(visit.recording) if visit.recording is not None else _not_seen(match, visit),
        proof=proof.told,
        made_at=tools.clock.now(),
        tilik=tools.version,
        controller=tools.settings.purpose.controller,
        files=files,
    )
    name = tools.blobs.keep(written(manifest))
    return EvidenceRow(
        match_id=match.match_id, level=level, url=match.url, note=visit.note, manifest=name, captured_at=visit.at
    )


def _not_seen(match: Waiting, visit: _Visit) -> dict[str, Any] | None:
    return {"url": match.url, "asked_at": visit.at, "note": visit.note} if visit.note is not None else None


def _crawled(match: Waiting) -> Crawled | None:
    if match.crawl_url is None or match.crawl_sha256 is None or match.crawl_at is None:
        return None
    return Crawled(
        url=match.crawl_url,
        sha256=match.crawl_sha256,
        captured_at=match.crawl_at,
        mode=match.crawl_mode or "",
        permission=match.crawl_permission,
        original=match.original,
    )


def _answer(tools: Tools, match: Waiting) -> tuple[File, ...]:
    """Keep the reduced answer of the crawl beside the page, where one was kept."""
    if match.crawl_blob is None:
        return ()
    content = tools.blobs.get(match.crawl_blob)
    name, media_type = BEGINS.get(content.lstrip()[:1], ("answer.html", match.crawl_media_type or "text/html"))
    return (_put(tools, name, content, media_type),)


async def _prove(tools: Tools, eyes: Eyes, match: Waiting) -> _Proof:
    """Ask for the record with its author's signature, where the platform has one."""
    request = _question(tools, match)
    if request is None:
        return _Proof(file=None, told=None)
    try:
        capture = await eyes(request)
    except (FetchError, RefusedError, MissingError) as error:
        return _Proof(file=None, told={"url": request.url, "note": error.code}, note=error.code)
    note = _unproven(tools.adapters[match.platform], request, capture)
    if note is not None:
        return _Proof(file=None, told={"url": request.url, "note": note}, note=note)
    told = {"url": capture.final_url, "asked_at": capture.captured_at, "ground": capture.permission}
    return _Proof(file=_put(tools, "record.car", capture.body, capture.media_type or CAR), told=told)


def _unproven(adapter: Adapter, request: PageRequest, capture: Capture) -> str | None:
    """Say why an answer proves nothing; None where the record hangs whole on what its author signed."""
    if capture.status >= 400:
        return GONE.get(capture.status, f"http_{capture.status}")
    try:
        page = reader.read(adapter, request, capture)
    except LayoutError as error:
        return error.code
    return None if page.state is VisitState.OK else page.note or page.state.value


def _question(tools: Tools, match: Waiting) -> PageRequest | None:
    adapter = tools.adapters.get(match.platform)
    if adapter is None or match.record_uri is None:
        return None
    capability = Capability.LIKES if match.action == Action.LIKED else Capability.POSTS
    with tools.database.read() as session:
        bookmark = collecting.bookmark(session, match.account_id, capability)
    return adapter.proof(match.record_uri, bookmark)
