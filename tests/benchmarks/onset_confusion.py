"""Confusion table of the onset of firing: kind by theory or own integration against the measured kind and class.

Usage: ``python tests/benchmarks/onset_confusion.py [--sets N] [--near N] [--neurons NAME …] [--resume]``

- Named sets are those with a known truth: closed formulas, the literature, and sets that earlier rules misjudged. They
  are evaluated and verified.
- Random sets have a truth by a formula: the quadratic, exponential and leaky neurons, and the resonator.
- For random sets near the defaults of each neuron, verdict and bifurcation diagram are compared. A neuron whose first
  40 sets need more than 1 s of processor time each is compared in these 40 only.

The script writes its results after each neuron. With ``--resume`` it keeps the results in the output file.
"""

import argparse
import json
import platform
import time
from collections import Counter
from pathlib import Path

import numpy as np

import plausiwidgets as pw
from plausiwidgets.analysis.onsets import JUMP, ON_CIRCLE, PERIOD, THRESHOLD
from plausiwidgets.patterns.onset.outcome import KINDS, UNCLEAR

ONE, TWO = "class_1_excitable", "class_2_excitable"
FEW, SLOW = 40, 1.0
"""Number of compared sets of a slow neuron, and the processor time in s of a set above which a neuron is slow."""
CYCLE = {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 1.0 / 15.0}
PRESCOTT = {"C": 2.0, "g_Ca": 20.0, "g_K": 20.0, "g_L": 2.0, "V_Ca": 50.0, "V_K": -100.0, "V_L": -70.0}
PRESCOTT |= {"V_1": -1.2, "V_2": 18.0, "V_4": 10.0, "phi": 0.15}
RESONATOR = {"b": -0.177267, "omega": 0.0501326, "x_reset": -0.220605, "y_reset": 0.929646}
BURSTER = {"a": 1.0, "b": 3.0, "c": 1.0, "d": 5.0, "s": 4.0, "x_1": -1.6, "r": 0.001}
FAST = {"a": 0.0787, "b": 0.0659, "c": -65.846, "d": 1.2017}
FAST |= {"a": 0.07869734275841901, "b": 0.06588619117486659, "c": -65.84576779976487, "d": 1.2016972322999144}

NAMED = [
    *((f"qif, a {a:g}", "qif", {"a": a}, 20.0, 0.0, "root") for a in (0.002, 0.003, 0.004, 0.006, 0.05)),
    *((f"eif, C {c:g}", "eif", {"C": c, "g_L": 10.0}, 1500.0, 0.0, "root") for c in (200.0, 400.0, 600.0)),
    ("rf, found as class 1", "rf", RESONATOR, 0.740399, 0.0609539, "finite"),
    ("izhikevich, seed 900", "izhikevich", FAST, 17.35125961812266, -2.1682823215776845, "finite"),
    ("Izhikevich 2007 RS", "izhikevich_2007", {}, 100.0, 0.0, "root"),
    ("Morris–Lecar SNIC", "morris_lecar", CYCLE, 60.0, 0.0, "root"),
    ("Morris–Lecar homoclinic", "morris_lecar", CYCLE | {"phi": 0.23}, 100.0, 0.0, "finite"),
    ("Morris–Lecar Hopf", "morris_lecar", {}, 100.0, 0.0, "finite"),
    *(
        (f"Prescott {v:g}", "morris_lecar", PRESCOTT | {"V_3": v}, top, 0.0, kind)
        for v, top, kind in ((0.0, 90.0, "root"), (-13.0, 90.0, "finite"), (-21.0, 120.0, "finite"))
    ),
    ("Hindmarsh–Rose 1984", "hindmarsh_rose", BURSTER, 4.0, 0.0, "bursting"),
    ("Hodgkin–Huxley", "hodgkin_huxley", {}, 10.0, 0.0, "finite"),
    ("lif", "lif", {}, 20.0, 0.0, "logarithm"),
    ("izhikevich, a 0.02, b 0.2", "izhikevich", {}, 10.0, 0.0, "logarithm"),
    *(
        (f"adex, a {a:g}, tau_w {tau:g}", "adex", {"a": a, "tau_w": tau}, 1500.0, 0.0, "root" if a == 0 else "finite")
        for a, tau in ((0.0, 120.0), (20.0, 100.0), (40.0, 150.0))
    ),
]
"""Name, neuron, parameters, step, holding current and true kind."""


