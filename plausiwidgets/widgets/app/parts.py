"""The parts of a standalone page or module: models with their patterns, neurons as code, and texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plausiwidgets import models as all_models
from plausiwidgets import patterns as all_patterns
from plausiwidgets.engine.javascript.module import neuron_object
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.patterns import Protocol
from plausiwidgets.support.arguments import mapping
from plausiwidgets.support.names import unknown
from plausiwidgets.teaching.lessons import Lesson
from plausiwidgets.texts import ENGLISH, catalog, languages, marked
from plausiwidgets.widgets.catalogue.contents import (
    is_stored,
    key_of,
    lessons_json,
    listed,
    model_names,
    shared_json,
    shipped,
    texts_of,
)
from plausiwidgets.widgets.catalogue.described import Described
from plausiwidgets.widgets.catalogue.generate import describe, mark_of

OUTDATED = marked("Update your browser to open this page, or open it in another browser.")
"""Text that a page shows in a browser that cannot unpack its script."""


def texts(shown: str, language: str | None) -> dict[str, dict[str, str]]:
    """Return the translations of the texts that a page shows, by language and short key.

    Without a language, the result has all languages of the package except English.
    """
    return {one: {key_of(text): other for text, other in texts_of(one, shown).items()} for one in _spoken(language)}


def outdated(language: str | None) -> list[tuple[str, str]]:
    """Return pairs of a language and the text for an outdated browser, for English and the languages of the page."""
    return [(one, catalog(one).get(OUTDATED, OUTDATED)) for one in (ENGLISH, *_spoken(language))]


def _spoken(language: str | None) -> list[str]:
    return [one for one in (languages() if language is None else (language,)) if one != ENGLISH]


def models_named(where: str, chosen: str | NeuronModel | Sequence[str | NeuronModel]) -> list[NeuronModel]:
    named = [chosen] if isinstance(chosen, (str, NeuronModel)) else list(chosen)
    if not named:
        raise ValueError(
            f"{where}: model must be the name of a model, a NeuronModel, or a list of these, got an empty list."
        )
    return [all_models.get(model) for model in named]


def patterns_named(where: str, chosen: str | Protocol | Sequence[str | Protocol] | None) -> list[Protocol]:
    if chosen is None:
        chosen = all_patterns.names()
    named = [chosen] if isinstance(chosen, (str, Protocol)) else list(chosen)
    if not named:
        raise ValueError(
            f"{where}: patterns must be the name of a pattern, a Pattern, or a list of these, got an empty list."
        )
    return [all_patterns.get(pattern) for pattern in named]


def check(
    models: Sequence[NeuronModel],
    chosen: Sequence[Protocol],
    parameters: Mapping[str, float] | None,
    dt: float | None,
) -> None:
    """Raise a ValueError for an unknown parameter or an invalid time step."""
    for model in models:
        check_dt(model, dt)
    for name in mapping(parameters):
        if not any(name in pattern.parameters(model) for model in models for pattern in chosen):
            known = [n for model in models for pattern in chosen for n in pattern.parameters(model)]
            named = ", ".join(repr(model.key) for model in models)
            raise unknown(f"model {named} with these patterns", "parameter", name, list(dict.fromkeys(known)))


class Parts:
    """Collect the models, patterns, neurons and texts of a standalone page or module.

    Parameters
    ----------
    where : str
        Name of the public function in error messages.
    models, patterns : iterable
        Models and patterns of the page, which has every pair of them.
    parameters : mapping of str to float, optional
        Parameters with which the page opens. The page stores them in addition to the packaged sets.
    dt : float, optional
        Time step in ms with which the page opens.

    Attributes
    ----------
    packaged : list of str
        Names of the packaged models of the page, whose neurons are in the script.
    catalogue : dict
        Catalogue with the models, patterns and lessons of the page.
    shipped : dict
        Data of each model, by its name.
    code : dict of str to str
        Neurons that are not in the script, as JavaScript, by their names.
    data : dict
        Further data of the page: its exercise or its lessons.
    title : str
        Title of the page. It is empty for a page without a specific title.
    """

    def __init__(
        self,
        where: str,
        models: Iterable[NeuronModel] = (),
        patterns: Sequence[Protocol] = (),
        parameters: Mapping[str, float] | None = None,
        dt: float | None = None,
    ) -> None:
        self._where = where
        self.packaged: list[str] = []
        self._all: dict[str, Any] = json.loads(shared_json())
        self.catalogue: dict[str, Any] = self._all | {"patterns": {}, "models": {}, "lessons": {}}
        self.shipped: dict[str, Any] = {}
        self._full: dict[str, Any] = {}
        self.code: dict[str, str] = {}
        self.data: dict[str, Any] = {}
        self.title = ""
        for model in models:
            for pattern in patterns:
                self.add(model, pattern, parameters, dt)

    def add(
        self,
        model: NeuronModel,
        pattern: Protocol,
        parameters: Mapping[str, float] | None = None,
        dt: float | None = None,
        lesson: Lesson | None = None,
    ) -> None:
        """Add a pattern of a model if the page does not have it."""
        if pattern.key in self.shipped.get(model.key, {}).get("patterns", {}):
            return
        contents = Described(model, parameters, dt, lesson=lesson)
        if not (self.is_ours(model) and is_stored(pattern)):
            self.describe(model, pattern, contents)
            return
        if model.key not in self.shipped:
            self._take(model)
        own = self._full[model.key]["patterns"][pattern.key]
        if contents.is_given:
            own["sets"].append(contents.exported(pattern))
        self.shipped[model.key]["patterns"][pattern.key] = own
        self.catalogue["patterns"][pattern.key] = self._all["patterns"][pattern.key]

    def describe(self, model: NeuronModel, pattern: Protocol, contents: Described) -> None:
        """Add a pattern of a model whose data differ from the catalogue or are not in it."""
        is_ours = self.is_ours(model)
        if is_ours and model.key not in self.shipped:
            self._take(model)
        neuron_object(model)  # raises an error before a long evaluation
        shared, own, neurons = describe(model, [pattern], contents=contents)
        self.code |= {name: neuron_object(neuron) for name, neuron in neurons.items() if name not in self.packaged}
        entry = self.shipped.setdefault(model.key, own | {"patterns": {}, "shared": {}})
        entry["patterns"] |= own["patterns"]
        entry["shared"] = entry.get("shared", {}) | shared
        if not is_ours:
            marks = {key: mark_of(one) for key, one in entry["patterns"].items()}
            self.catalogue["models"][model.key] = listed(model, marks)

    def add_lessons(self) -> None:
        """Add the packaged lessons whose models and patterns are all on the page."""
        self.catalogue["lessons"] = {
            name: about
            for name, about in self._all["lessons"].items()
            if all(pattern in self.shipped.get(model, {}).get("patterns", {}) for model, pattern in about["shown"])
        }
        known = json.loads(lessons_json()) if self.catalogue["lessons"] else {}
        self.data["lessons"] = {name: known[name] for name in self.catalogue["lessons"]}

    def used_catalogue(self) -> dict[str, Any]:
        """Return the catalogue without the criteria and the atlas that are not used by a model of the page."""
        kinds = {"resets" if one["model"]["resets"] else "graded" for one in self.shipped.values()}

        def used(pattern: Mapping[str, Any]) -> dict[str, Any]:
            return {**pattern, "judged": {kind: one for kind, one in pattern["judged"].items() if kind in kinds}}

        catalogue = self.catalogue | {"patterns": {key: used(one) for key, one in self.catalogue["patterns"].items()}}
        atlas = catalogue.pop("atlas")
        if any("atlas" in one for one in self.shipped.values()):
            catalogue["atlas"] = {**atlas, "pattern": used(atlas["pattern"])}
        return catalogue

    def is_ours(self, model: NeuronModel) -> bool:
        """Return whether a model is a packaged model of the catalogue.

        Raises
        ------
        ValueError
            If a custom model has the key of a packaged model.
        """
        if model.key not in model_names():
            return False
        if all_models.get(model.key) is not model:
            raise ValueError(
                f"{self._where}: a custom model must not have the key of a packaged model, got {model.key!r}. "
                "Rename it."
            )
        return True

    def _take(self, model: NeuronModel) -> None:
        """Add a model of the catalogue without patterns."""
        self.packaged.append(model.key)
        self._full |= shipped([model.key])
        self.shipped[model.key] = self._full[model.key] | {"patterns": {}, "shared": {}}
        self.catalogue["models"][model.key] = self._all["models"][model.key]
