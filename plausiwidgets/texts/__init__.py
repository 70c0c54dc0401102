"""Texts of the screen in other languages.

The English text is the key, as in gettext, and names in braces are filled in: ``"{count} of {total} hold"``. Each
language is one file in this folder, in gettext's format (``de.po``), which the usual tools of translators read and
write. What has no translation is shown in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

from plausiwidgets.support.names import unknown

ENGLISH = "en"


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages, English first."""
    names = (path.name for path in files(__name__).iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".po") for name in names if name.endswith(".po")))


def check_language(where: str, language: str) -> None:
    """Raise a ValueError for a language that the package does not have."""
    if language not in languages():
        raise unknown(where, "language", language, languages())


_usual = ENGLISH
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def use(language: str) -> None:
    """Choose the language where none is spoken: of figures in a script, and of explorers that name none."""
    global _usual
    _usual = language


def language() -> str:
    """Return the code of the language in which a text is given here and now."""
    return _spoken.get() or _usual


def chosen(where: str, named: str | None) -> str:
    """Return the language that was named, or else the one that is spoken; a ValueError for an unknown one."""
    if named is None:
        return language()
    check_language(where, named)
    return named


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Give texts in a language within a ``with`` statement, on this thread alone."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def tr(text: str, /, **values: object) -> str:
    """Return a text in the language that is spoken here, with values in the places of their names.

    The name of something within a pattern, "pattern: name", is translated in two parts.

    Examples
    --------
    >>> tr("{count} of {total} hold", count=3, total=4)
    '3 of 4 hold'
    """
    known = catalog(language())
    if values:
        return known.get(text, text).format(**values)
    return known.get(text) or ": ".join(known.get(part, part) for part in text.split(": "))


def marked(text: str) -> str:
    """Return a text as it is: it is translated where it is shown, and found here by the tools of translators."""
    return text


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Return the translations of a language by their English texts."""
    if language == ENGLISH:
        return {}
    from babel.messages.pofile import read_po  # here, as English needs no translation

    with (files(__name__) / f"{language}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, ignore_obsolete=True) if m.id and m.string}
