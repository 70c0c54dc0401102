"""Neurons that are famous for a firing pattern, at the currents of their authors: does the judge agree?

The list was written down before it was judged for the first time. A step of current is as strong as in the publication;
where this gives a pulse or a ramp of another form than the pattern's, its strength is ours, and the entry says so. As a
script it judges all of them, with verification, and writes the table of the documentation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

import plausiwidgets as pw
from plausiwidgets.patterns.status import WORDS

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "literature.md"
BEGIN, END = "<!-- the table -->", "<!-- end of the table -->"


@dataclass(frozen=True)
class Famous:
    """A published set."""

    source: str
    words: str  # what its authors call the set
    neuron: str  # key of the model; "izhikevich_2007" is the one below
    pattern: str  # the one of the twenty that these words mean
    values: Mapping[str, float] = field(default_factory=dict)  # parameters and stimulus values
    own: bool = False  # whether the strength of the stimulus is ours
    dt: float | None = None  # time step of the publication in ms, where the set belongs to it

    @property
    def model(self) -> pw.NeuronModel:
        """The neuron."""
        return izhikevich_2007() if self.neuron == "izhikevich_2007" else pw.models.get(self.neuron)

    def judged(self, verify: bool = False) -> pw.Verdict:
        """Return the verdict."""
        return pw.judge(self.model, self.pattern, self.values, dt=self.dt, verify=verify)


def step_2007(current, state, p, dt):
    """Izhikevich, *Dynamical Systems in Neuroscience*, MIT Press 2007, ch. 8: forward Euler.

    The recovery of the fast-spiking cell is cubic above v_b; peak and reset of the low-threshold cell depend on u.
    """
    v, u = state
    follows = p.b * (v - p.v_r) + p.cubic * np.maximum(v - p.v_b, 0.0) ** 3
    v, u = v + dt * (p.k * (v - p.v_r) * (v - p.v_t) - u + current) / p.C, u + dt * p.a * (follows - u)
    fired = v >= p.v_peak - p.peak_u * u
    v, u = np.where(fired, p.c + p.c_u * u, v), np.where(fired, np.minimum(u + p.d, p.u_max), u)
    return fired.astype(np.float64), (v, u)


def start_2007(p, holding):
    """Return the lower fixed point."""
    slope = p.k * (p.v_r - p.v_t) - p.b
    x = (-slope - np.sqrt(np.maximum(slope * slope - 4.0 * p.k * holding, 0.0))) / (2.0 * p.k)
    return p.v_r + x, p.b * x


@cache
def izhikevich_2007() -> pw.NeuronModel:
    """Return the neuron of the book, with the defaults of its regular spiking cell."""
    return pw.NeuronModel(
        "izhikevich_2007",
        step_2007,
        [
            pw.Parameter("C", 100.0, 10.0, 300.0, unit="pF"),
            pw.Parameter("k", 0.7, 0.1, 3.0, unit="nS/mV"),
            pw.Parameter("v_r", -60.0, -90.0, -50.0, unit="mV"),
            pw.Parameter("v_t", -40.0, -55.0, -30.0, unit="mV"),
            pw.Parameter("a", 0.03, 0.001, 0.5, unit="1/ms"),
            pw.Parameter("b", -2.0, -30.0, 30.0, unit="nS"),
            pw.Parameter("c", -50.0, -80.0, -30.0, unit="mV"),
            pw.Parameter("d", 100.0, -100.0, 1000.0, unit="pA"),
            pw.Parameter("v_peak", 35.0, 10.0, 60.0, unit="mV"),
            pw.Parameter("peak_u", 0.0, 0.0, 1.0, unit="mV/pA"),
            pw.Parameter("c_u", 0.0, 0.0, 1.0, unit="mV/pA"),
            pw.Parameter("u_max", 1e6, 0.0, 1e7, unit="pA"),
            pw.Parameter("cubic", 0.0, 0.0, 1.0, unit="pA/mV³"),
            pw.Parameter("v_b", -55.0, -90.0, -30.0, unit="mV"),
        ],
        initial_state=start_2007,
        current=pw.Parameter("current", 100.0, -500.0, 1000.0, unit="pA"),
        rest="v_r",
        threshold="v_t",
        dt=0.1,
        states=["v", "u"],
        peak=35.0,
    )


def presets(source: str, neuron: str, own: bool = True, **changed: Mapping[str, float]) -> Iterator[Famous]:
    """Yield the packaged sets of a neuron that name a pattern; `changed` are other stimulus values, by figure."""
    for preset in pw.models.get(neuron).presets:
        if preset.pattern and not preset.source.startswith("found"):
            figure = preset.title.partition(":")[0]
            values = {**preset.parameters, **changed.get(figure, {})}
            yield Famous(source, preset.title, neuron, preset.pattern, values, own and figure not in changed, preset.dt)


def step(amplitude: float, holding: float = 0.0) -> dict[str, float]:
    """Return the stimulus values of a step."""
    return {"amplitude": amplitude, "holding": holding}


I03, I04, I07 = "Izhikevich 2003", "Izhikevich 2004", "Izhikevich 2007"
MN, NAUD, BG, RE = "Mihalas & Niebur 2009", "Naud et al. 2008", "Brette & Gerstner 2005", "Rinzel & Ermentrout 1998"
RS = {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}
BRETTE = {
    "C": 281.0,
    "g_L": 30.0,
    "E_L": -70.6,
    "V_T": -50.4,
    "delta_T": 2.0,
    "tau_w": 144.0,
    "a": 4.0,
    "b": 80.5,
    "V_r": -70.6,
}
CYCLE = {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 1.0 / 15.0}
HINDMARSH = {"a": 1.0, "b": 3.0, "c": 1.0, "d": 5.0, "s": 4.0, "x_1": -1.6, "r": 0.001}
WILSON = {p.title: p.parameters for p in pw.models.get("wilson").presets}
LTS = {
    "C": 100.0,
    "k": 1.0,
    "v_r": -56.0,
    "v_t": -42.0,
    "a": 0.03,
    "b": 8.0,
    "c": -53.0,
    "c_u": 0.04,
    "d": 20.0,
    "u_max": 670.0,
    "v_peak": 40.0,
    "peak_u": 0.1,
}
FS = {
    "C": 20.0,
    "k": 1.0,
    "v_r": -55.0,
    "v_t": -40.0,
    "a": 0.2,
    "b": 0.0,
    "cubic": 0.025,
    "v_b": -55.0,
    "c": -45.0,
    "d": 0.0,
    "v_peak": 25.0,
}

FAMOUS = [
    Famous(I03, "regular spiking (RS), adapts", "izhikevich", "spike_frequency_adaptation", RS | step(10.0)),
    Famous(I03, "intrinsically bursting (IB)", "izhikevich", "mixed_mode", RS | {"c": -55.0, "d": 4.0} | step(10.0)),
    Famous(I03, "chattering (CH)", "izhikevich", "tonic_bursting", RS | {"c": -50.0, "d": 2.0} | step(10.0)),
    Famous(
        I03, "fast spiking (FS), no adaptation", "izhikevich", "tonic_spiking", RS | {"a": 0.1, "d": 2.0} | step(10.0)
    ),
    Famous(
        I03,
        "low-threshold spiking (LTS), adapts",
        "izhikevich",
        "spike_frequency_adaptation",
        RS | {"b": 0.25, "d": 2.0} | step(10.0),
    ),
    *presets(
        I04,
        "izhikevich_2004",
        A=step(14.0),
        B=step(0.5),
        C=step(15.0),
        D=step(0.6),
        E=step(10.0),
        F=step(30.0),
        S=step(5.0, 80.0),
        T=step(5.0, 80.0),
    ),
    Famous(I07, "regular spiking (RS), adapts, 100 pA", "izhikevich_2007", "spike_frequency_adaptation", step(100.0)),
    Famous(I07, "regular spiking (RS), class 1", "izhikevich_2007", "class_1_excitable", step(100.0)),
    Famous(
        I07,
        "intrinsically bursting (IB), 500 pA",
        "izhikevich_2007",
        "mixed_mode",
        {"C": 150.0, "k": 1.2, "v_r": -75.0, "v_t": -45.0, "a": 0.01, "b": 5.0, "c": -56.0, "d": 130.0, "v_peak": 50.0}
        | step(500.0),
    ),
    Famous(
        I07,
        "chattering (CH), 400 pA",
        "izhikevich_2007",
        "tonic_bursting",
        {"C": 50.0, "k": 1.5, "v_r": -60.0, "v_t": -40.0, "a": 0.03, "b": 1.0, "c": -40.0, "d": 150.0, "v_peak": 25.0}
        | step(400.0),
    ),
    Famous(
        I07,
        "low-threshold spiking (LTS), adapts, 200 pA",
        "izhikevich_2007",
        "spike_frequency_adaptation",
        LTS | step(200.0),
    ),
    Famous(I07, "fast spiking (FS), 400 pA", "izhikevich_2007", "tonic_spiking", FS | step(400.0)),
    Famous(I07, "fast spiking (FS), class 2", "izhikevich_2007", "class_2_excitable", FS | step(400.0)),
    *presets(
        MN,
        "mihalas_niebur",
        A=step(1.5),
        B=step(1.5),
        C=step(2.0),
        D=step(1.5),
        G=step(3.5),
        H=step(2.0),
        K=step(1.0),
        L=step(1.0),
        M=step(2.0),
        N=step(1.5),
        O=step(3.5),
        P=step(2.0),
        T=step(8.0),
    ),
    *presets(NAUD, "adex", own=False),
    Famous(BG, "regular spiking, adapts, 1 nA", "adex", "spike_frequency_adaptation", BRETTE | step(1000.0)),
    Famous(
        BG,
        "bursting, 1 nA",
        "adex",
        "tonic_bursting",
        BRETTE | {"tau_w": 20.0, "b": 500.0, "V_r": -45.4} | step(1000.0),
    ),
    Famous(RE, "class 2, Hopf bifurcation", "morris_lecar", "class_2_excitable", step(100.0)),
    Famous(RE, "class 1, SNIC", "morris_lecar", "class_1_excitable", CYCLE | step(60.0)),
    Famous(
        RE,
        "bistable near a saddle homoclinic orbit, I = 37",
        "morris_lecar",
        "bistability",
        CYCLE | {"phi": 0.23} | step(100.0, 37.0),
        own=True,
    ),
    Famous("Wilson 1999", "regular spiking, adapts", "wilson", "spike_frequency_adaptation", WILSON["Regular spiking"]),
    Famous("Wilson 1999", "fast spiking", "wilson", "tonic_spiking", WILSON["Fast spiking"]),
    Famous("Wilson 1999", "bursting", "wilson", "tonic_bursting", WILSON["Bursting"]),
    Famous(
        "Hindmarsh & Rose 1984", "burst, then rest, I = 0.4", "hindmarsh_rose", "phasic_bursting", HINDMARSH | step(0.4)
    ),
    Famous("Hindmarsh & Rose 1984", "bursts, I = 2", "hindmarsh_rose", "tonic_bursting", HINDMARSH | step(2.0)),
    Famous("Hindmarsh & Rose 1984", "fast train, I = 4", "hindmarsh_rose", "tonic_spiking", HINDMARSH | step(4.0)),
    *presets("Wang & Buzsáki 1996", "wang_buzsaki", own=False),
    Famous("Wang & Buzsáki 1996", "fires as slowly as one likes", "wang_buzsaki", "class_1_excitable", step(1.0)),
    *presets("Connor et al. 1977", "connor_stevens", own=False),
    *presets("Hodgkin & Huxley 1952", "hodgkin_huxley", own=False),
    Famous("Hodgkin & Huxley 1952", "fires on at 10 µA/cm²", "hodgkin_huxley", "tonic_spiking", step(10.0)),
    *presets("FitzHugh 1961", "fitzhugh_nagumo", own=False),
    *presets("Smith et al. 2000", "ifb"),
    *presets("Izhikevich 2001", "rf"),
    Famous("Fourcaud-Trocmé et al. 2003", "type I", "eif", "class_1_excitable", own=True),
    Famous("Ermentrout & Kopell 1986", "type I", "qif", "class_1_excitable", own=True),
]


WHY = {
    (I03, "regular spiking (RS), adapts"): "it slows down from the first interval to the second, and hardly after it",
    (I04, "Q: afterdepolarization"): "verified only at the time step of the figure",
    (I04, "T: inhibition-induced bursting"): "verified only at the time step of the figure",
    (I07, "regular spiking (RS), adapts, 100 pA"): "at this current the intervals differ by 4 %",
    (I07, "fast spiking (FS), class 2"): "its period grows without end as a logarithm, but its rate does not fall to a "
    "tenth, so it is in neither class; the book calls it class 2",
    (I07, "intrinsically bursting (IB), 500 pA"): "one doublet, then single spikes; accepted at 600 pA",
    (I07, "chattering (CH), 400 pA"): "doublets, which are no bursts here; three spikes at the book's step of 1 ms",
    (I07, "low-threshold spiking (LTS), adapts, 200 pA"): "a near miss: it has slowed down after two intervals",
    (MN, "D: phasic spiking"): "five spikes at the onset are not one",
    (MN, "E: accommodation"): "their ramp is another one",
    (MN, "H: class 2 excitability"): "class 2 here is a narrow band of rates, as Hodgkin had it",
    (MN, "L: hyperpolarization-induced bursting"): "it goes on to burst after the release",
    (MN, "P: mixed mode"): "after the burst the intervals are not even",
    (MN, "S: preferred frequency"): "it fires at half of its preferred interval as well",
    (NAUD, "Initial burst"): "a near miss: the interval after the burst is 14 % shorter than those that follow",
    (NAUD, "Regular bursting"): "doublets, which are no bursts here",
    (NAUD, "Delayed regular bursting"): "after a longer stimulus it is not back at rest within 6 s",
    (BG, "bursting, 1 nA"): "doublets, which are no bursts here",
    ("Wilson 1999", "regular spiking, adapts"): "one interval is 11 % shorter than the one before it",
    ("Wilson 1999", "fast spiking"): "faster than single spikes of a cell are asked to be",
    (
        "Hindmarsh & Rose 1984",
        "bursts, I = 2",
    ): "bursts of 70 spikes, fewer than three in 500 ms: their unit of time is free",
    ("Hindmarsh & Rose 1984", "fast train, I = 4"): "irregular, and with the time scale here at 400 Hz",
}
"""Why the judge is thought to be right where it does not agree, written after it had judged."""


def row(famous: Famous, status: str, missed: str) -> str:
    """Return a line of the table."""
    pattern = pw.patterns.get(famous.pattern)
    neuron = famous.model.title or famous.neuron
    stimulus = " (stimulus ours)" if famous.own else ""
    cells = (famous.source, neuron, famous.words + stimulus, f"{pattern.letter} {pattern.title}", status, missed)
    why = "" if status in (WORDS["replicated"], "") else WHY.get((famous.source, famous.words), "")
    return f"| {' | '.join(cells)} | {why} |"


def reason(verdict: pw.Verdict) -> tuple[str, str]:
    """Return the word of the status, and the test or the criteria that the set fails."""
    if verdict.status == "replicated":
        return WORDS["replicated"], ""
    if verdict.status == "fragile":
        return WORDS["fragile"], verdict.failed_test
    failed = [c for c in verdict.criteria if not c.passed]
    return WORDS["rejected"], "; ".join(f"{c.title} {c.value:.3g}, must be {limits(c)}" for c in failed)


def limits(check: object) -> str:
    """Return the accepted interval in words."""
    low, high = check.low, check.high
    if np.isfinite(low) and np.isfinite(high):
        return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
    return f"at least {low:.3g}" if np.isfinite(low) else f"at most {high:.3g}"


def main() -> None:
    """Judge all of them, and print the table."""
    print("| source | neuron | words of the source | pattern | status | fails | reason |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for famous in FAMOUS:
        print(row(famous, *reason(famous.judged(verify=True))), flush=True)


if __name__ == "__main__":
    main()
