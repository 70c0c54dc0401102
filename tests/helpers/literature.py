"""Published parameter sets that are famous for a firing pattern, at the currents of their authors.

The list was completed before its first evaluation. A step of current is as strong as in the publication. If the
publication uses a pulse or a ramp of a different form, the amplitude is ours (`Famous.own`). As a script, this module
evaluates and verifies all sets and prints the table of the documentation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import plausiwidgets as pw
from plausiwidgets.patterns.status import WORDS

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "literature.md"
BEGIN, END = "<!-- the table -->", "<!-- end of the table -->"


@dataclass(frozen=True)
class Famous:
    """Published parameter set for a firing pattern."""

    source: str
    words: str  # name of the set in the publication
    neuron: str  # key of the model
    pattern: str  # key of the pattern with this name
    values: Mapping[str, float] = field(default_factory=dict)  # parameters and stimulus values
    own: bool = False  # whether the strength of the stimulus is ours
    dt: float | None = None  # time step of the publication in ms, if the set belongs to it

    @property
    def model(self) -> pw.NeuronModel:
        """Neuron model of the set."""
        return pw.models.get(self.neuron)

    def judged(self, verify: bool = False) -> pw.Verdict:
        """Return the verdict on the set."""
        return pw.judge(self.model, self.pattern, self.values, dt=self.dt, verify=verify)


def presets(source: str, neuron: str, own: bool = True, **changed: Mapping[str, float]) -> Iterator[Famous]:
    """Yield the packaged presets of a neuron that name a pattern, with `changed` stimulus values by figure."""
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
P08, DESTEXHE = "Prescott et al. 2008", "Destexhe 2009"
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
PRESCOTT = {
    "C": 2.0,
    "g_Ca": 20.0,
    "g_K": 20.0,
    "g_L": 2.0,
    "V_Ca": 50.0,
    "V_K": -100.0,
    "V_L": -70.0,
    "V_1": -1.2,
    "V_2": 18.0,
    "V_4": 10.0,
    "phi": 0.15,
}
"""Values of E_Na, E_K, β_m, γ_m, γ_w and φ_w in the publication. V_3 is β_w, which differs between the classes."""


def cell(neuron: str, title: str) -> dict[str, float]:
    """Return the parameters of a preset without its stimulus, by a part of its title."""
    model = pw.models.get(neuron)
    (preset,) = (one for one in model.presets if title in one.title)
    return {key: value for key, value in preset.parameters.items() if key in model.parameters}


REBOUND = {
    "LTS": cell("adex_refrac", "Low-threshold") | {"amplitude": 250.0, "width": 400.0},
    "TC": cell("adex_refrac", "Thalamocortical") | {"amplitude": 250.0, "width": 400.0},
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
    Famous(
        I07,
        "regular spiking (RS), adapts, 100 pA",
        "izhikevich_2007",
        "spike_frequency_adaptation",
        cell("izhikevich_2007", "(RS)") | step(100.0),
    ),
    Famous(
        I07,
        "regular spiking (RS), class 1",
        "izhikevich_2007",
        "class_1_excitable",
        cell("izhikevich_2007", "(RS)") | step(100.0),
    ),
    Famous(
        I07,
        "intrinsically bursting (IB), 500 pA",
        "izhikevich_2007",
        "mixed_mode",
        cell("izhikevich_2007", "(IB)") | step(500.0),
    ),
    Famous(
        I07,
        "chattering (CH), 400 pA",
        "izhikevich_2007",
        "tonic_bursting",
        cell("izhikevich_2007", "(CH)") | step(400.0),
    ),
    Famous(
        I07,
        "low-threshold spiking (LTS), adapts, 200 pA",
        "izhikevich_2007",
        "spike_frequency_adaptation",
        cell("izhikevich_2007", "(LTS)") | step(200.0),
    ),
    Famous(
        I07,
        "fast spiking (FS), 400 pA",
        "izhikevich_2007",
        "tonic_spiking",
        cell("izhikevich_2007", "(FS)") | step(400.0),
    ),
    Famous(
        I07,
        "fast spiking (FS), class 2",
        "izhikevich_2007",
        "class_2_excitable",
        cell("izhikevich_2007", "(FS)") | step(400.0),
    ),
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
    Famous(
        DESTEXHE,
        "low-threshold spiking (LTS), rebound burst after −250 pA",
        "adex_refrac",
        "rebound_burst",
        REBOUND["LTS"],
    ),
    Famous(
        DESTEXHE, "thalamocortical (TC), rebound burst after −250 pA", "adex_refrac", "rebound_burst", REBOUND["TC"]
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
    Famous(
        P08,
        "class 1, β_w = 0",
        "morris_lecar",
        "class_1_excitable",
        PRESCOTT | {"V_3": 0.0} | step(60.0),
        own=True,
        dt=0.02,
    ),
    Famous(
        P08,
        "class 2, β_w = −13",
        "morris_lecar",
        "class_2_excitable",
        PRESCOTT | {"V_3": -13.0} | step(70.0),
        own=True,
        dt=0.02,
    ),
    Famous(
        P08,
        "class 3, β_w = −21, one spike at the onset, I = 70",
        "morris_lecar",
        "phasic_spiking",
        PRESCOTT | {"V_3": -21.0} | step(70.0),
        dt=0.02,
    ),
    Famous("Wilson 1999", "regular spiking, adapts", "wilson", "spike_frequency_adaptation", WILSON["Regular spiking"]),
    Famous("Wilson 1999", "fast spiking", "wilson", "tonic_spiking", WILSON["Fast spiking"]),
    Famous("Wilson 1999", "bursting", "wilson", "tonic_bursting", WILSON["Bursting"]),
    Famous(
        "Hindmarsh & Rose 1984", "burst, then rest, I = 0.4", "hindmarsh_rose", "phasic_bursting", HINDMARSH | step(0.4)
    ),
    Famous("Hindmarsh & Rose 1984", "bursts, I = 2", "hindmarsh_rose", "tonic_bursting", HINDMARSH | step(2.0)),
    Famous("Hindmarsh & Rose 1984", "fast train, I = 4", "hindmarsh_rose", "tonic_spiking", HINDMARSH | step(4.0)),
    Famous(
        "Hindmarsh & Rose 1984",
        "chaotic bursts, I = 3.25",
        "hindmarsh_rose",
        "tonic_bursting",
        HINDMARSH | {"r": 0.006} | step(3.25),
    ),
    *presets("Wang & Buzsáki 1996", "wang_buzsaki", own=False),
    Famous("Wang & Buzsáki 1996", "fires arbitrarily slowly", "wang_buzsaki", "class_1_excitable", step(1.0)),
    *presets("Connor et al. 1977", "connor_stevens", own=False),
    *presets("Hodgkin & Huxley 1952", "hodgkin_huxley", own=False),
    Famous("Hodgkin & Huxley 1952", "fires repeatedly at 10 µA/cm²", "hodgkin_huxley", "tonic_spiking", step(10.0)),
    *presets("FitzHugh 1961", "fitzhugh_nagumo", own=False),
    *presets("Smith et al. 2000", "ifb"),
    *presets("Izhikevich 2001", "rf"),
    Famous("Fourcaud-Trocmé et al. 2003", "type I", "eif", "class_1_excitable", own=True),
    Famous("Ermentrout & Kopell 1986", "type I", "qif", "class_1_excitable", own=True),
]


WHY = {
    (I03, "regular spiking (RS), adapts"): "the intervals grow only from the first to the second",
    (I04, "Q: afterdepolarization"): "meets the criteria only at the time step of the figure",
    (I04, "T: inhibition-induced bursting"): "meets the criteria only at the time step of the figure",
    (I07, "regular spiking (RS), adapts, 100 pA"): "at this current the intervals differ by 4 %",
    (I07, "fast spiking (FS), class 2"): "the period diverges as a logarithm, but the rate does not fall "
    "to a tenth, so the neuron is in neither class; the book calls it class 2",
    (I07, "intrinsically bursting (IB), 500 pA"): "one doublet, then single spikes; meets the criteria at 600 pA",
    (
        I07,
        "chattering (CH), 400 pA",
    ): "doublets, which are not bursts here; at the book's time step of 1 ms, the bursts have three spikes",
    (I07, "low-threshold spiking (LTS), adapts, 200 pA"): "a near miss: the intervals grow only twice",
    (MN, "D: phasic spiking"): "five spikes at the onset instead of one",
    (MN, "E: accommodation"): "the publication uses a different ramp",
    (MN, "H: class 2 excitability"): "class 2 here requires a narrow band of rates, as defined by Hodgkin",
    (MN, "L: hyperpolarization-induced bursting"): "the neuron continues to burst after the inhibition ends",
    (MN, "P: mixed mode"): "the intervals after the burst are irregular",
    (MN, "Q: afterpotentials"): "the potential falls 12 mV below rest before it rises above rest",
    (MN, "S: preferred frequency"): "the neuron also fires at half of its preferred interval",
    (NAUD, "Initial burst"): "a near miss: the interval after the burst is 14 % shorter than the following intervals",
    (NAUD, "Regular bursting"): "doublets, which are not bursts here",
    (NAUD, "Delayed regular bursting"): "after a longer stimulus, the neuron does not return to rest within 6 s",
    (BG, "bursting, 1 nA"): "doublets, which are not bursts here",
    ("Wilson 1999", "bursting"): "the smallest spikes have half the height of a full spike, which is the limit",
    ("Wilson 1999", "regular spiking, adapts"): "one interval is 11 % shorter than the interval before it",
    ("Wilson 1999", "fast spiking"): "the neuron fires faster than the physiological limit",
    (
        "Hindmarsh & Rose 1984",
        "bursts, I = 2",
    ): "bursts of 70 spikes, fewer than three bursts in 500 ms; the model's unit of time is arbitrary",
    (
        "Hindmarsh & Rose 1984",
        "chaotic bursts, I = 3.25",
    ): "chaotic bursts of 2 to 4 spikes with irregular periods",
    (
        DESTEXHE,
        "low-threshold spiking (LTS), rebound burst after −250 pA",
    ): "two spikes 56 ms apart, which are not a burst here",
    (
        DESTEXHE,
        "thalamocortical (TC), rebound burst after −250 pA",
    ): "three spikes 32 and 43 ms apart; a compact burst has intervals of 25 ms or less",
    (
        P08,
        "class 3, β_w = −21, one spike at the onset, I = 70",
    ): "one spike as published; the potential then swings back from its undershoot by half of a full spike",
    ("Hindmarsh & Rose 1984", "fast train, I = 4"): "irregular; 400 Hz with the time scale chosen here",
}
"""Reason for each set that is not verified, written after the evaluation."""


def row(famous: Famous, status: str, missed: str) -> str:
    """Return a row of the table."""
    pattern = pw.patterns.get(famous.pattern)
    neuron = famous.model.title or famous.neuron
    stimulus = " (stimulus ours)" if famous.own else ""
    cells = (famous.source, neuron, famous.words + stimulus, f"{pattern.letter} {pattern.title}", status, missed)
    why = "" if status in (WORDS["replicated"], "") else WHY.get((famous.source, famous.words), "")
    return f"| {' | '.join(cells)} | {why} |"


def reason(verdict: pw.Verdict) -> tuple[str, str]:
    """Return the status in words, and the test or the criteria that the set does not meet."""
    if verdict.status == "replicated":
        return WORDS["replicated"], ""
    if verdict.status == "fragile":
        return WORDS["fragile"], verdict.failed_test
    failed = [c for c in verdict.criteria if not c.passed]
    return WORDS["rejected"], "; ".join(f"{c.title} {shown(c.value)}, must be {limits(c)}" for c in failed)


def shown(value: float) -> str:
    """Return a measured value as text, with a dash for nan."""
    return "–" if np.isnan(value) else f"{value:.3g}"


def limits(check: object) -> str:
    """Return the accepted range in words."""
    low, high = check.low, check.high
    if np.isfinite(low) and np.isfinite(high):
        return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
    return f"at least {low:.3g}" if np.isfinite(low) else f"at most {high:.3g}"


def main() -> None:
    """Evaluate all sets and print the table."""
    print("| source | neuron | description | pattern | status | fails | reason |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for famous in FAMOUS:
        print(row(famous, *reason(famous.judged(verify=True))), flush=True)


if __name__ == "__main__":
    main()
