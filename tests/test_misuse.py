"""Every argument of every public function and class, given what it is not made for.

The cases are generated from the signatures: a new name in an ``__all__`` is covered by itself, and fails here until
its required arguments have an example below.
"""

import datetime
import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from norse.torch.functional.lif import LIFFeedForwardState, LIFParameters, lif_feed_forward_step

import plausiwidgets as pw
import plausiwidgets.models.operation_count
from plausiwidgets import analysis, assessment, models, networks, optimization, patterns, teaching, widgets
from plausiwidgets.analysis import samples

HANDED_OUT = {
    "CriterionResult",
    "Measurement",
    "Graded",
    "Response",
    "Responses",
    "Result",
    "Run",
    "Study",
    "AllOf",
    "Profile",
    "Atlas",
    "AtlasAxis",
    "Behaviour",
    "Impedance",
    "NoiseTolerance",
    "Precision",
    "PrecisionEntry",
    "Reliability",
    "PhaseLine",
    "PhasePlane",
    "StudySnapshot",
    "Target",
    "Traces",
    "Verdict",
    "PlausibilityMap",
    "ParameterPlane",
    "Answer",
    "FixedPoint",
    "NeuronLayer",
    "Injected",
    "RecordedPattern",
    "Bifurcation",
    "BifurcationDiagram",
}
"""Classes that the package makes itself and hands out."""
INNER = {
    "make_table",
    "Strategy",
    "StrategyFactory",
    "StoreError",
    "StoreWarning",
    "NotCompilableError",
    "NoSolutionError",
    "to_brian2",
    "from_brian2",
    "from_nir",
    "to_nir",
}
"""What works on what is complete and checked already, errors, what a user subclasses, and what needs Brian2."""


def step(current: Any, state: Any, p: Any, dt: Any) -> Any:
    """Return a leaky neuron's next state."""
    (v,) = state
    v = v + dt / p.tau * (-65.0 - v + current)
    return (v > -50.0).to(v.dtype), (torch.where(v > -50.0, -65.0, v),)


class Module(torch.nn.Module):
    """A leaky neuron with hidden state."""

    def __init__(self) -> None:
        super().__init__()
        self.beta, self.threshold, self.v = 0.9, 1.0, 0.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.v = self.beta * self.v + x
        fired = self.v > self.threshold
        self.v = torch.where(fired, 0.0, self.v)
        return fired.to(x.dtype)


TAU = pw.Parameter("tau", 20.0, 5.0, 50.0)
CURRENT = pw.Parameter("current", 25.0, 0.0, 100.0)
CRITERION = pw.Criterion("n", "spikes", "Spikes.", low=1.0)
AMPLITUDE = pw.StimulusParameter("amplitude", 1.0, 0.1, 2.0, of="current")
LEAKY: dict[str, Any] = dict(
    key="leaky",
    step=step,
    parameters=[TAU],
    initial_state=lambda p, holding: (-65.0,),
    current=CURRENT,
    rest=-65.0,
    threshold=-50.0,
    states=["v"],
)
NEURON = pw.NeuronModel(**LEAKY)
PIECE = pw.pulse(0.0, 10.0, 1.0)
PATTERN = dict(
    key="some",
    title="Some",
    criteria=[CRITERION],
    stimulus_parameters=[AMPLITUDE],
    budget=50,
    sweeps=lambda s: {"pulse": pw.Sweep([pw.pulse(0.0, 5.0, s.amplitude)], end=50.0)},
    measure=lambda r, s: {"n": r["pulse"].count()},
)
TABLE = pd.DataFrame(
    [
        {
            "model": "lif",
            "pattern": "tonic_spiking",
            "status": "replicated",
            "parameters": {},
            "robustness": 1.0,
        }
    ]
)
SEARCH = dict(
    model="lif",
    pattern="tonic_spiking",
    budget=2,
    time_limit=0.05,
    start={"tau_mem": 20.0},
    fixed=["v_rest"],
    bounds={"tau_mem": (5.0, 50.0)},
)
ASSESSED = dict(models="lif", patterns="tonic_spiking", budget=2)
JUDGED = dict(model="lif", pattern="tonic_spiking", parameters={"tau_mem": 20.0}, verify=False)

