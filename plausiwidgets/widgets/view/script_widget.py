"""A widget whose script shows texts in the language of the screen."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t

from plausiwidgets.simulation.javascript.module import plain_script
from plausiwidgets.texts import catalog, language

TRANSLATOR = plain_script((Path(__file__).parents[1] / "app" / "engine" / "texts.js").read_text("utf-8"))
"""The functions ``translate``, which a script calls first, and ``tr``; they stand before the script."""
DRAWING = TRANSLATOR + Path(__file__).with_name("elements.js").read_text("utf-8")
"""The same, and what makes elements."""
AXES = DRAWING + Path(__file__).with_name("axes.js").read_text("utf-8")
"""The same, and pictures with two axes."""
SAVING = DRAWING + Path(__file__).with_name("file_output.js").read_text("utf-8")
"""What stands before a script that saves files."""


class ScriptWidget(anywidget.AnyWidget):
    """Sends the translations of the texts in its script, each of which is one literal in double quotes.

    Attributes
    ----------
    texts : dict of str to str
        By their English form; empty in English.
    """

    texts: t.Dict = t.Dict().tag(sync=True)

    @t.default("texts")
    def _in_language(self) -> dict[str, str]:
        script = str(self._esm)
        return {text: other for text, other in catalog(language()).items() if f'"{text}"' in script}
