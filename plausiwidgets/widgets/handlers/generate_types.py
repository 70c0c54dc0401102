"""Generate ``messages.ts`` from the table of messages, so that a misspelled field is a type error in the app.

Run ``python -m plausiwidgets.widgets.handlers.generate_types``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from plausiwidgets.widgets.handlers.messages import FINAL, MAKING, STATES, TABLE, Array, Message
from plausiwidgets.widgets.handlers.types import Fields, Optional, Record, Type

PATH = Path(__file__).parents[1] / "app" / "src" / "messages.ts"
WIDTH = 118
ARRAY_TYPES = {
    "f4": "Float32Array<ArrayBuffer>",
    "f8": "Float64Array<ArrayBuffer>",
    "i4": "Int32Array<ArrayBuffer>",
    "u4": "Uint32Array<ArrayBuffer>",
    "u1": "Uint8Array<ArrayBuffer>",
}
NO_FIELDS = "Record<string, never>"
"""Type of an object without fields. An empty object type would accept any field."""

HEAD = """\
// Generated from the table of messages by `python -m plausiwidgets.widgets.handlers.generate_types`. Do not edit.
import type { Exercise, LessonData, ModelData } from "./catalogue.ts";

/** Type, first byte and number of entries of an array in the buffer of a reply. The first byte is a multiple of 8. */
export type Place = [type: "f4" | "f8" | "i4" | "u4" | "u1", first: number, count: number];
"""

TAIL = """\
export type Kind = keyof Requests;

interface Envelope<K extends Kind> {
  kind: K;
  id: string;
  arrays?: Record<string, Place>;
}

/** A reply. It has all its fields unless the work failed or ended early. */
export type Reply<K extends Kind> = K extends Kind
  ? Envelope<K> &
      (
        | ({ state: "waiting" | "running" | "paused" | "done"; error?: undefined } & Replies[K])
        | ({ state: "stopped" | "superseded"; error?: undefined } & Partial<Replies[K]>)
        | ({ state: "failed"; error: string } & Partial<Replies[K]>)
      )
  : never;
"""


def types() -> str:
    """Return the messages as a TypeScript module."""
    records: dict[str, Record] = {}
    for message in TABLE.values():
        for one in (*message.fields.values(), *message.answer.values()):
            records |= {record.name: record for record in one.records()}
    newest = [kind for kind, message in TABLE.items() if message.newest]
    parts = [
        HEAD,
        *(f"export interface {record.name} {{\n{_members(record.fields, 2)}}}\n" for record in records.values()),
        f"export type State = {_union(STATES)};\n",
        _constant("FINAL", FINAL, "State", "States of the last reply to a request."),
        _constant("NEWEST", newest, "Kind", "Kinds of requests that replace an older one of their kind."),
        _constant("MAKING", MAKING, "Kind", "Kinds of requests that create a pattern."),
        _interface("Requests", {kind: message.fields for kind, message in TABLE.items()}, "requests"),
        _interface("Replies", {kind: message.answer for kind, message in TABLE.items()}, "replies"),
        "/** The arrays of the replies, by kind. */\nexport interface ReplyArrays {\n"
        + "".join(_arrays(kind, message.arrays) for kind, message in TABLE.items())
        + "}\n",
        TAIL,
    ]
    return "\n".join(parts)


def _union(texts: tuple[str, ...]) -> str:
    return " | ".join(f'"{text}"' for text in texts)


def _constant(name: str, texts: tuple[str, ...] | list[str], kind: str, about: str) -> str:
    entries = ", ".join(f'"{text}"' for text in texts)
    return f"/** {about} */\nexport const {name}: ReadonlySet<{kind}> = new Set<{kind}>([{entries}]);\n"


def _interface(name: str, fields: Mapping[str, Fields], about: str) -> str:
    lines = [f"/** The fields of the {about}, by kind. */\nexport interface {name} {{\n"]
    for kind, own in fields.items():
        note = _comment(TABLE[kind]) if name == "Requests" else ""
        body = f"{{\n{_members(own, 4)}  }}" if own else NO_FIELDS
        lines.append(f"{note}  {kind}: {body};\n")
    return "".join([*lines, "}\n"])


def _members(fields: Fields, indent: int) -> str:
    return "".join(f"{' ' * indent}{_member(name, kind)};\n" for name, kind in fields.items())


def _member(name: str, kind: Type) -> str:
    return f"{name}{'?' if isinstance(kind, Optional) else ''}: {kind.typescript}"


def _arrays(kind: str, arrays: Mapping[str, Array]) -> str:
    if not arrays:
        return f"  {kind}: {NO_FIELDS};\n"
    lines = [f"    {_array_key(name)}: {ARRAY_TYPES[array.dtype]}; // {array.text}\n" for name, array in arrays.items()]
    return f"  {kind}: {{\n{''.join(lines)}  }};\n"


def _array_key(name: str) -> str:
    """Return the key of an array in TypeScript, where ``{k}`` is any number and ``{name}`` any text."""
    if "{" not in name:
        return f'"{name}"'
    template = re.sub(r"\{(\w+)\}", lambda m: "${number}" if len(m[1]) == 1 else "${string}", name)
    return f"[{'_'.join(re.findall(r'[a-z]+', name))}: `{template}`]"


def _comment(message: Message) -> str:
    words = message.text.split()
    if len(" ".join(words)) + 9 <= WIDTH:
        return f"  /** {' '.join(words)} */\n"
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) + 6 > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "".join(["  /**\n", *(f"   * {line}\n" for line in lines), "   */\n"])


def write() -> None:
    """Write the module to the sources of the app."""
    PATH.write_text(types(), encoding="utf-8")


if __name__ == "__main__":
    write()