EXAMPLES: dict[str, dict[str, Any]] = {
    "Exercise": dict(question="Make it burst.", free=["c"], hints=["The reset."]),
    "class_results": dict(codes=["PW1.a.00000000"]),
    "NeuronModel": LEAKY,
    "from_torch": dict(module=Module()),
    "from_norse": LEAKY
    | dict(
        states=None,
        step=lif_feed_forward_step,
        initial_state=lambda p, holding: LIFFeedForwardState(v=torch.full_like(p.tau, -65.0), i=0.0 * p.tau),
        convert=lambda p, dt: LIFParameters(
            0.0 * p.tau, 1.0 / p.tau, *(torch.full_like(p.tau, v) for v in (-65.0, -50.0, -65.0))
        ),
    ),
    "Parameter": dict(key="tau", default=20.0, low=5.0, high=50.0, limits=(0.0, None)),
    "Preset": dict(title="Some", parameters={"tau": 12.0}),
    "StateVariable": dict(key="w"),
    "Current": dict(pieces=(PIECE,), end=50.0),
    "Current.step": dict(amplitude=1.0, end=20.0),
    "Current.pulse": dict(onset=0.0, width=20.0, amplitude=1.0),
    "Current.ramp": dict(onset=0.0, width=20.0, amplitude=1.0),
    "models.fixed_point": dict(model="lif", bits=16, ranges={"v": 128.0}),
    "fixed_point": dict(model="lif", bits=16, ranges={"v": 128.0}),
    "atlas": dict(model="lif", parameters={"tau_mem": 20.0}, fixed=["tau_mem"], points=2, budget=2),
    "precision": dict(model="lif", patterns=["tonic_spiking"], bits=[16], budget=2),
    "Proof": dict(text="A sentence."),
    "simulate": dict(model="lif", current=pw.Current.step(1.0, 20.0), parameters={"tau_mem": 20.0}),
    "judge": JUDGED,
    "Pattern": PATTERN,
    "Protocol": PATTERN,
    "StimulusParameter": dict(key="width", default=5.0, low=2.0, high=50.0, unit="ms"),
    "Sweep": dict(pieces=[PIECE], end=50.0),
    "Current.noise": dict(sd=1.0, tau=5.0, seed=1, end=20.0),
    "Current.chirp": dict(f0=1.0, f1=40.0, amplitude=1.0, end=20.0),
    "noise": dict(onset=0.0, width=5.0, sd=1.0, tau=5.0, seed=1),
    "chirp": dict(onset=0.0, width=5.0, amplitude=1.0, f0=1.0, f1=40.0),
    "pulse": dict(onset=0.0, width=5.0, amplitude=1.0),
    "ramp": dict(onset=0.0, width=5.0, amplitude=1.0),
    "Criterion": dict(key="n", title="spikes", description="Spikes.", low=1.0),
    "AmplitudeWindow": dict(fire=("a",), silent=("b",)),
    "Curve": dict(x="a", y="b", x_label="c", y_label="d"),
    "optimize": SEARCH,
    "start_optimization": SEARCH,
    "assess": ASSESSED,
    "start_assessment": ASSESSED,
    "estimate": ASSESSED,
    "read_study": dict(files=["/nonexistent/a.jsonl"]),
    "load": dict(path="/nonexistent/neurons.py"),
    "plausibility_score": dict(table=TABLE, measure=False),
    "plausibility_map": dict(table=TABLE),
    "plausibility_chart": dict(table=TABLE),
    "write_csv": dict(table=assessment.packaged_table().head(1), path="/nonexistent/table.csv"),
    "read_csv": dict(path="/nonexistent/table.csv"),
    "make_table": dict(results=[]),
    "export_widget": dict(model="lif", patterns=["tonic_spiking"], parameters={"tau_mem": 20.0}, path="page.mjs"),
    "export_page": dict(model="lif", patterns=["tonic_spiking"], parameters={"tau_mem": 20.0}, path="page.html"),
    "plot": dict(x=pw.simulate("lif", pw.Current.step(1.0, 20.0))),
    "bifurcation_diagram": dict(model="lif", parameters={"tau_mem": 20.0}, currents=(-5.0, 25.0), points=40),
    "phase_line": dict(model="lif", parameters={"tau_mem": 20.0}, bounds={"v": (-80.0, -40.0)}, points=5),
    "phase_plane": dict(
        model="izhikevich",
        parameters={"a": 0.02},
        pair=["v", "u"],
        bounds={"v": (-80.0, 0.0), "u": (-20.0, 0.0)},
        points=(5, 5),
    ),
    "to_norse": dict(model="lif"),
    "fi_curve": dict(model="lif", currents=[10.0, 20.0]),
    "impedance": dict(model="lif", f0=10.0, f1=20.0),
    "reliability": dict(model="lif", trials=2, duration=50.0),
    "noise_tolerance": dict(model="lif", pattern="tonic_spiking", seeds=1),
    "parameter_plane": dict(model="lif", patterns="tonic_spiking", x="tau_mem", y="v_rest", points=3),
    "repertoire": dict(model="lif", patterns=["tonic_spiking"], budget=2),
    "sample_accepted": dict(model="lif", pattern="tonic_spiking", n=3),
    "most_versatile": dict(model="lif", patterns=["tonic_spiking"], budget=2),
    "Page": dict(model="lif", patterns=["tonic_spiking"], parameters={"tau_mem": 20.0}),
    "read_code": dict(code="PW1.Lm1vZGVsPWxpZiYucGF0dGVybj10b25pY19zcGlraW5nJi5zZWNvbmRzPTQxJi5zb2x2ZWQ9MQ.72a5ed9b"),
    "loss_profiles": dict(
        model="lif",
        pattern="tonic_spiking",
        parameters={"tau_mem": 20.0},
        names=["tau_mem"],
        bounds={"tau_mem": (5.0, 50.0)},
        points=3,
    ),
    "models.register": dict(model=NEURON),
    "patterns.register": dict(pattern=pw.Pattern(**PATTERN)),
    "patterns.all_of": dict(patterns=["tonic_spiking", "rebound_spike"]),
    "from_recording": dict(t=[0.0, 100.0], spikes=[20.0, 40.0, 60.0, 80.0]),
    "Current.values": dict(t=[0.0, 100.0], current=[5.0, 0.0]),
    "patterns.stimulus": dict(shape="pulses", number=3),
    "Explorer": dict(model="lif", pattern="tonic_spiking", parameters={"tau_mem": 20.0}),
    "Selection.of": dict(model="lif", pattern="tonic_spiking", parameters={"tau_mem": 20.0}),
    "Selection.from_query": dict(query="model=lif"),
}
BY_NAME = {"model": "lif", "pattern": "tonic_spiking"}

