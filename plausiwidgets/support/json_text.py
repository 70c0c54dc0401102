"""JSON of a file or a message from elsewhere."""

from __future__ import annotations

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Whatever Python cannot take of it is a ValueError, half of a character too.
    """
    try:
        value = json.loads(text)
    except (RecursionError, ValueError) as error:  # too deep, no JSON or UTF-8, a number of too many digits
        raise ValueError(f"it is not JSON: {error}") from None
    # Half of a character is read, and then cannot be written or printed.
    if (b"\\ud" if isinstance(text, bytes) else "\\ud") in text.lower():  # type: ignore[operator]
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("it is not JSON: a text has half of a character (a lone surrogate)") from None
    return value
