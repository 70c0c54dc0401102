"""Make the data of plausibility_and_performance.ipynb: do neurons that show more patterns make better networks?

``python plausibility_and_performance.py`` writes plausibility_and_performance.csv beside itself, a row for each trained
network; started again, it goes on where it was. It needs scikit-learn, whose handwritten digits are one of two tasks.

Written down before the networks of the table were trained. The sizes of the tasks, the learning rates and the numbers
of epochs had been chosen with `lif`, `lsnn`, `izhikevich` and `adex` at their defaults, so that there is room above and
below:

- **Neurons.** Plausibility is varied *within* a model, so that states and operations stay the same: the sets of
  `izhikevich` and of `adex` that the package knows (verified for a pattern in the packaged table, or published), all
  that are different and fire at some current but not without one, each with its repertoire (the patterns that it shows
  with these parameters, each under a stimulus of its own). After the first networks of `izhikevich` five of its sets
  proved to be one and the same: since then equal sets count once, and the published ones were added. Beside the sets:
  layers in which every neuron has another verified set of the same pattern; `izhikevich`, `adex`, `lif`, `qif`, `lsnn`
  and `hodgkin_huxley` at their defaults; the evolved neurons; cells of Norse as they come.
- **Networks.** Linear, 48 neurons, linear: the same numbers of weights, and the same first weights for the same seed.
  An input of 1 is the least constant current with which a neuron fires within the length of a sample, each neuron's
  own; the slope of the surrogate is that of its span. Each kind has the learning rate whose mean accuracy on the
  validation samples is best; nothing is chosen by the test samples.
- **Readings**, each the mean over the seeds: *accuracy* on the test samples; *spikes* of a sample; *robustness*, the
  mean change of the accuracy when the input is halved or doubled and, of spike times, when each is shifted at random by
  2 or by 8 ms; *relearning*, the accuracy after two more epochs in which each class has the label of the next.
- **What counts.** Spearman's correlation of the number of patterns shown with a reading, over the sets of a model, and
  its interval of 95 % (Bonett & Wright, Psychometrika 65, 2000). It counts for plausibility in a reading if the latter
  lies on the good side of 0 (more accuracy, robustness and relearning, fewer spikes) for both models in a task, or in
  both tasks for a model; against it, if it lies on the other side as often. There are 16 correlations: chance alone
  would put 0.4 intervals on the good side. Single patterns are looked at without a claim: there are too many.
- **Layers of different sets** are held against the layer whose neurons all have the set that the table has for the same
  pattern, by the differences of networks of the same seed.

Networks of one model are trained side by side, as one layer with arrays of parameters.

What was added after the results were known, and was not fixed before: ``--matched`` trains the networks of each set
again at its best learning rate, with several seeds, once as before and once with a penalty on spikes that are more or
fewer than the median of all sets of a model in the task, and writes plausibility_and_performance_matched.csv.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import norse.torch
import numpy as np
import pandas as pd
import torch

import plausiwidgets as pw
from plausiwidgets.interop.rheobase import rheobase

HIDDEN, BATCH, EPOCHS, RELEARNING = 48, 64, 4, 2
DURATION = 40.0
"""Duration of a sample in ms."""
RATES = (0.01, 0.03, 0.1)
"""Learning rates of Adam."""
TIME_STEP = {"izhikevich": 0.5, "adex": 0.4, "qif": 0.25, "hodgkin_huxley": 0.1}
"""Time step of a network in ms. For all other models it is 0.5, the published step of the evolved neurons."""
SCALES, JITTERS = {"half": 0.5, "double": 2.0}, {"jitter_2": 2.0, "jitter_8": 8.0}
"""Changes of the test input: factors, and the standard deviation of the time of each input spike in ms."""
MIXED = ("tonic_spiking", "tonic_bursting")
"""Patterns of the layers of different sets."""
WIDTH = 12
"""Number of networks in a batch, which fit into the cache of a core."""
PENALTY = 4.0
"""Loss of a network that fires no spikes, or twice as many as its target."""
HERE = Path(__file__).parent


# ------------------------------------------------------------------ tasks


@dataclass(frozen=True)
class Task:
    """Samples of a classification: the signal of each input unit over time.

    Attributes
    ----------
    name : str
    units, classes : int
    train, validation, test : tuple of (samples, labels)
        Samples are times of one spike a unit in ms [n, units], or constant inputs [n, units].
    spikes : bool
        Whether samples are spike times.
    """

    name: str
    units: int
    classes: int
    train: tuple[torch.Tensor, torch.Tensor]
    validation: tuple[torch.Tensor, torch.Tensor]
    test: tuple[torch.Tensor, torch.Tensor]
    spikes: bool

    def drive(self, samples: torch.Tensor, dt: float) -> Iterator[torch.Tensor]:
        """Yield the input of each time step, [n, units]: a constant, or spikes through a synapse of 5 ms."""
        trace = torch.zeros_like(samples)
        for k in range(round(DURATION / dt)):
            if not self.spikes:
                yield samples
                continue
            trace = trace * np.exp(-dt / 5.0) + ((samples >= k * dt) & (samples < (k + 1) * dt)).to(samples.dtype)
            yield trace


def split(name: str, x: np.ndarray, y: np.ndarray, spikes: bool) -> Task:
    """Return a task of shuffled samples: 60 % to train, 15 % to choose the learning rate, 25 % to test."""
    order = np.random.default_rng(0).permutation(len(y))
    samples, labels = torch.tensor(x[order], dtype=torch.float32), torch.tensor(y[order])
    ends = [0, int(0.6 * len(y)), int(0.75 * len(y)), len(y)]
    parts = [(samples[a:b], labels[a:b]) for a, b in zip(ends, ends[1:], strict=False)]
    return Task(name, x.shape[1], int(y.max()) + 1, *parts, spikes=spikes)


def digits() -> Task:
    """Return scikit-learn's 1797 handwritten digits of 8 x 8 pixels as constant inputs."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return split("digits", data.data / 16.0, data.target, spikes=False)


