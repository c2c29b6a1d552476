"""The page put together: rooms, door, and what they share."""

import secrets
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from core.errors import GateError, InputError, TilikError
from jobs.tools import Tools
from language.failures import told
from review.page import cases, dashboard, entry, learning, office, proofs, queue
from review.page.door import Door
from review.page.show import HERE, page
from review.page.work import Worker


def make(tools: Tools, *, config: Path, port: int) -> Starlette:
    """Make the page for one port of this machine. `app.state.start_key` lets the first person in."""
    hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
    app = Starlette(
        routes=[
            *entry.ROUTES,
            *queue.ROUTES,
            *office.ROUTES,
            *learning.ROUTES,
            *proofs.ROUTES,
            *dashboard.ROUTES,
            *cases.ROUTES,
            Mount("/statis", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(Door, tools=tools, hosts=hosts)],
        exception_handlers={TilikError: _failed, 404: _missing, 500: _broken},
    )
    app.state.tools = tools
    app.state.start_key = secrets.token_urlsafe(24)
    app.state.listed = None
    app.state.worker = Worker(config.resolve(), tools.settings.storage.data / "logs", tools.clock)
    return app


def _failed(request: Request, error: Exception) -> Response:
    """Say what cannot be done, in words; anything else is a mistake of ours and ends in the log."""
    if not isinstance(error, TilikError):
        raise error
    status = 400 if isinstance(error, InputError | GateError) else 503
    return page(request, "failed.html", status=status, problem=told(error))


def _broken(request: Request, _: Exception) -> Response:
    """Say that the mistake is ours; what it is stands in the log, and is never shown to a browser."""
    return page(request, "broken.html", status=500)


def _missing(request: Request, _: Exception) -> Response:
    return page(request, "missing.html", status=404, what=request.url.path)
