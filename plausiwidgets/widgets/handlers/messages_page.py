"""Generator of the documentation page with the table of messages."""

from __future__ import annotations

from plausiwidgets.widgets.handlers.messages import TABLE
from plausiwidgets.widgets.handlers.types import Fields

PAGE_HEAD = """\
# Messages between the app and its host

The app simulates and evaluates most neurons itself, and sends requests to its host, such as the kernel of a notebook,
for all other work. A request is `{kind, id, …fields}`; every id is used once. Its answers are `{kind, id, state,
…fields}`, and the last one has the state `done`, `stopped`, `superseded` or `failed`. The answer to a request that is
not valid, or that fails, has one sentence in `error`. The arrays of an answer are in one buffer: `arrays` has the type,
first byte and number of entries of each, in little-endian order. Times are in ms, potentials in mV, currents in the
unit of the model.
"""


def page() -> str:
    """Return the documentation page in Markdown."""
    lines = [PAGE_HEAD]
    for kind, message in TABLE.items():
        lines += [f"## {kind}", "", message.text, ""]
        facts = []
        if message.streams:
            facts.append("It is answered several times.")
        if message.newest:
            facts.append("The newest request of this kind replaces the one before.")
        if message.ends:
            facts.append(f"It ends by `{message.ends}`.")
        if message.buffer:
            facts.append(f"It has a buffer of at most {message.buffer:,} bytes.".replace(",", " "))
        if facts:
            lines += [" ".join(facts), ""]
        lines += _table("field", message.fields) + _table("answer", message.answer)
        if message.arrays:
            lines += ["| array | type | shape | what it is |", "|---|---|---|---|"]
            lines += [f"| `{n}` | {a.dtype} | {_cell(a.shape)} | {_cell(a.text)} |" for n, a in message.arrays.items()]
            lines.append("")
    return "\n".join(lines)


def _table(title: str, fields: Fields) -> list[str]:
    if not fields:
        return []
    rows = [f"| `{name}` | {_cell(kind.words)} |" for name, kind in fields.items()]
    return [f"| {title} | valid |", "|---|---|", *rows, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[", "\\[")
