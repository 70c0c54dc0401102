"""Torn and forged texts: codes of exercises, links, recordings and studies: how many are read, refused, or wrong.

python -m tests.benchmarks.torn [seconds of each kind]

Wrong is an error of Python's own, more than five seconds, or another value than the text has.
"""

import base64
import random
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import plausiwidgets as pw
from plausiwidgets.assessment import StoreError
from plausiwidgets.assessment.store import Store
from plausiwidgets.patterns.recording_file import read_recording
from plausiwidgets.teaching import read_code
from plausiwidgets.widgets import Selection

LONG = 5.0
"""Time in s that no text may take."""
PIECES = (
    "", "\0", "\n", "\r", ",", ";", "=", "&", ".", "-", "+", "%", "%00", "%zz", "e", "E9", "1e999", "-1e308", "nan",
    "inf", "0x1", "1_000", "９", "\u0663", "\u2028", "\ud7ff", "\U0001f600", "[", "{", '"', "'", "\\", "<b>", "../",
    " " * 400, "9" * 400, "(" * 300, "__class__", "lock=", "model=", "a=", "t,v", "ms", "µ", "\ufeff", "null", "true",
)  # fmt: skip
FIELDS = (
    ".model", ".pattern", ".mystery", ".seconds", ".solved", ".dt", ".name", ".", "", "a", "b", "c", "d", "amplitude",
    "holding", "tau_mem", "__class__", "model", "\u0130", "x" * 500,
)  # fmt: skip
VALUES = (
    "izhikevich", "lif", "adex", "tonic_bursting", "tonic_spiking", "izhikevich.tonic_bursting.7", "a.b.c", "1", "0",
    "-1", "-50.0", "1e400", "nan", "∞", "0.1", "1e-5", "", " ", "9" * 5000, "１", "much", "<script>", "\ud7ff", "%",
)  # fmt: skip


def torn(text: bytes) -> Iterator[bytes]:
    """Each beginning of a text, each byte left out, turned over, and doubled."""
    for i in range(len(text)):
        yield text[:i]
        yield text[:i] + text[i + 1 :]
        yield text[:i] + bytes([text[i] ^ (1 << i % 8)]) + text[i + 1 :]
        yield text[:i] + text[i : i + 1] * 2 + text[i + 1 :]


def mixed(texts: list[bytes], chance: random.Random) -> bytes:
    """Some pieces of texts and of what is hostile."""
    out = bytearray(chance.choice(texts))
    for _ in range(chance.randint(1, 6)):
        at, end = sorted(chance.randrange(len(out) + 1) for _ in range(2))
        piece = chance.choice(PIECES).encode() if chance.random() < 0.7 else chance.choice(texts)[at:end]
        out[at : end if chance.random() < 0.5 else at] = piece
    return bytes(out)


def code_of(fields: list[tuple[str, str]]) -> bytes:
    text = urlencode(fields).encode()
    return f"PW1.{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{zlib.crc32(text):08x}".encode()


def answer(*more: tuple[str, str]) -> list[tuple[str, str]]:
    known = [(".model", "izhikevich"), (".pattern", "tonic_bursting"), ("c", "-50.0"), ("d", "2.0"), (".seconds", "61")]
    return [*known, (".solved", "1"), *more]


def forged(chance: random.Random) -> bytes:
    fields = answer()
    for _ in range(chance.randint(1, 4)):
        fields.insert(chance.randrange(len(fields) + 1), (chance.choice(FIELDS), chance.choice(VALUES)))
        fields.pop(chance.randrange(len(fields)))
    return code_of(fields)