def classes(verdicts):
    """Return the class of each set: 1, 2, or 0 for neither."""
    one, two = (verdicts[key] for key in (ONE, TWO))
    return np.where(one, 1, np.where(two, 2, 0))


def named():
    rows = []
    for words, neuron, parameters, top, holding, truth in NAMED:
        model, began = pw.models.get(neuron), time.monotonic()
        # Class 2 must be silent without a holding current, so the protocol has no positive one.
        stimuli = {ONE: {"amplitude": top, "holding": holding}, TWO: {"amplitude": top, "holding": min(holding, 0.0)}}
        found = {key: pw.judge(model, key, {**parameters, **stimulus}) for key, stimulus in stimuli.items()}
        kind = KINDS[int(found[ONE].measured["onset"])]
        status = {"class 1": found[ONE].status, "class 2": found[TWO].status}
        numbers = {c.key: round(float(c.value), 3) for c in found[ONE].criteria if c.key in ("exponent", "rise")}
        rows.append({"set": words, "truth": truth, "kind": kind, **status, **numbers})
        print(rows[-1], round(time.monotonic() - began, 1), flush=True)
    return rows


def qif(rng, n, above):
    a = np.exp(rng.uniform(np.log(0.002), np.log(0.05), n))
    rest, threshold = rng.uniform(-80.0, -58.0, n), rng.uniform(-55.0, -40.0, n)
    vertex = 0.5 * (rest + threshold)
    reset = vertex + rng.uniform(0.05, 0.95, n) * (threshold - vertex) if above else np.minimum(vertex - 1.0, -65.0)
    values = {"a": a, "v_rest": rest, "v_threshold": threshold, "v_reset": reset}
    return values, 60.0, a * (0.5 * (threshold - rest)) ** 2


def eif(rng, n, above):
    values = {"C": rng.uniform(80.0, 400.0, n), "g_L": rng.uniform(5.0, 20.0, n), "V_T": rng.uniform(-55.0, -45.0, n)}
    share = rng.uniform(0.1, 2.0, n)
    return values | {"V_r": values["V_T"] + (share if above else -5.0 * share)}, 1500.0, None


def lif(rng, n, above):
    values = {"tau_mem": rng.uniform(5.0, 40.0, n), "v_threshold": rng.uniform(-55.0, -45.0, n)}
    return values, 60.0, values["v_threshold"] - pw.models.get("lif").parameters["v_rest"].default


def rf(rng, n, above):
    return {"b": -np.exp(rng.uniform(-4.0, -1.5, n)), "omega": rng.uniform(0.2, 1.0, n)}, 3.0, None


LAWS = [
    ("qif, reset below the vertex", "qif", qif, False, "root"),
    ("qif, reset above the vertex", "qif", qif, True, "finite"),
    ("eif, reset below V_T", "eif", eif, False, "root"),
    ("eif, reset above V_T", "eif", eif, True, "finite"),
    ("lif", "lif", lif, False, "logarithm"),
    ("rf, weakly damped", "rf", rf, False, "finite"),
]


def random_sets(count):
    rows = []
    for words, name, draw, above, truth in LAWS:
        model, rng = pw.models.get(name), np.random.default_rng(2026)
        parameters, top, critical = draw(rng, count, above)
        values = {
            k: np.broadcast_to(np.asarray(v, float), (count,)).copy() for k, v in model.complete(parameters).items()
        }
        values |= {"amplitude": np.full(count, top), "holding": np.zeros(count)}
        found = {key: pw.judge(model, key, values, verify=False) for key in (ONE, TWO)}
        kinds = Counter(KINDS[int(k)] for k in found[ONE].measured["onset"])
        silent = kinds.pop("no firing", 0) + kinds.pop("fires at rest", 0)
        row = {"sets": words, "truth": truth, "drawn": count, "without onset": silent, "kinds": dict(kinds)}
        row["classes"] = {
            str(k): n for k, n in Counter(classes({k: v.accepted for k, v in found.items()}).tolist()).items()
        }
        if critical is not None and not above:
            row["largest error of the rheobase"] = float(
                np.nanmax(np.abs(found[ONE].measured["rheobase"] / critical - 1.0))
            )
        rows.append(row)
        print(row, flush=True)
    return rows