NAN, INF = float("nan"), float("inf")
VALUES: dict[str, Any] = {
    "None": None,
    "text": "abc",
    "empty text": "",
    "bytes": b"abc",
    "True": True,
    "number": 3.7,
    "negative": -1,
    "linear_width": 0,
    "huge": 10**400,
    "complex": 1j,
    "nan": NAN,
    "inf": INF,
    "numpy nan": np.float64("nan"),
    "nan pair": (NAN, None),
    "inf pair": (-INF, INF),
    "numbers": [1.0, 2.0],
    "numbers with nan": [1.0, NAN],
    "ragged": [[1.0], [1.0, 2.0]],
    "names": ["a", "b"],
    "Nones": [None],
    "empty list": [],
    "set": {1.0, 2.0},
    "array": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "masked": np.ma.masked_array([1.0, 2.0], [False, True]),
    "masked constant": np.ma.masked,
    "Series": pd.Series([1.0, 2.0]),
    "Series of texts": pd.Series(["a", "b"]),
    "DataFrame": pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}),
    "empty DataFrame": pd.DataFrame(),
    "datetime": datetime.datetime(2020, 1, 1),
    "datetime64": np.datetime64("2020-01-01"),
    "datetimes": pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01"])),
    "Timestamp": pd.Timestamp("2020-01-01"),
    "dict": {"a": 1.0},
    "dict of Parameters": {"tau": TAU},
    "empty dict": {},
    "numbered dict": {1: 2.0},
    "object": object(),
    "type": int,
    "function": lambda *args, **kwargs: None,
    "Parameter": TAU,
    "tensor": torch.tensor([1.0, 2.0], requires_grad=True),
    "module": pw,
}
WITHIN = (
    "None",
    "text",
    "True",
    "complex",
    "nan",
    "inf",
    "masked",
    "Series of texts",
    "datetime",
    "datetime64",
    "datetimes",
    "dict",
    "object",
    "DataFrame",
    "tensor",
)
"""Of these, what is also put into a mapping or a list that is valid otherwise."""

