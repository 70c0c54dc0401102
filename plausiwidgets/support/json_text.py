"""JSON of a file or a message from elsewhere."""

from __future__ import annotations

import json
from typing import Any

from plausiwidgets.support.arguments import sentence


def read_json(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    A text that Python cannot read is a ValueError; so is a lone surrogate (half of a character).
    """
    try:
        value = json.loads(text)
    except (RecursionError, ValueError) as error:  # too deep, no JSON or UTF-8, a number of too many digits
        raise ValueError(f"the text must be JSON: {sentence(error)}") from None
    # Half of a character is read, and then cannot be written or printed.
    if (b"\\ud" if isinstance(text, bytes) else "\\ud") in text.lower():  # type: ignore[operator]
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("the text must be JSON: it contains half of a character (a lone surrogate).") from None
    return value
