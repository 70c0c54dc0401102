"""Reading of JSON from files and messages that other programs have written."""

from __future__ import annotations

import json
from typing import Any

from plausiwidgets.support.arguments import sentence


def read_json(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    ValueError
        If the text is not JSON, or contains a lone surrogate (half of a character).
    """
    try:
        value = json.loads(text)
    # The text is nested too deeply, is not JSON or UTF-8, or contains a number with too many digits.
    except (RecursionError, ValueError) as error:
        raise ValueError(f"the text must be JSON: {sentence(error)}") from None
    # Python reads half of a character without an error, but cannot write or print it.
    if (b"\\ud" if isinstance(text, bytes) else "\\ud") in text.lower():  # type: ignore[operator]
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("the text must be JSON: it contains half of a character (a lone surrogate).") from None
    return value
