"""The JSON answers that a page receives while it is shown."""

import asyncio

from playwright.async_api import Page, Request

from core.errors import FetchError
from core.records import Answered


class Answers:
    """Takes the JSON answers of a page while it is shown, in the order in which they were asked for."""

    def __init__(self, page: Page, part: str | None, max_bytes: int) -> None:
        self._page = page
        self._part = part
        self._max_bytes = max_bytes
        self._taking: list[asyncio.Task[Answered | None]] = []
        page.on("request", self._on_request)

    @property
    def taken(self) -> tuple[Answered, ...]:
        """What came; to be read after `drain`. What an endless page asked for since then is not part of the look."""
        come = (task.result() for task in self._taking if task.done())
        return tuple(answer for answer in come if answer is not None)

    async def drain(self) -> bool:
        """Wait until everything that was asked for has come, and say whether there was anything to wait for."""
        waited = False
        while open_tasks := [task for task in self._taking if not task.done()]:
            waited = True
            await asyncio.wait(open_tasks)
        for task in self._taking:
            task.result()
        return waited

    def forget(self) -> None:
        """Drop the answers of a page that was left."""
        for task in self._taking:
            task.cancel()
        self._taking = []

    def stop(self) -> None:
        """Listen no longer."""
        self._page.remove_listener("request", self._on_request)
        self.forget()

    def _on_request(self, request: Request) -> None:
        if self._part and self._part in request.url and request.resource_type in {"xhr", "fetch"}:
            task = asyncio.ensure_future(self._take(request))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._taking.append(task)

    async def _take(self, request: Request) -> Answered | None:
        """Wait for one answer; None where the page took back its question or was sent elsewhere."""
        response = await request.response()
        if response is None or 300 <= response.status < 400:
            return None
        length = response.headers.get("content-length", "0")
        body = None if length.isdigit() and int(length) > self._max_bytes else await response.body()
        if body is None or len(body) > self._max_bytes:
            raise FetchError("too_large", url=request.url, limit=self._max_bytes)
        return Answered(url=request.url, status=response.status, body=body)