NEVER = {
    "nan",
    "numpy nan",
    "nan pair",
    "masked",
    "masked constant",
    "datetime",
    "datetime64",
    "datetimes",
    "Timestamp",
    "complex",
    "bytes",
    "Nones",
    "module",
    "numbered dict",
    "ragged",
    "numbers with nan",
}
"""What no argument takes."""
ONLY = {
    "None": "None",
    "text": "str|Named|PerSet|Models|Patterns",
    "empty text": "str|Named|PerSet|Models|Patterns",
    "True": "bool",
    "number": "float|Value|PerSet|ArrayLike",
    "negative": "float|Value|PerSet|ArrayLike|int",
    "linear_width": "float|Value|PerSet|ArrayLike|int",
    "huge": "int|ArrayLike",
    "inf": "float",
    "numbers": "Sequence.float|ArrayLike|tuple.(float|Value|Time)",
    "names": "str.|tuple.Time|Iterable.str|Named|Models",
    "object": "Executor|nothing",
    "type": "Callable|Progress|Strategy|Step|PerSet|Checkpoint",
    "function": "Callable|Progress|Strategy|Step|PerSet|Checkpoint",
    "Parameter": "Parameter",
    "Series": "ArrayLike|Sequence.float|tuple.(float|Value|Time)",
    "Series of texts": "str.|tuple.Time|Iterable.str|Named|Models",
    "DataFrame": "DataFrame|Mapping|str.|Iterable.str",
    "array": "ArrayLike|nothing",
    "tensor": "nothing",
    "dict": "Mapping|Iterable",
    "dict of Parameters": "nothing",
    "empty list": "Sequence|tuple|Iterable|Collection|ArrayLike|Named|Models|Patterns",
    "set": "Iterable|Collection|Sequence|ArrayLike|nothing",
}
"""What of an annotation says that a value is taken, where that is not for the function to judge."""


def callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the name and the object of everything public that can be called."""
    seen: set[int] = set()
    homes: list[ModuleType] = [
        pw,
        models,
        plausiwidgets.models.operation_count,
        patterns,
        optimization,
        analysis,
        assessment,
        teaching,
        networks,
        widgets,
    ]
    for home in homes:
        names = getattr(home, "__all__", ("operations", "operations_per_ms", "nanoseconds"))
        for name in names:
            thing = getattr(home, name, None)
            if not callable(thing) or id(thing) in seen or {name} & (HANDED_OUT | INNER):
                continue
            seen.add(id(thing))
            label = f"{home.__name__.split('.')[-1]}.{name}" if home in (models, patterns) else name
            if name != "Selection":
                yield label if home is not models or name in ("get", "register") else name, thing
            if isinstance(thing, type):
                for method, made in vars(thing).items():
                    if not method.startswith("_") and isinstance(made, classmethod):
                        yield f"{name}.{method}", getattr(thing, method)


def variants(good: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values of a case, and a valid mapping or list with one of them in it."""
    yield from VALUES.items()
    if isinstance(good, dict):
        key = next(iter(good))
        yield from ((f"its value {label}", {key: VALUES[label]}) for label in WITHIN)
        yield "unknown name", {"nonsense": good[key]}
    elif isinstance(good, (list, tuple)):
        yield from ((f"its entry {label}", type(good)([VALUES[label], *good[1:]])) for label in WITHIN)


