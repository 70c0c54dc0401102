"""JSON from a file or a message that somebody else wrote."""

from __future__ import annotations

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    ValueError
        If it is not JSON, nested too deeply, has a number of too many digits, or half of a character.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("it is not JSON: lists and objects are nested too deeply") from None
    except UnicodeDecodeError:
        raise ValueError("it is not JSON: it is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error}") from None
    except ValueError:
        raise ValueError("it is not JSON: a number has too many digits") from None
    # Half of a character is read, and then cannot be written or printed.
    if (b"\\ud" if isinstance(text, bytes) else "\\ud") in text.lower():  # type: ignore[operator]
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("it is not JSON: a text has half of a character (a lone surrogate)") from None
    return value
