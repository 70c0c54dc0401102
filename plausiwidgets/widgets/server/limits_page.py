"""Generator of the documentation of the limits of a server."""

from __future__ import annotations

from plausiwidgets.widgets.handlers.messages import MAKING, TABLE
from plausiwidgets.widgets.server.limits import MIN_DT, Limits
from plausiwidgets.widgets.server.scheduler import MAX_EXPECTED, SHORT, VERIFYING
from plausiwidgets.widgets.server.visitors import BURST, LEFT_OUT, MADE, SEARCHING

HEAD = """\
## Limits of a server

Beside JupyterLab and with `plausiwidgets --app` the same messages come from visitors, of whom a server limits more than
the fields above. What is beyond a limit is refused with a sentence, or closes the connection of that visitor alone.
"""


def page() -> str:
    """Return the limits of a visitor and of each message as tables in Markdown."""
    limits = Limits()
    general = {
        "pages open at once": f"{limits.visitors} (`--visitors`)",
        "messages a second": f"{limits.rate:g}, counted over {BURST:g} s",
        "bytes of a message, with a file": f"{_spaced(limits.message)}, {_spaced(limits.message + limits.upload)}",
        "requests that are answered at the same time": f"{limits.requests}",
        "time until who has left is forgotten": f"{limits.grace:g} s",
        "bytes of an answer": _spaced(limits.answer),
        "requests that are computed at the same time": f"1 that takes at most {SHORT:g} s, and 1 that takes longer",
        "expected time of a request, except verifications": f"{MAX_EXPECTED:g} s",
        "processor time of a request, except verifications": f"{limits.seconds:g} s",
        "memory of a worker, and its time without a checkpoint, after which it is replaced": (
            f"{limits.memory / 1e9:g} GB, {limits.silence:g} s"
        ),
    }
    rows = [f"| {what} | {how} |" for what, how in general.items()]
    kinds = [f"| `{kind}` | {_of(kind, limits)} |" for kind in TABLE]
    of_visitor, of_message = "| of a visitor | at most |\n|---|---|", "| message | on a server |\n|---|---|"
    return "\n".join([HEAD, of_visitor, *rows, "", of_message, *kinds, ""])


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _of(kind: str, limits: Limits) -> str:
    """Return the limits of the fields of a kind of message."""
    row = TABLE[kind]
    if kind in LEFT_OUT:
        return "not available, only in a notebook"
    if kind in SEARCHING:
        return "rejected, because the page searches in the browser"
    own = {
        "alive": "answered by the server itself",
        **dict.fromkeys(VERIFYING, "never rejected, but waits if it takes long"),
        **dict.fromkeys(MAKING, f"{MADE} of all three kinds"),
    }
    parts = [own[kind]] if kind in own else []
    if row.buffer:
        parts.append(f"a file of {_spaced(limits.upload)} bytes")
    if "dt" in row.fields:
        parts.append(f"dt of at least {MIN_DT:g} ms")
    return "; ".join(parts) or "as above"
