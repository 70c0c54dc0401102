"""Make the data of plausibility_and_performance.ipynb: do neurons that show more patterns make better networks?

``python plausibility_and_performance.py`` writes plausibility_and_performance.csv beside itself, a row for each trained
network; started again, it goes on where it was. It needs scikit-learn, whose handwritten digits are one of two tasks.

Written down before the networks of the table were trained. The sizes of the tasks, the learning rates and the numbers
of epochs had been chosen with `lif`, `lsnn`, `izhikevich` and `adex` at their defaults, so that there is room above and
below:

- **Neurons.** Plausibility is varied *within* a model, so that states and operations stay the same: the sets of
  `izhikevich` and of `adex` that the packaged table has verified for a pattern, all of them, each with its repertoire
  (the patterns that it shows with these parameters, each under a stimulus of its own). Beside them: layers in which
  every neuron has another verified set of the same pattern; `izhikevich`, `adex`, `lif`, `qif`, `lsnn` and
  `hodgkin_huxley` at their defaults; the evolved neurons; cells of Norse as they come.
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
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import norse.torch
import numpy as np
import pandas as pd
import torch

import plausiwidgets as pw
from plausiwidgets.simulation.network.rheobase import rheobase

HIDDEN, BATCH, EPOCHS, RELEARNING = 48, 64, 4, 2
DURATION = 40.0
"""Of a sample in ms."""
RATES = (0.01, 0.03, 0.1)
"""Learning rates of Adam."""
TIME_STEP = {"izhikevich": 0.5, "adex": 0.4, "qif": 0.25, "hodgkin_huxley": 0.1}
"""In ms; 0.5 for all others, which is the published step of the evolved neurons."""
SCALES, JITTERS = {"half": 0.5, "double": 2.0}, {"jitter_2": 2.0, "jitter_8": 8.0}
"""Changes of the test input: factors, and the standard deviation of the time of each input spike in ms."""
MIXED = ("tonic_spiking", "tonic_bursting")
"""Patterns of the layers of different sets."""
WIDTH = 12
"""Networks side by side: what fits into the cache of a core."""
HERE = Path(__file__).parent


# ------------------------------------------------------------------ tasks


@dataclass(frozen=True)
class Task:
    """Samples of a classification: what each input unit gives over time.

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
    """Several networks side by side: linear, 48 spiking neurons, linear; the spikes of a sample say the class.

    Parameters
    ----------
    layer : Module
        Of networks x 48 neurons.
    task : Task
    seeds : sequence of int
        Of the weights of each network.
    rate : float
        Learning rate of Adam.
    """

    def __init__(self, layer: torch.nn.Module, task: Task, seeds: list[int], rate: float) -> None:
        self.layer, self.n, self.task = layer.float(), len(seeds), task

        def weights(rows: int, columns: int, gain: float) -> torch.Tensor:
            drawn = [torch.randn(rows, columns, generator=torch.Generator().manual_seed(s)) for s in seeds]
            return (torch.stack(drawn) * gain / rows**0.5).requires_grad_()

        gain = 3.0 if task.spikes else 4.0  # so that a neuron gets some two to three times what makes it fire
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
        return torch.matmul(counts, self.outward) + self.offset, counts.sum(dim=-1).detach()

    def epoch(self, samples: torch.Tensor, labels: torch.Tensor, seed: int) -> None:
        """Train on every sample once; the gradient of each network is clipped to a norm of 1."""
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
        for rows in order.split(BATCH):
            self.adam.zero_grad()
            logits, _ = self(samples[rows])
            target = labels[rows].expand(self.n, -1)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="sum")
            (loss / len(rows)).backward()
            gradients = [w.grad.nan_to_num_(0.0, 0.0, 0.0) for w in self.weights if w.grad is not None]
            norm = torch.stack([g.flatten(1).norm(dim=1) for g in gradients]).norm(dim=0).clamp(min=1.0)
            for g in gradients:
                g /= norm[:, None, None]
            self.adam.step()

    @torch.no_grad()
    def test(self, samples: torch.Tensor, labels: torch.Tensor, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """Return accuracy and spikes of a sample, of each network."""
        right, spikes = torch.zeros(self.n), torch.zeros(self.n)
        for x, y in zip(samples.split(256), labels.split(256), strict=True):
            logits, fired = self(x, scale)
            right += (logits.argmax(dim=-1) == y).sum(dim=-1)
            spikes += fired.sum(dim=-1)
        return (right / len(labels)).numpy(), (spikes / len(labels)).numpy()


class Cell(torch.nn.Module):
    """A cell of Norse with its own defaults; an input of 1 is the least with which it fires within a sample."""

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
        if state is None and isinstance(self.cell, norse.torch.LSNNCell):  # whose threshold would begin at 0
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
        In the table; group is "set", "mixed", "default", "evolved" or "norse".
    model : str
        Of the package, or a cell of Norse.
    sets : tuple of mappings
        Parameters, one set for all neurons or one for each.
    shown, kept : str
        Letters of the patterns that it shows at the time step of its model, and those of them that the judge still
        accepts at the time step of the network; only for "set".
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
        """Return the least constant current with which each of the 48 neurons fires within a sample."""
        return rheobase(self.model, self.parameters(), self.dt, DURATION)


def own(model: str, values: dict[str, float]) -> dict[str, float]:
    """Return values of the model, without those of a stimulus."""
    return {n: v for n, v in values.items() if n in pw.models.get(model).parameters}


def sets_of(model: str, budget: int) -> Iterator[Kind]:
    """Yield the verified sets of a model with their repertoires."""
    table = pw.assessment.published_table()
    for row in table[(table["model"] == model) & (table["status"] == "replicated")].itertuples():
        values = own(model, row.parameters)
        found = pw.repertoire(model, values, budget=budget)
        found = found[found["status"] == "replicated"]
        kept = [
            one.letter for one in found.itertuples()
            if pw.judge(model, one.pattern, values | one.stimulus, dt=TIME_STEP[model], verify=False).loss == 0.0
        ]  # fmt: skip
        yield Kind(f"{model}: {row.pattern}", "set", model, (values,), "".join(found["letter"]), "".join(kept))


def mixed(model: str, pattern: str) -> Kind:
    """Return a layer in which every neuron has another verified set of a pattern."""
    table = pw.sample_accepted(model, pattern, n=HIDDEN, seed=0)
    return Kind(
        f"{model}: {HIDDEN} sets of {pattern}", "mixed", model, tuple(own(model, r) for r in table.to_dict("records"))
    )


def groups(budget: int, report: Callable[[str], None]) -> Iterator[list[Kind]]:
    """Yield kinds of one model at a time, without those that have no least current to fire."""
    yield from ([Kind(name, "norse", name)] for name in ("LIFCell", "LSNNCell", "LIFAdExCell"))
    for name in ("lif", "qif", "lsnn", "izhikevich", "adex"):
        yield with_unit([Kind(name, "default", name)], report)
    for model in ("izhikevich", "adex"):
        kinds = []
        for kind in (*sets_of(model, budget), *(mixed(model, pattern) for pattern in MIXED)):
            report(f"{kind.name}: shows {kind.shown or 'not asked'}, at {kind.dt:g} ms {kind.kept or 'not asked'}")
            kinds.append(kind)
        yield with_unit(kinds, report)
    for neuron in pw.models.load(HERE / "evolved_neurons.py"):
        yield with_unit([Kind(neuron.name, "evolved", neuron.name)], report)
    yield with_unit([Kind("hodgkin_huxley", "default", "hodgkin_huxley")], report)


def with_unit(kinds: list[Kind], report: Callable[[str], None]) -> list[Kind]:
    """Return the kinds that fire at some current, and not without one."""
    found = []
    for kind in kinds:
        try:
            kind.unit()
        except ValueError as reason:
            report(f"{kind.name}: left out: {reason}")
        else:
            found.append(kind)
    return found


# ------------------------------------------------------------------ the experiment


def layer_of(kinds: list[Kind], seeds: int) -> torch.nn.Module:
    """Return one layer of 48 neurons for each seed and kind, kinds of a seed side by side."""
    first = kinds[0]
    if first.group == "norse":
        return Cell(first.model, first.dt)
    each = [kind.parameters() for kind in kinds]
    values = {n: np.tile(np.concatenate([p[n] for p in each]), seeds) for n in each[0]}
    unit = np.tile(np.concatenate([kind.unit() for kind in kinds]), seeds)
    return pw.to_norse(first.model, values, first.dt, input=unit)


def run(kinds: list[Kind], task: Task, rate: float, seeds: int) -> pd.DataFrame:
    """Train networks of some kinds of one model, and return a row for each."""
    began = time.perf_counter()
    many = Networks(layer_of(kinds, seeds), task, [s for s in range(seeds) for _ in kinds], rate)
    for epoch in range(EPOCHS):
        many.epoch(*task.train, seed=epoch)
    seconds = time.perf_counter() - began
    accuracy, spikes = many.test(*task.test)
    columns = {"validation": many.test(*task.validation)[0], "accuracy": accuracy, "spikes": spikes}
    columns |= {name: many.test(*task.test, scale)[0] for name, scale in SCALES.items()}
    for name, jitter in JITTERS.items() if task.spikes else ():
        noise = torch.randn(task.test[0].shape, generator=torch.Generator().manual_seed(0)) * jitter
        columns[name] = many.test((task.test[0] + noise).clamp(0.0, DURATION - 1.0), task.test[1])[0]
    for epoch in range(RELEARNING):
        many.epoch(task.train[0], (task.train[1] + 1) % task.classes, seed=EPOCHS + epoch)
    columns["relearned"] = many.test(task.test[0], (task.test[1] + 1) % task.classes)[0]
    who = {"task": task.name, "name": [k.name for k in kinds] * seeds, "group": [k.group for k in kinds] * seeds,
           "model": kinds[0].model, "shown": [k.shown for k in kinds] * seeds, "kept": [k.kept for k in kinds] * seeds,
           "dt": kinds[0].dt, "rate": rate, "seed": np.repeat(range(seeds), len(kinds))}  # fmt: skip
    return pd.DataFrame(who | columns | {"seconds": seconds / many.n})


def main() -> None:
    """Train all networks; what is finished is written at once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="networks of each kind (default: %(default)s)")
    parser.add_argument("--seeds-of-sets", type=int, help="the same, of the sets of a model (default: as many)")
    parser.add_argument("--rates", type=float, nargs="+", default=RATES, help="learning rates (default: %(default)s)")
    parser.add_argument("--budget", type=int, default=500, help="stimuli tried for each pattern of a repertoire")
    parser.add_argument("--out", type=Path, default=HERE / "plausibility_and_performance.csv")
    options = parser.parse_args()
    began = time.perf_counter()

    def report(text: str) -> None:
        print(f"{(time.perf_counter() - began) / 60.0:5.1f} min  {text}", flush=True)

    table = pd.read_csv(options.out) if options.out.exists() else pd.DataFrame(columns=["task", "name", "rate"])
    done = set(zip(table["task"], table["name"], table["rate"], strict=True))
    tables, tasks = [table] if len(table) else [], (digits(), timing())
    for kinds in filter(None, groups(options.budget, report)):
        many = options.seeds_of_sets or options.seeds if len(kinds) > 1 else options.seeds
        size = max(WIDTH // many, 1)
        for task in tasks[:1] if kinds[0].model == "hodgkin_huxley" else tasks:
            for rate in options.rates:
                left = [kind for kind in kinds if (task.name, kind.name, rate) not in done]
                for part in (left[i : i + size] for i in range(0, len(left), size)):
                    found = run(part, task, rate, many)
                    tables.append(found)
                    report(f"{task.name}, {part[0].name} …, rate {rate:g}: accuracy {found['accuracy'].mean():.3f}")
                    pd.concat(tables).to_csv(options.out, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
