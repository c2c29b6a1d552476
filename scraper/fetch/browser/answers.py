"""The JSON answers that a page receives while it is shown, heard over the browser's own protocol.

Playwright would tell of every picture, script and beacon too, in three messages each; these few events cost less.
"""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import CDPSession

from core.errors import FetchError
from core.records import Answered

ASKED_BY = frozenset({"XHR", "Fetch"})


@dataclass(slots=True, kw_only=True)
class _Asked:
    """One question of the page, until its answer has come: True for a whole one, False for one that was taken back."""

    id: str
    url: str
    status: int | None = None
    length: int = 0
    come: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Answers:
    """Takes the JSON answers of a page while it is shown, in the order in which they were asked for."""

    def __init__(self, session: CDPSession, part: str | None, max_bytes: int) -> None:
        self._session = session
        self._part = part
        self._max_bytes = max_bytes
        self._asked: dict[str, _Asked] = {}
        self._taking: list[asyncio.Task[Answered | None]] = []
        self._listeners = {
            "Network.requestWillBeSent": self._on_request,
            "Network.loadingFinished": self._on_finished,
            "Network.loadingFailed": self._on_failed,
        }
        for event, listener in self._listeners.items() if part else ():
            session.on(event, listener)

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
        self._taking, self._asked = [], {}

    def stop(self) -> None:
        """Listen no longer."""
        for event, listener in self._listeners.items() if self._part else ():
            self._session.remove_listener(event, listener)
        self.forget()

    def _on_request(self, event: Mapping[str, Any]) -> None:
        moved = self._asked.pop(event["requestId"], None)
        if moved is not None and not moved.come.done():
            moved.come.set_result(False)  # it was sent elsewhere: that is another question
        url = str(event["request"]["url"])
        if self._part and self._part in url and event.get("type") in ASKED_BY:
            asked = self._asked[event["requestId"]] = _Asked(id=event["requestId"], url=url)
            task = asyncio.ensure_future(self._take(asked))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._taking.append(task)

    def on_response(self, event: Mapping[str, Any]) -> None:
        """Hear what began to come: the tab tells it, which listens to that anyway."""
        asked = self._asked.get(event["requestId"])
        if asked is not None:
            answer = event["response"]
            asked.status = int(answer["status"])
            length = {name.lower(): value for name, value in answer["headers"].items()}.get("content-length", "0")
            asked.length = int(length) if length.isdigit() else 0

    def _on_finished(self, event: Mapping[str, Any]) -> None:
        asked = self._asked.get(event["requestId"])
        if asked is not None and not asked.come.done():
            asked.come.set_result(True)

    def _on_failed(self, event: Mapping[str, Any]) -> None:
        asked = self._asked.get(event["requestId"])
        if asked is None or asked.come.done():
            return
        if asked.status is None or event.get("canceled"):
            asked.come.set_result(False)
        else:
            asked.come.set_exception(FetchError("answer_lost", url=asked.url, reason=event.get("errorText", "")))

    async def _take(self, asked: _Asked) -> Answered | None:
        """Wait for one answer; None where the page took back its question or was sent elsewhere."""
        if not await asked.come or asked.status is None or 300 <= asked.status < 400:
            return None
        body = None
        if asked.length <= self._max_bytes:
            got = await self._session.send("Network.getResponseBody", {"requestId": asked.id})
            body = base64.b64decode(got["body"]) if got["base64Encoded"] else got["body"].encode()
        if body is None or len(body) > self._max_bytes:
            raise FetchError("too_large", url=asked.url, limit=self._max_bytes)
        return Answered(url=asked.url, status=asked.status, body=body)
