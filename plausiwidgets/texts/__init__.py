"""Translations of the texts on screen.

The English text is the key, as in gettext, and values replace the names in braces: ``"{count} of {total} hold"``. Each
language is a file in this folder in the gettext format (``de.po``), which translation tools can edit. A text without a
translation is shown in English.
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
    """Raise a ValueError for a language without translations."""
    if language not in languages():
        raise unknown(where, "language", language, languages())


_usual = ENGLISH
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def use(language: str) -> None:
    """Set the default language of figures and apps."""
    global _usual
    _usual = language


def language() -> str:
    """Return the code of the current language of this thread."""
    return _spoken.get() or _usual


def chosen(where: str, named: str | None) -> str:
    """Return a given language after checking it, or the current language for None.

    Raises
    ------
    ValueError
        If the language is unknown.
    """
    if named is None:
        return language()
    check_language(where, named)
    return named


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Set the language of texts within a context in this thread."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def tr(text: str, /, **values: object) -> str:
    """Return a text in the current language, with values instead of the names in braces.

    A name of the form "pattern: name" is translated in two parts.

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
    """Return a text unchanged, to mark it for translation tools.

    The function `tr` translates the text where it is shown.
    """
    return text


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Return the translations of a language by their English texts."""
    if language == ENGLISH:
        return {}
    from babel.messages.pofile import read_po  # imported here, because English needs no translation

    with (files(__name__) / f"{language}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, ignore_obsolete=True) if m.id and m.string}
