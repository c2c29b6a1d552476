"""Pictures and files of evidence, and files to take along: each one given out is remembered."""

import re
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from core.deeds import Did
from core.errors import TilikError
from jobs.verifying import held
from review.ids import read_id
from review.outgoing import export
from review.page.desk import acting, note, tools_of
from review.page.show import page
from storage import answering

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp"})
SANDBOX = {"content-security-policy": "default-src 'none'; sandbox"}
"""No file that came from outside runs or loads anything, even where a browser opens it."""
SAFE_NAME = re.compile(r"[^\w.-]+")


def picture(request: Request) -> Response:
    """Show the picture of the page that a match rests on."""
    match_id, tools = read_id(request.path_params["id"]), tools_of(request)
    with tools.database.read() as session:
        item = answering.review_item(session, match_id) if match_id else None
    if item is None or item.screenshot is None:
        return page(request, "missing.html", status=404, what=request.path_params["id"])
    try:
        content = tools.blobs.get(item.screenshot)
    except TilikError:
        return page(request, "missing.html", status=404, what=item.screenshot)
    return Response(content, media_type="image/png", headers=SANDBOX | {"cache-control": "private, max-age=3600"})


def proof(request: Request) -> Response:
    """Give out one file of the evidence: a picture to look at, anything else to save."""
    match_id, tools, digest = read_id(request.path_params["id"]), tools_of(request), request.path_params["sha256"]
    kept = held(tools, match_id) if match_id else []
    files = [file for one in kept for file in (one.manifest or {}).get("files", ())]
    file = next((one for one in files if one["sha256"] == digest), None)
    if file is None:
        return page(request, "missing.html", status=404, what=digest)
    try:
        content = tools.blobs.get(digest)
    except TilikError:
        return page(request, "missing.html", status=404, what=digest)
    note(request, Did.EVIDENCE, f"{request.path_params['id']} {digest}")
    kind = file["media_type"] if file["media_type"] in SHOWN else "application/octet-stream"
    name = SAFE_NAME.sub("_", Path(file["name"]).name) or digest
    how = "inline" if kind in SHOWN else "attachment"
    return Response(content, media_type=kind, headers=SANDBOX | {"content-disposition": f'{how}; filename="{name}"'})


async def take_along(request: Request) -> Response:
    """Write the matches that wait into a review file, and give it out."""
    return await run_in_threadpool(_take_along, request)


def _take_along(request: Request) -> Response:
    tools = tools_of(request)
    now = tools.clock.now()
    path = tools.settings.review.exports / f"tinjau-{now:%Y%m%d-%H%M%S}.csv"
    export(acting(request), path)
    return FileResponse(path, filename=path.name, media_type="text/csv; charset=utf-8", headers=SANDBOX)


ROUTES = [
    Route("/gambar/{id}.png", picture),
    Route("/bukti/{id}/{sha256}", proof),
    Route("/ekspor", take_along, methods=["POST"]),
]