class Kind:
    """One kind of text: how it is read, and what is counted."""

    def __init__(self, name: str, read: Callable[[bytes], str]) -> None:
        self.name, self._read = name, read
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.longest = 0.0

    def give(self, text: bytes) -> None:
        began = time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", pw.assessment.StoreWarning)
                outcome = self._read(text)
        except (ValueError, StoreError) as error:
            own = type(error) in (ValueError, StoreError) and 10 < len(str(error)) < 2000
            outcome = "refused" if own else f"{type(error).__name__}: {error}"
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - began
        self.longest = max(self.longest, seconds)
        if seconds > LONG:
            outcome = f"took {seconds:.1f} s"
        self.counts[outcome if outcome in ("read", "refused") else "wrong"] += 1
        if outcome not in ("read", "refused"):
            self.wrong.append(f"{outcome[:200]!r} of {text[:120]!r}")

    def told(self) -> str:
        tried = sum(self.counts.values())
        found = " | ".join(str(self.counts[one]) for one in ("read", "refused", "wrong"))
        return "\n  ".join([f"{self.name} | {tried} | {found} | {self.longest:.2f} s", *self.wrong[:8]])


def read_answer(text: bytes) -> str:
    found = read_code(text.decode("utf-8", "replace"))
    if found.solved and not found.verdict.accepted:
        return "solved, and not accepted"
    return "read"


def read_link(text: bytes) -> str:
    selection, notes = Selection.from_query(text.decode("utf-8", "replace"))
    if not all(0 < len(note) < 300 for note in notes):
        return "a note without an end"
    again, more = Selection.from_query(selection.to_query())
    return "read" if (again, more) == (selection, ()) else "another selection from its own link"


def read_cell(text: bytes) -> str:
    model = pw.models.get("adex")
    file = read_recording(text, "cell.csv")
    pattern = file.pattern(model, {what: units[0] for what, units in file.choices(model).items()})
    return "read" if pattern.criteria else "a recording without criteria"


def main(seconds: float) -> None:
    """Print the table."""
    chance = random.Random(0)
    folder = Path(tempfile.mkdtemp())
    path = folder / "study.jsonl"
    request, versions = {"models": {"lif": "1"}, "seeds": [0]}, {"torch": "1"}
    known = [pw.optimize("lif", "tonic_spiking", seed=seed, budget=20) for seed in range(3)]
    store = Store(path, request, versions)
    store.prepare()
    store.write(*known)
    study = path.read_bytes()

    def read_store(text: bytes, exact: bool) -> str:
        path.write_bytes(text)
        results = list(Store(path, request, versions).results.values())
        if exact and any(one not in known for one in results):
            return "a result that was not written"
        return "read"

    rows = "".join(f"{0.5 * i:g},{20 if i % 40 == 20 else -65 + i % 3}\n" for i in range(150))
    codes = [code_of(answer()), code_of(answer((".name", "Ada"))), code_of(answer(("c", "-55.0"))[1:])]
    links = [
        b"model=adex&pattern=mixed_mode&a=3.0&lock=a,tau_w",
        b"pattern=tonic_spiking&b=0.3&dt=0.1",
        b"a=0.05&lock=",
    ]
    cells = [f"time (ms),v (mV)\n{rows}".encode(), f"t;v\n{rows}".encode(), b"12.5\n40.25\n61\n88.5\n"]

    print("texts | tried | read | refused with a sentence | wrong | longest")
    for kind, texts, make in (
        (Kind("codes", read_answer), codes, lambda: mixed(codes, chance) if chance.random() < 0.2 else forged(chance)),
        (Kind("links", read_link), links, lambda: mixed(links, chance)),
        (Kind("recordings", read_cell), cells, lambda: mixed(cells, chance)),
        (Kind("studies, mixed", lambda text: read_store(text, exact=False)), [], lambda: mixed([study], chance)),
    ):
        end = time.monotonic() + seconds
        pieces = [one for text in texts for one in torn(text)]
        chance.shuffle(pieces)
        for one in pieces:
            if time.monotonic() > end:
                break
            kind.give(one)
        while time.monotonic() < end:
            kind.give(make())
        print(kind.told(), flush=True)
    kind = Kind("studies, cut off at each byte", lambda text: read_store(text, exact=True))
    for i in range(len(study) + 1):
        kind.give(study[:i])
    print(kind.told(), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