def timing(units: int = 20, classes: int = 10, samples: int = 150, smoothness: float = 2.0) -> Task:
    """Return a task in which only spike times differ (after Zenke & Vogels, Neural Computation 33, 2021).

    Each unit of each sample fires once. The times of a class lie on a smooth random curve through the space of all
    units: a sum of ten sines whose amplitudes fall with a power of their frequency.
    """
    random = np.random.default_rng(1)
    x, y = [], []
    for label in range(classes):
        amplitude, phase, factor = random.uniform(size=(3, units, 10))
        k = np.arange(1, 11)
        z = random.uniform(size=(samples, 1, 1))
        curve = (amplitude / k**smoothness * np.sin(2 * np.pi * (k * z * factor + phase))).sum(axis=-1)
        x.append((curve - curve.min(axis=0)) / np.ptp(curve, axis=0) * 0.8 * DURATION)
        y.append(np.full(samples, label))
    return split("spike times", np.concatenate(x), np.concatenate(y), spikes=True)


# ------------------------------------------------------------------ networks


class Networks:
    """A batch of networks: linear, 48 spiking neurons, linear. The spikes of a sample determine the class.

    Parameters
    ----------
    layer : Module
        Layer of networks x 48 neurons.
    task : Task
    seeds : sequence of int
        Seeds of the weights of each network.
    rate : float
        Learning rate of Adam.
    """

    def __init__(self, layer: torch.nn.Module, task: Task, seeds: list[int], rate: float) -> None:
        self.layer, self.n, self.task = layer.float(), len(seeds), task

        def weights(rows: int, columns: int, gain: float) -> torch.Tensor:
            drawn = [torch.randn(rows, columns, generator=torch.Generator().manual_seed(s)) for s in seeds]
            return (torch.stack(drawn) * gain / rows**0.5).requires_grad_()

        gain = 3.0 if task.spikes else 4.0  # a neuron gets two to three times the input that makes it fire
        self.inward, self.outward = weights(task.units, HIDDEN, gain), weights(HIDDEN, task.classes, 1.0)
        self.bias = torch.full((self.n, 1, HIDDEN), 0.5, requires_grad=True)
        self.offset = torch.zeros((self.n, 1, task.classes), requires_grad=True)
        self.weights = [self.inward, self.outward, self.bias, self.offset]
        self.adam = torch.optim.Adam(self.weights, lr=rate)

    def __call__(self, samples: torch.Tensor, scale: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits [networks, n, classes] and the spikes of a sample [networks, n]."""
        total, state = torch.zeros(()), None
        for k, drive in enumerate(self.task.drive(samples, self.layer.dt)):
            if k == 0 or self.task.spikes:
                current = torch.matmul(scale * drive, self.inward) + self.bias  # [networks, n, hidden]
                current = current.transpose(0, 1).reshape(len(samples), -1)
            z, state = self.layer(current, state)
            total = total + z
        counts = total.reshape(len(samples), self.n, HIDDEN).transpose(0, 1)
        return torch.matmul(counts, self.outward) + self.offset, counts.sum(dim=-1)

    def epoch(self, samples: torch.Tensor, labels: torch.Tensor, seed: int, spikes: float | None = None) -> None:
        """Train on every sample once; the gradient of each network is clipped to a norm of 1.

        `spikes` is the desired number of spikes of a sample, if there is one.
        """
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
        for rows in order.split(BATCH):
            self.adam.zero_grad()
            logits, fired = self(samples[rows])
            target = labels[rows].expand(self.n, -1)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="sum") / len(
                rows
            )
            if spikes is not None:
                loss = loss + PENALTY * ((fired.mean(dim=1) / spikes - 1.0) ** 2).sum()
            loss.backward()
            gradients = [w.grad.nan_to_num_(0.0, 0.0, 0.0) for w in self.weights if w.grad is not None]
            norm = torch.stack([g.flatten(1).norm(dim=1) for g in gradients]).norm(dim=0).clamp(min=1.0)
            for g in gradients:
                g /= norm[:, None, None]
            self.adam.step()

    @torch.no_grad()
    def test(self, samples: torch.Tensor, labels: torch.Tensor, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """Return the accuracy and the spikes per sample of each network."""
        right, spikes = torch.zeros(self.n), torch.zeros(self.n)
        for x, y in zip(samples.split(256), labels.split(256), strict=True):
            logits, fired = self(x, scale)
            right += (logits.argmax(dim=-1) == y).sum(dim=-1)
            spikes += fired.sum(dim=-1)
        return (right / len(labels)).numpy(), (spikes / len(labels)).numpy()


class Cell(torch.nn.Module):
    """A cell of Norse with its defaults. An input of 1 is the smallest with which it fires within a sample."""

    def __init__(self, name: str, dt: float) -> None:
        super().__init__()
        self.dt, self.scale = dt, 1.0
        self.cell = getattr(norse.torch, name)(dt=dt / 1000.0)
        x, state = torch.logspace(-3.0, 2.0, 2001), None
        fired = torch.zeros(len(x), dtype=torch.bool)
        with torch.no_grad():
            for _ in range(round(DURATION / dt)):
                z, state = self(x, state)
                fired |= z > 0.0
        self.scale = float(x[fired][0])

    def forward(self, x: torch.Tensor, state: object) -> tuple[torch.Tensor, object]:
        """Take a time step."""
        if state is None and isinstance(self.cell, norse.torch.LSNNCell):  # its threshold would start at 0
            state = self.cell.initial_state(x)
            state.b.fill_(self.cell.p.v_th)
        return self.cell(self.scale * x, state)


# ------------------------------------------------------------------ neurons


@dataclass(frozen=True)
class Kind:
    """A kind of hidden neuron.

    Attributes
    ----------
    name, group : str
        Name and group in the table. The group is "set", "mixed", "default", "evolved" or "norse".
    model : str
        Name of a packaged model, or of a cell of Norse.
    sets : tuple of mappings
        Parameters, one set for all neurons or one for each.
    shown, kept : str
        Letters of the patterns that it shows at the time step of its model, and of those whose criteria are also met at
        the time step of the network; only for "set".
    """

    name: str
    group: str
    model: str
    sets: tuple[dict[str, float], ...] = ({},)
    shown: str = ""
    kept: str = ""

    @property
    def dt(self) -> float:
        """Time step of the network in ms."""
        return TIME_STEP.get(self.model, 0.5)

    def parameters(self) -> dict[str, np.ndarray]:
        """Return each parameter of the 48 neurons."""
        own = {n: float(p.default) for n, p in pw.models.get(self.model).parameters.items()}
        return {n: np.array([(own | self.sets[k % len(self.sets)])[n] for k in range(HIDDEN)]) for n in own}

    def unit(self) -> np.ndarray:
        """Return the smallest constant current with which each of the 48 neurons fires within a sample."""
        return rheobase(pw.models.get(self.model), self.parameters(), self.dt, DURATION)


def own(model: str, values: dict[str, float]) -> dict[str, float]:
    """Return the parameters of the model, without those of the stimulus."""
    return {n: v for n, v in values.items() if n in pw.models.get(model).parameters}


def sets_of(model: str, budget: int | None, before: pd.DataFrame, report: Callable[[str], None]) -> list[Kind]:
    """Return the verified and published sets of a model, each with its repertoire.

    A repertoire comes from the table of an earlier run if the table contains the set. Without a budget, only sets of
    that table are returned.
    """
    table = pw.assessment.packaged_table()
    verified = table[(table["model"] == model) & (table["status"] == "replicated")]
    named = {row.pattern: row.parameters for row in verified.itertuples()}
    named |= {preset.title: preset.parameters for preset in pw.models.get(model).presets}
    known = before.drop_duplicates("name").set_index("name")
    kinds: dict[tuple[float, ...], Kind] = {}
    for name, parameters in named.items():
        kind = Kind(f"{model}: {name}", "set", model, (own(model, parameters),))
        values = tuple(x[0] for x in kind.parameters().values())
        if budget is None and kind.name not in known.index:
            continue
        if values in kinds or not with_unit([kind], report):
            continue
        if kind.name in known.index:
            shown, kept = known.loc[kind.name, ["shown", "kept"]]
        else:
            assert budget is not None
            shown, kept = repertoire(kind, budget)
            report(f"{kind.name}: shows {shown or 'none'}, at {kind.dt:g} ms {kept or 'none'}")
        kinds[values] = replace(kind, shown=shown, kept=kept)
    return list(kinds.values())


def repertoire(kind: Kind, budget: int) -> tuple[str, str]:
    """Return the letters of the patterns that a set shows, and of those that it shows at the step of the network."""
    (values,) = kind.sets
    found = pw.analysis.repertoire(kind.model, values, budget=budget)
    found = found[found["status"] == "replicated"]
    kept = [
        one.letter
        for one in found.itertuples()
        if pw.judge(kind.model, one.pattern, values | one.stimulus, dt=kind.dt, verify=False).loss == 0.0
    ]
    return "".join(found["letter"]), "".join(kept)


def mixed(model: str, pattern: str) -> Kind:
    """Return a layer in which every neuron has a different verified set of a pattern."""
    table = pw.analysis.sample_accepted(model, pattern, n=2 * HIDDEN, seed=0)
    each = (Kind(pattern, "mixed", model, (own(model, row),)) for row in table.to_dict("records"))
    sets = [kind.sets[0] for kind in with_unit(each, lambda _: None)]
    return Kind(f"{model}: {HIDDEN} sets of {pattern}", "mixed", model, tuple(sets[:HIDDEN]))


GROUPS = ("norse", "default", "set", "mixed", "evolved")


def kinds_of(group: str, budget: int, before: pd.DataFrame, report: Callable[[str], None]) -> Iterator[list[Kind]]:
    """Yield the kinds of a group, grouped by model."""
    if group == "norse":
        yield from ([Kind(name, group, name)] for name in ("LIFCell", "LSNNCell", "LIFAdExCell"))
    if group == "default":
        for name in ("lif", "qif", "lsnn", "izhikevich", "adex", "hodgkin_huxley"):
            yield [Kind(name, group, name)]
    if group == "set":
        yield from (sets_of(model, budget, before, report) for model in ("izhikevich", "adex"))
    if group == "mixed":
        yield from ([mixed(model, pattern) for pattern in MIXED] for model in ("izhikevich", "adex"))
    if group == "evolved":
        yield from ([Kind(model.key, group, model.key)] for model in pw.models.load(HERE / "evolved_neurons.py"))


def with_unit(kinds: Iterable[Kind], report: Callable[[str], None]) -> list[Kind]:
    """Return the kinds that fire at some current but are silent without current."""
    found = []
    for kind in kinds:
        if kind.group == "norse":
            found.append(kind)
            continue
        try:
            kind.unit()
        except ValueError as reason:
            report(f"{kind.name}: left out: {reason}")
        else:
            found.append(kind)
    return found


# ------------------------------------------------------------------ the experiment


def layer_of(kinds: list[Kind], copies: int) -> torch.nn.Module:
    """Return one layer that repeats the 48 neurons of all kinds `copies` times."""
    first = kinds[0]
    if first.group == "norse":
        return Cell(first.model, first.dt)
    each = [kind.parameters() for kind in kinds]
    values = {n: np.tile(np.concatenate([p[n] for p in each]), copies) for n in each[0]}
    unit = np.tile(np.concatenate([kind.unit() for kind in kinds]), copies)
    return pw.to_norse(first.model, values, first.dt, input=unit)


def run(kinds: list[Kind], task: Task, rate: float, seeds: Sequence[int], target: float | None = None) -> pd.DataFrame:
    """Train networks with kinds of one model and return a row for each; `target` is the desired number of spikes."""
    began = time.perf_counter()
    many = Networks(layer_of(kinds, len(seeds)), task, [s for s in seeds for _ in kinds], rate)
    for epoch in range(EPOCHS):
        many.epoch(*task.train, seed=epoch, spikes=target)
    seconds = time.perf_counter() - began
    accuracy, spikes = many.test(*task.test)
    columns = {"validation": many.test(*task.validation)[0], "accuracy": accuracy, "spikes": spikes}
    columns |= {name: many.test(*task.test, scale)[0] for name, scale in SCALES.items()}
    for name, jitter in JITTERS.items() if task.spikes else ():
        noise = torch.randn(task.test[0].shape, generator=torch.Generator().manual_seed(0)) * jitter
        columns[name] = many.test((task.test[0] + noise).clamp(0.0, DURATION - 1.0), task.test[1])[0]
    for epoch in range(RELEARNING):
        many.epoch(task.train[0], (task.train[1] + 1) % task.classes, seed=EPOCHS + epoch, spikes=target)
    columns["relearned"] = many.test(task.test[0], (task.test[1] + 1) % task.classes)[0]
    n = len(seeds)
    who = {
        "task": task.name,
        "name": [k.name for k in kinds] * n,
        "group": kinds[0].group,
        "model": kinds[0].model,
        "shown": [k.shown for k in kinds] * n,
        "kept": [k.kept for k in kinds] * n,
        "dt": kinds[0].dt,
        "rate": rate,
        "seed": np.repeat(seeds, len(kinds)),
    }
    return pd.DataFrame(who | columns | {"seconds": seconds / many.n})


def best_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of each kind at the learning rate whose mean accuracy on the validation samples is best."""
    kind = ["task", "group", "name"]
    mean = table.groupby([*kind, "rate"])["validation"].mean()
    best = mean.groupby(kind).idxmax().str[-1].rename("best")
    return table.join(best, on=kind).query("rate == best").drop(columns="best")


def matched(seeds: Sequence[int], out: Path, report: Callable[[str], None]) -> None:
    """Train the sets of the table again at their best learning rates, with and without matched spikes."""
    before = pd.read_csv(HERE / "plausibility_and_performance.csv").fillna({"shown": "", "kept": ""})
    known = best_rates(before[before["group"] == "set"])
    rates = known.groupby(["task", "name"])["rate"].first()
    targets = known.groupby(["task", "model"])["spikes"].median()
    kinds = {model: sets_of(model, None, known, report) for model in known["model"].unique()}
    tables = [pd.read_csv(out).fillna({"shown": "", "kept": ""})] if out.exists() else []
    done = {(r.task, r.name, r.seed, r.matched) for t in tables for r in t.itertuples(index=False, name="Row")}
    for seed in seeds:
        for task in (digits(), timing()):
            for model, own_kinds in kinds.items():
                for is_matched in (False, True):
                    left = [k for k in own_kinds if (task.name, k.name, seed, is_matched) not in done]
                    for rate in RATES:
                        at = [k for k in left if rates[task.name, k.name] == rate]
                        for part in (at[i : i + WIDTH] for i in range(0, len(at), WIDTH)):
                            target = float(targets[task.name, model]) if is_matched else None
                            found = run(part, task, rate, [seed], target).assign(matched=is_matched)
                            tables.append(found)
                            pd.concat(tables).to_csv(out, index=False, float_format="%.4g")
                    spikes = pd.concat(tables).query(
                        "task == @task.name and model == @model and matched == @is_matched"
                    )
                    report(
                        f"{task.name}, {model}, seed {seed}, matched {is_matched}: accuracy "
                        f"{spikes['accuracy'].mean():.3f}, spikes {spikes['spikes'].min():.0f} to "
                        f"{spikes['spikes'].max():.0f}"
                    )


def main() -> None:
    """Train the networks that are missing in the table, and write each result immediately."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=GROUPS, help="groups of neurons (default: all)")
    parser.add_argument("--seeds", type=int, nargs="+", default=range(5), help="seeds of the weights (default: 0 to 4)")
    parser.add_argument("--rates", type=float, nargs="+", default=RATES, help="learning rates (default: %(default)s)")
    parser.add_argument("--budget", type=int, default=500, help="stimuli for each pattern of a repertoire")
    parser.add_argument("--output", type=Path, default=HERE / "plausibility_and_performance.csv")
    parser.add_argument("--matched", action="store_true", help="train the sets again, with and without matched spikes")
    options = parser.parse_args()
    began = time.perf_counter()

    def report(text: str) -> None:
        print(f"{(time.perf_counter() - began) / 60.0:5.1f} min  {text}", flush=True)

    if options.matched:
        matched(options.seeds, HERE / "plausibility_and_performance_matched.csv", report)
        return
    empty = pd.DataFrame(columns=["task", "name", "rate", "seed", "shown", "kept"])
    before = pd.read_csv(options.output).fillna({"shown": "", "kept": ""}) if options.output.exists() else empty
    done = set(zip(before["task"], before["name"], before["rate"], before["seed"], strict=True))
    tables, size = [before], max(WIDTH // len(options.seeds), 1)
    for group in options.groups:
        for some in kinds_of(group, options.budget, before, report):
            kinds = with_unit(some, report)
            for task in (digits(), timing()) if some[0].model != "hodgkin_huxley" else (digits(),):
                for rate in options.rates:
                    left = [k for k in kinds if any((task.name, k.name, rate, s) not in done for s in options.seeds)]
                    for part in (left[i : i + size] for i in range(0, len(left), size)):
                        tables.append(run(part, task, rate, options.seeds))
                        accuracy = tables[-1]["accuracy"].mean()
                        report(f"{task.name}, {part[0].name} …, rate {rate:g}: accuracy {accuracy:.3f}")
                        pd.concat([t for t in tables if len(t)]).to_csv(
                            options.output, index=False, float_format="%.4g"
                        )


if __name__ == "__main__":
    main()