def cases() -> Iterator[Any]:
    """Yield (name, callable, argument): each is tried with every value."""
    for name, thing in callables():
        with suppress(ValueError):
            for argument, parameter in inspect.signature(thing).parameters.items():
                if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
                    yield pytest.param(name, thing, argument, id=f"{name}-{argument}")


def shows(text: str, value: Any) -> bool:
    """Return whether a text shows a value, or what of it is wrong."""
    plain = " ".join(text.split())
    parts = [value]
    if isinstance(value, dict):
        parts += [*value, *value.values()]
    elif isinstance(value, (list, tuple, set, np.ndarray, pd.Series, torch.Tensor)):
        parts += list(value) if getattr(value, "ndim", 1) else []
        parts += list(value.index) if isinstance(value, pd.Series) else []
    elif isinstance(value, pd.DataFrame):
        parts += [*value.columns, *value.index, *value.to_numpy().ravel()]
    shown = [" ".join(repr(part).split()) for part in parts] + [type(value).__name__]
    shown += [f"{part:g}" for part in parts if isinstance(part, float)]
    empty = (isinstance(value, str) and not value) or (hasattr(value, "__iter__") and len(parts) == 1)
    return empty or any(one[:12] in plain for one in shown)


def wrong(name: str, thing: Callable[..., Any], argument: str, label: str, value: Any) -> str:
    """Call with one value; return what is wrong with the outcome, or an empty text."""
    signature = inspect.signature(thing)
    known = EXAMPLES.get(name, EXAMPLES.get(name.split(".")[-1], BY_NAME))
    given = {key: good for key, good in known.items() if key in signature.parameters} | {argument: value}
    several = [key for key in given if signature.parameters[key].kind is inspect.Parameter.VAR_POSITIONAL]
    spread = [given.pop(key) for key in several]
    args = [x for entry in spread for x in (entry if isinstance(entry, (list, tuple)) else [entry])]
    annotation = str(signature.parameters[argument].annotation)
    default = signature.parameters[argument].default
    with warnings.catch_warnings(record=True) as noise:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)  # old ipywidgets of new traitlets; nobody is shown it
        try:
            made = thing(*args, **given)
        except (ValueError, TypeError) as error:
            text = str(error)
            fitting = re.search(ONLY.get(label, "never"), annotation)
            if callable(value) and (fitting or name == "from_norse"):
                return ""  # its own error, when it was called
            listed = re.search(r"\bunknown ", text) and shows(text, value)
            if not re.search(rf"\b{re.escape(argument.removesuffix('s'))}s?\b", text) and not listed:
                return f"does not name the argument: {text}"
            if fitting:
                return ""  # of a type that is taken, and no good here
            if not shows(text, value) and label not in ("type", "function"):
                return f"does not show the value: {text}"
            if not re.search(
                r"not (one of|a (finite )?number)|\b([Vv]alid|must|needs?|takes|at least|give|write)\b", text
            ):
                return f"does not say what is valid: {text}"
            if re.search(r"\b_[A-Z]", text.partition(", got ")[0]):
                return f"names a private type: {text}"
            return ""
        except (OSError, assessment.StoreError) as error:
            return "" if "Path" in annotation or "path" in known else f"{type(error).__name__}: {error}"
        except Exception as error:
            return f"raises {type(error).__name__}: {error}"
    for end in ("stop", "wait", "close"):
        if hasattr(made, end):
            getattr(made, end)()
    if noise and not callable(value):
        return f"warns: {noise[0].message}"
    kind = label.removeprefix("its value ").removeprefix("its entry ")
    if kind == "True" and kind != label and "ArrayLike" in annotation:
        return ""  # numpy makes a number of it
    if kind != label:  # within a list or a mapping: its annotation says what an entry may be
        annotation = annotation.partition("[")[2] or annotation
        if kind == "None" and "None" not in annotation:
            return "is taken"
    if kind == "None" and (default is None or "None" in annotation or default is inspect.Parameter.empty):
        return "" if default is None or "None" in annotation else "is taken"
    if kind in NEVER or (kind in ONLY and not re.search(ONLY[kind], annotation)):
        return f"is taken, for {annotation}"
    return ""


