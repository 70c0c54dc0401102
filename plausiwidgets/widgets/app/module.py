"""A figure as an ES module with the interface of anywidget, for an article, a book or any other web page.

A static page of a notebook contains the module as a script element.
"""

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
    is_stored,
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
    return f"{_script(parts, shown[0], chosen[0], language)}export default plausiwidgets.widgetOf(parts);\n"


def static_script(
    model: NeuronModel,
    pattern: Protocol,
    parameters: Mapping[str, float] | None,
    dt: float | None,
    language: str,
    identity: str,
) -> str:
    """Return a script element that replaces the picture of an app in a static page by a figure.

    The figure opens with one pattern. A packaged model also has the other packaged patterns.

    Parameters
    ----------
    model, pattern, parameters, dt, language
        See :func:`plausiwidgets.export_widget`.
    identity : str
        Id of the widget whose picture the page shows.

    Raises
    ------
    ValueError, NotCompilableError
        See :func:`plausiwidgets.export_widget`.
    """
    parts = Parts(WHERE)
    parts.add(model, pattern, parameters, dt)
    if parts.is_ours(model) and is_stored(pattern):
        for other in filter(is_stored, patterns_named(WHERE, None)):
            parts.add(model, other)
    script = _script(parts, model, pattern, language)
    return f'<script type="module">\n{script}plausiwidgets.replaceStill({json_text(identity)}, parts);\n</script>'


def _script(parts: Parts, model: NeuronModel, pattern: Protocol, language: str | None) -> str:
    """Return the beginning of a module, which defines its parts."""
    _check_measures(parts)
    app = app_bundle("file")
    neurons = neurons_function(parts.packaged, parts.code)
    data: dict[str, object] = {
        "version": versions()["plausiwidgets"],
        "catalogue": parts.used_catalogue(),
        "shipped": parts.shipped,
        "language": language,
        "model": model.key,
        "pattern": pattern.key,
    }
    data["texts"] = texts(app + json.dumps(data, ensure_ascii=False), language)
    own = {
        "digest": hashlib.sha256((app + json_text(parts.code)).encode()).hexdigest(),
        "outdated": [sentence for _, sentence in outdated(language)],
        "packed": packed(app),
        "contents": packed(json_text({"data": data, "style": style("file")})),
    }
    return (
        f"{notices('file')}{module_loader()}\n\nconst neurons = {neurons};\n\n"
        f"const parts = {{ neurons, ...{json_text(own)} }};\n\n"
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
