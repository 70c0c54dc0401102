"""Frames, which contain a message and its buffer as bytes, for a WebSocket or a pipe to a worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from plausiwidgets.support.json_text import read_json

HEAD = 4
"""Number of bytes of a length, in big-endian order."""


def packed(message: Mapping[str, Any], data: bytes | None = None) -> bytes:
    """Return a frame with the length of the JSON text, the JSON text and the bytes of the buffer."""
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
    """Write a frame to a pipe."""
    pipe.write(len(frame).to_bytes(HEAD, "big") + frame)
    pipe.flush()


def read(pipe: IO[bytes]) -> bytes | None:
    """Return the next frame from a pipe, or None at the end of the pipe."""
    head = pipe.read(HEAD)
    size = int.from_bytes(head, "big")
    frame = pipe.read(size) if len(head) == HEAD else b""
    return frame if len(head) == HEAD and len(frame) == size else None