@pytest.mark.parametrize(("name", "thing", "argument"), list(cases()))
def test_a_wrong_argument_is_named_with_its_value_and_what_is_valid(name, thing, argument, monkeypatch, tmp_path):
    monkeypatch.setattr(samples, "MIN_SETS", 20)  # what is valid is sampled
    monkeypatch.chdir(tmp_path)
    # A page of what is right after all takes seconds, of which torch.export takes nearly all.
    monkeypatch.setattr("plausiwidgets.widgets.app.parts.neuron_object", lambda neuron: "")
    good = EXAMPLES.get(name, {}).get(argument)
    faults = {label: wrong(name, thing, argument, label, value) for label, value in variants(good)}
    assert not any(faults.values()), "\n" + "\n".join(f"{x}: {fault[:300]}" for x, fault in faults.items() if fault)


OF_MODELS = [c for c in cases() if c.values[2] in ("model", "models") and c.values[0] != "packaged_parameters"]


@pytest.mark.parametrize(("name", "thing", "argument"), OF_MODELS)
def test_a_torch_module_in_place_of_a_model_names_the_way_in(name, thing, argument):
    signature = inspect.signature(thing)
    known = EXAMPLES.get(name, EXAMPLES.get(name.split(".")[-1], BY_NAME))
    given = {key: good for key, good in known.items() if key in signature.parameters} | {argument: Module()}
    with pytest.raises(TypeError, match=r"must be .*\. Use pw\.from_torch\(module\)\."):
        thing(**given)


def test_rows_and_columns_of_a_table_are_accepted_as_a_mapping():
    table = pd.DataFrame({"tau_mem": [10.0, 20.0, 30.0], "amplitude": [30, 40, 50]}, index=["a", "b", "c"])
    plain = {"tau_mem": [10.0, 20.0, 30.0], "amplitude": [30.0, 40.0, 50.0]}
    many = pw.judge("lif", "tonic_spiking", plain, verify=False)
    assert list(pw.judge("lif", "tonic_spiking", table, verify=False).loss) == list(many.loss)
    columns = {"tau_mem": table["tau_mem"], "amplitude": table["amplitude"]}
    assert list(pw.judge("lif", "tonic_spiking", columns, verify=False).loss) == list(many.loss)
    assert pw.judge("lif", "tonic_spiking", table.loc["b"], verify=False).loss == many.loss[1]
    found = pw.optimize("lif", "tonic_spiking", start=table.loc["b"], bounds={"tau_mem": np.array([5, 50])}, budget=1)
    assert found.parameters["tau_mem"] == 20.0
    step = pw.Current.step(np.float32(30.0), np.int64(50))
    assert len(pw.simulate("lif", step, table[["tau_mem"]])) == 3
    t = pd.DataFrame({"t": np.arange(0.0, 100.0), "fired": np.arange(100) % 20 == 10})
    pattern = pw.from_recording(t["t"], spikes=t["fired"])
    assert "spikes: 5" in pattern.description
    assert pw.Explorer("lif", "tonic_spiking", table.loc["c"]).selection.values["tau_mem"] == 30.0
