"""Conversion of a neuron to JavaScript: its step and initial state as an ES module without dependencies."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from weakref import WeakKeyDictionary

from plausiwidgets.engine.javascript.expressions import NoJavaScriptError, declarations, number, text_of
from plausiwidgets.engine.lanes import NotCompilableError
from plausiwidgets.engine.neuron import Neuron
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.program import MOVING

_OF_MODULES = re.compile(r"^import .*;\n|^export (?=const|let|class|function)", re.MULTILINE)

_TEMPLATE = """\
(() => {{
  const states = {states};
  const declared = {parameters};

  function start(parameters, holding) {{
    const [{inputs}] = valuesOf(declared, parameters);
    const current = holding;
    const dt = {dt};
{lowest}
{start}
    const rest = {rest};
    const threshold = {threshold};
    return {{ state: [{start_state}], span: spanOf(rest, threshold, {usual}), threshold }};
  }}

  function simulate(parameters, currents, dt, state, record = ["v"], spikeLimit = Infinity) {{
    const [{inputs}] = valuesOf(declared, parameters);
    const steps = currents.length;
    const columns = columnsOf(states, record, steps);
{columns}
    const spikes = [];
    let diverged = -1;
    let [{state}] = state;
{fixed}
    for (let k = 0; k < steps; k++) {{
      const current = currents[k];
{moving}
      const spike = {spikes};
      [{state}] = [{new_state}];
      if (!(Math.abs({checked}) <= {limit}) || spikes.length >= spikeLimit) {{
        diverged = k;
        break;
      }}
      if (spike !== 0) spikes.push(k);
{recorded}
    }}
    if (diverged >= 0) for (const {{ values }} of columns) values.fill(NaN, diverged);
    const final = diverged < 0 ? [{state}] : states.map(() => NaN);
    return {{ spikes, recorded: columns.map(({{ values }}) => values), state: final, reached: [{state}], diverged }};
  }}

  return {{ name: {name}, dt: {dt}, peak: {peak}, states, parameters: declared, start, simulate }};
}})()"""


_emitted: WeakKeyDictionary[Neuron, str] = WeakKeyDictionary()


def module(model: Neuron) -> str:
    """Return a neuron as the text of an ES module without dependencies."""
    exports = "export const { simulate, start } = neuron;\nexport { injected };"
    return f"{runtime()}\nexport const neuron = {neuron_object(model)};\n{exports}\n"


def runtime() -> str:
    """Return the functions that the objects of :func:`neuron_object` call, as a plain script."""
    return plain_script(_runtime_module())


def runtime_names() -> tuple[str, ...]:
    """Return the names of the functions of :func:`runtime`."""
    return tuple(re.findall(r"^export function (\w+)", _runtime_module(), re.MULTILINE))


def _runtime_module() -> str:
    return (files("plausiwidgets.engine.javascript") / "runtime.js").read_text(encoding="utf-8")


def plain_script(module: str) -> str:
    """Return the text of a module without its imports and exports, for a script that contains all names."""
    return _OF_MODULES.sub("", module)


def neuron_object(model: Neuron) -> str:
    """Return a neuron as a JavaScript expression: an object ``{name, dt, peak, states, parameters, start, simulate}``.

    Raises
    ------
    NotCompilableError
        If the neuron cannot be compiled or has no form in JavaScript.
    """
    from plausiwidgets.engine.compiled.engine import compiled, compiling, remembered

    def make() -> str:
        if model.programs is not None:
            return emit(model, model.programs)
        from plausiwidgets.engine.compiled.export_model import export_programs

        with compiling:
            compiled(model)  # A model whose kernel differs from torch raises an error here, so it is not emitted.
            return emit(model, export_programs(model))

    return remembered(_emitted, model, make)


def emit(model: Neuron, programs: Programs) -> str:
    """Return the result of :func:`neuron_object` for given programs."""
    step, start, balance = programs.step, programs.start, programs.balance
    states, usual = len(step.state), float(model.span(model.defaults())[0])
    inputs = ", ".join(f"p{i}" for i in range(len(model.parameters)))
    state = [f"s{i}" for i in range(states)]
    try:
        return _TEMPLATE.format(
            name=json_text(model.key),
            dt=number(model.dt),
            peak=number(model.peak),
            states=json_text([s.key for s in model.states]),
            parameters=json_text([[name, p.default] for name, p in model.parameters.items()]),
            inputs=inputs,
            lowest=""
            if balance is None
            else _indented(
                4,
                [
                    "const s0 = lowestRest((s0) => {",
                    *("  " + line for line in declarations(balance.body)),
                    f"  return {text_of(balance.spikes)};",
                    "});",
                ],
            ),
            start=_indented(4, declarations(start.body)),
            start_state=", ".join(map(text_of, start.state[:-2])),
            rest=text_of(start.state[-2]),
            threshold=text_of(start.state[-1]),
            usual=number(usual),
            columns=_indented(
                4, [f"const r{i} = columns.find(({{ place }}) => place === {i})?.values;" for i in range(states)]
            ),
            state=", ".join(state),
            fixed=_indented(4, declarations(line for line in step.body if line.level != MOVING)),
            moving=_indented(6, declarations(line for line in step.body if line.level == MOVING)),
            spikes=text_of(step.spikes),
            new_state=", ".join(map(text_of, step.state)),
            checked=" + ".join(["s0", *(f"(s{i} - s{i})" for i in range(1, states))]),
            limit=number(model.limit),
            recorded=_indented(6, [f"if (r{i}) r{i}[k] = s{i};" for i in range(states)]),
        )
    except NoJavaScriptError as error:
        raise NotCompilableError(
            f"model {model.key!r} cannot be converted to JavaScript, because its step uses {error}, which JavaScript "
            "does not have."
        ) from None


def json_text(value: object) -> str:
    """Return a value as JSON that is safe in a script on a page: plain ASCII without ``<``."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _indented(spaces: int, lines: list[str]) -> str:
    return "\n".join(" " * spaces + line for line in lines)
