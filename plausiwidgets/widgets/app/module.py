"""A figure as an ES module with the interface of anywidget, for an article, a book or any other web page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from plausiwidgets.engine.javascript.module import json_text
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Protocol
from plausiwidgets.support.arguments import mapping
from plausiwidgets.texts import check_language
from plausiwidgets.widgets.app.parts import Parts, check, models_named, outdated, patterns_named, texts
from plausiwidgets.widgets.catalogue.contents import (
    app_bundle,
    module_loader,
    neurons_function,
    notices,
    packed,
    style,
)

WHERE = "export_widget"
"""Name of the public function in error messages."""


def module_text(
    model: str | NeuronModel | Sequence[str | NeuronModel],
    patterns: str | Protocol | Sequence[str | Protocol] | None,
    parameters: Mapping[str, float] | None = None,
    dt: float | None = None,
    language: str | None = None,
) -> str:
    """Return the text of a module with a figure.

    The parameters and the errors are those of :func:`plausiwidgets.export_widget`.
    """
    if language is not None:
        check_language(WHERE, language)
    shown = models_named(WHERE, model)
    chosen = patterns_named(WHERE, patterns)
    check(shown, chosen, parameters, dt)
    parts = Parts(WHERE, shown, chosen, None if parameters is None else mapping(parameters), dt)
    _check_measures(parts)
    app = app_bundle("file")
    neurons = neurons_function(parts.packaged, parts.code)
    data: dict[str, object] = {
        "version": versions()["plausiwidgets"],
        "catalogue": parts.used_catalogue(),
        "shipped": parts.shipped,
        "language": language,
        "model": shown[0].key,
        "pattern": chosen[0].key,
    }
    data["texts"] = texts(app + json.dumps(data, ensure_ascii=False), language)
    own = {
        "digest": hashlib.sha256((app + json_text(parts.code)).encode()).hexdigest(),
        "outdated": [sentence for _, sentence in outdated(language)],
        "style": style("file"),
        "packed": packed(app),
        "data": data,
    }
    return (
        f"{notices('file')}{module_loader()}\n\n"
        f"const neurons = {neurons};\n\n"
        f"export default plausiwidgets.widgetOf({{ neurons, ...{json_text(own)} }});\n"
    )


def _check_measures(parts: Parts) -> None:
    """Raise a ValueError for a pattern whose measure the page cannot compute."""
    for entry in parts.shipped.values():
        for pattern in entry["shared"].values():
            for part in (part for judged in pattern["judged"].values() for part in judged):
                if part["tape"] is None and part["criteria"]:
                    raise ValueError(
                        f"{WHERE}: the measure of pattern {pattern['key']!r} must use only NumPy's arithmetic and the "
                        "functions of plausiwidgets.patterns.features, because the page computes it without Python."
                    )