def agree(verdict, kind, diagram):
    """Return whether a verdict and a diagram can both be true."""
    if diagram.onset == "":
        return kind in ("no firing", "fires at rest") or verdict == 0
    if verdict == 1:
        return diagram.onset in ("root", "logarithm", "unclear") and (
            diagram.ends in (ON_CIRCLE, PERIOD, THRESHOLD, "saddle homoclinic orbit", "unclear")
        )
    if verdict == 2:
        return diagram.onset in ("finite", "unclear")
    return diagram.ends != JUMP or diagram.onset != "root"


def near(model, count):
    """Yield parameter sets near the defaults, of which the first has the defaults."""
    rng = np.random.default_rng(2027)
    for k in range(count):
        units = {n: p.to_unit(p.default) + 0.1 * rng.normal() * (k > 0) for n, p in model.parameters.items()}
        yield {
            n: float(p.from_unit(min(max(units[n], 0.0), 1.0))) if p.vary else p.default
            for n, p in model.parameters.items()
        }


def compared(name, count):
    """Return how often verdict and diagram agree, for sets near the defaults.

    The verdict has the depth of a search. If it disagrees with the diagram, the verified verdict counts.
    """
    model, began = pw.models.get(name), time.process_time()
    top = float(model.current.high)
    judged, unclear, without, apart, fragile, classed = 0, 0, Counter(), [], [], Counter()
    for k, own in enumerate(near(model, count)):
        if k == FEW and time.process_time() - began > FEW * SLOW:
            break
        try:
            diagram = pw.analysis.bifurcation_diagram(model, own)
        except ValueError as error:
            without[str(error)] += 1
            continue
        stimulus = {"amplitude": top, "holding": 0.0}
        found = {key: pw.judge(model, key, own | stimulus, verify=False) for key in (ONE, TWO)}
        verdict = int(classes({key: np.array([x.accepted]) for key, x in found.items()})[0])
        kind = KINDS[int(found[ONE].measured["onset"])]
        judged, unclear = judged + 1, unclear + (UNCLEAR in (kind, diagram.onset))
        classed[str(verdict)] += 1
        if not agree(verdict, kind, diagram):
            what = {"class": verdict, "kind": kind, "onset": diagram.onset, "ends": diagram.ends}
            verified = {key: pw.judge(model, key, own | stimulus) for key in (ONE, TWO)}
            final = int(classes({key: np.array([x.replicated]) for key, x in verified.items()})[0])
            (fragile if agree(final, kind, diagram) else apart).append(what | {"parameters": own})
            print("    disagree:", name, final, what, flush=True)
    return {
        "neuron": name,
        "compared": judged,
        "agree": judged - len(apart),
        "unclear": unclear,
        "without a diagram": dict(without),
        "classes": dict(classed),
        "disagree": apart,
        "agree once verified": fragile,
        "seconds": round(time.process_time() - began),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=400, help="random sets of each law")
    parser.add_argument(
        "--near", type=int, default=200, help="random sets of each neuron that are compared with the diagram"
    )
    parser.add_argument("--neurons", nargs="*", default=pw.models.names())
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--resume", action="store_true", help="keep the results in the output file")
    given = parser.parse_args()
    kept = json.loads(given.output.read_text(encoding="utf-8")) if given.resume and given.output.exists() else {}
    report = {"python": platform.python_version(), "named": kept.get("named"), "random": kept.get("random")}
    report["named"] = report["named"] or named()
    report["random"] = report["random"] or random_sets(given.sets)
    report["verdict and diagram"] = kept.get("verdict and diagram", [])
    for name in given.neurons:
        if name not in [row["neuron"] for row in report["verdict and diagram"]]:
            report["verdict and diagram"].append(compared(name, given.near))
            print(report["verdict and diagram"][-1], flush=True)
        given.output.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
