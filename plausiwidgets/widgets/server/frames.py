"""Messages with a buffer as bytes, for a WebSocket, and between the server and its workers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from plausiwidgets.support.json_text import read_json

HEAD = 4
"""Number of bytes of a length, highest byte first."""


def packed(message: Mapping[str, Any], data: bytes | None = None) -> bytes:
    """Return the length of the JSON, the JSON, and the bytes of the buffer.

    Examples
    --------
    >>> unpacked(packed({"a": 1}, b"xyz"))
    ({'a': 1}, b'xyz')
    """
    text = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    return b"".join((len(text).to_bytes(HEAD, "big"), text, data or b""))


def unpacked(frame: bytes) -> tuple[Any, bytes]:
    """Return the message and the buffer of a frame.

    Raises
    ------
    ValueError
        If the bytes are not a frame.
    """
    size = int.from_bytes(frame[:HEAD], "big")
    if len(frame) < HEAD or size > len(frame) - HEAD:
        raise ValueError("the length of the JSON text must be within the frame.")
    return read_json(frame[HEAD : HEAD + size]), frame[HEAD + size :]


def write(pipe: IO[bytes], frame: bytes) -> None:
    """Write a frame into a pipe."""
    pipe.write(len(frame).to_bytes(HEAD, "big") + frame)
    pipe.flush()


def read(pipe: IO[bytes]) -> bytes | None:
    """Return the next frame from a pipe; None at its end."""
    head = pipe.read(HEAD)
    size = int.from_bytes(head, "big")
    frame = pipe.read(size) if len(head) == HEAD else b""
    return frame if len(head) == HEAD and len(frame) == size else None
