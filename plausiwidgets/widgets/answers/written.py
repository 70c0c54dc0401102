"""The table of messages as types for the scripts of the app, and as a page of the documentation.

``python -m plausiwidgets.widgets.answers.written`` writes the types.
"""

from __future__ import annotations

from pathlib import Path

from plausiwidgets.widgets.answers.messages import STATES, TABLE, Message
from plausiwidgets.widgets.answers.types import Fields, Optional, Record, Type

TYPES = Path(__file__).parents[1] / "app" / "src" / "messages.d.ts"

HEAD = """\
// Made by `python -m plausiwidgets.widgets.answers.written` from the table of messages. Do not edit.
import type { LessonData, ModelData } from "./types.d.ts";

/** Type, first byte and number of entries of an array in the buffer of an answer; it begins at a multiple of 8. */
export type Place = ["f4" | "f8" | "i4" | "u4" | "u1", number, number];
"""

PAGE_HEAD = """\
# Messages between the app and its host

The app simulates and judges by itself what it can, and asks its host, such as the kernel of a notebook, for all
else. A question is `{kind, id, …fields}`; every id is used once. Its answers are `{kind, id, state, …fields}`, and the
last one has the state `done`, `stopped`, `superseded` or `failed`. A question that is not valid, or fails, is answered
with one sentence in `error`. The arrays of an answer are in one buffer: `arrays` has the type, first byte and number of
entries of each, in little-endian order. Times are in ms, potentials in mV, currents in the unit of the model.
"""


def types() -> str:
    """Return the messages as types of TypeScript."""
    records: dict[str, Record] = {}
    for message in TABLE.values():
        for one in (*message.fields.values(), *message.answer.values()):
            records |= {record.name: record for record in one.records()}
    lines = [HEAD]
    for record in records.values():
        lines.append(f"export type {record.name} = {{\n{_members(record.fields)}}};\n")
    state = " | ".join(f'"{one}"' for one in STATES)
    lines.append(f"export type AnswerState = {state};\n")
    lines.append("/** What is asked, by kind. */\nexport type Questions = {")
    for kind, message in TABLE.items():
        lines.append(f"  /** {_comment(message)} */\n  {kind}: {_inline(message.fields)};")
    lines.append(
        "};\n\n/** What is answered, by kind; every field but in the answers of what failed or was superseded. */"
    )
    lines.append("export type Answers = {")
    lines += [f"  {kind}: {_inline(message.answer)};" for kind, message in TABLE.items()]
    lines.append("};\n\nexport type Kind = keyof Questions;\n")
    lines.append(
        "/** A message of the host. The kind is `error` where the question could not be read. */\n"
        "export type Told<K extends Kind = Kind> = {\n"
        '  kind: K | "error";\n  id: string;\n  state: AnswerState;\n  error?: string;\n'
        "  arrays?: Record<string, Place>;\n} & Partial<Answers[K]>;\n"
    )
    return "\n".join(lines)


def page() -> str:
    """Return the page of the documentation, in Markdown."""
    lines = [PAGE_HEAD]
    for kind, message in TABLE.items():
        lines += [f"## {kind}", "", message.text, ""]
        facts = []
        if message.streams:
            facts.append("It is answered several times.")
        if message.newest:
            facts.append("The newest question of this kind replaces the one before.")
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


def _comment(message: Message) -> str:
    return " ".join(message.text.split())


def _members(fields: Fields, indent: str = "  ") -> str:
    return "".join(f"{indent}{_member(name, kind)};\n" for name, kind in fields.items())


def _member(name: str, kind: Type) -> str:
    optional = isinstance(kind, Optional)
    return f"{name}{'?' if optional else ''}: {kind.typescript}"


def _inline(fields: Fields) -> str:
    return f"{{ {'; '.join(_member(name, kind) for name, kind in fields.items())} }}" if fields else "object"


def write() -> None:
    """Write the types into the folder of the app."""
    TYPES.write_text(types(), encoding="utf-8")


if __name__ == "__main__":
    write()
