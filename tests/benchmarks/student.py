"""A student at the app, driven by script: what a page sends and waits for, without a browser."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PROTOCOL = "v1.kernel.websocket.jupyter.org"
PATIENCE = 300.0
"""Time in s after which an answer counts as missing."""


class Student:
    """Opens the app, waits for the first trace, and moves a slider of the neuron.

    Attributes
    ----------
    first_trace : float
        Time in s from the request of the page until its first trace and its widgets were there.
    latencies : list of float
        Time in s from each move of a slider until the kernel had judged it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = uuid.uuid4().hex
        self._states: dict[str, dict[str, Any]] = {}
        self._changed = asyncio.Condition()
        self._connection: WebSocketClientConnection
        self._reader: asyncio.Task[None]
        self.first_trace = float("nan")
        self.latencies: list[float] = []

    async def open(self) -> None:
        """Request the page, take the states of its widgets, and show the figure."""
        began = time.monotonic()
        client = AsyncHTTPClient(force_instance=True)
        page = await client.fetch(HTTPRequest(self._url, connect_timeout=PATIENCE, request_timeout=PATIENCE))
        kernel = re.search(r'"kernelId":\s*"([^"]+)"', page.body.decode())[1]
        address = f"{self._url.replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id={self._session}"
        self._connection = await websocket_connect(
            HTTPRequest(address, request_timeout=PATIENCE), subprotocols=[PROTOCOL], max_message_size=2**28
        )
        self._reader = asyncio.create_task(self._read())
        control = uuid.uuid4().hex
        content = {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}}
        await self._send("comm_open", content, {"version": "1.0.0"})
        await self._send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        await self._until(lambda: self._find("about") and self._states[self._find("about")]["about"])
        await self._set(self._find("drawn_number"), _view_count=1, width=900, height=500)
        await self._set(self._find("pages"), pages=1)
        await self._set(self._find("about"), draws=True)
        await self._until(lambda: self._states[self._find("drawn_number")].get("yours"))
        self.first_trace = time.monotonic() - began

    async def move(self, name: str, times: int, pause: float) -> None:
        """Move a slider forth and back, `pause` s after each answer."""
        live = self._find("about")
        slider = self._states[live]["about"]["sliders"][name]["id"]
        for k in range(times):
            before = self._states[live]["shown"]["values"][name]
            now = self._states[slider]["value"]
            began = time.monotonic()
            await self._set(slider, value=now + (7 if k % 2 else -5))
            await self._until(lambda before=before: self._states[live]["shown"]["values"][name] != before)
            self.latencies.append(time.monotonic() - began)
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Leave without a word, as a browser that was killed does: the kernel is culled."""
        self._reader.cancel()
        self._connection.close()

    # -- messages --------------------------------------------------------------------------------

    def _find(self, trait: str) -> str:
        return next((model for model, state in self._states.items() if trait in state), "")

    async def _until(self, condition: Any) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), PATIENCE)

    async def _set(self, model: str, **traits: Any) -> None:
        self._states[model].update(traits)
        await self._send(
            "comm_msg", {"comm_id": model, "data": {"method": "update", "state": traits, "buffer_paths": []}}
        )

    async def _send(self, kind: str, content: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": self._session,
            "date": "2000-01-01T00:00:00Z", "version": "5.3",
        }  # fmt: skip
        message = {"header": header, "parent_header": {}, "metadata": metadata or {}, "content": content}
        packed = serialize_msg_to_ws_v1(message, "shell", lambda part: json.dumps(part).encode())
        await self._connection.write_message(packed, binary=True)

    async def _read(self) -> None:
        while (received := await self._connection.read_message()) is not None:
            _, parts = deserialize_msg_from_ws_v1(received)
            if json.loads(parts[0])["msg_type"] != "comm_msg":
                continue
            content = json.loads(parts[3])
            data = content.get("data", {})
            async with self._changed:
                if data.get("method") == "update_states":
                    self._states |= {model: entry["state"] for model, entry in data["states"].items()}
                elif data.get("method") in ("update", "echo_update"):
                    self._states.setdefault(content["comm_id"], {}).update(data["state"])
                    if "number" in data["state"]:  # a page says that it has drawn what it was sent
                        await self._set(content["comm_id"], drawn_number=data["state"]["number"])
                self._changed.notify_all()
