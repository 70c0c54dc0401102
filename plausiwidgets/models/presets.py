"""Published parameter sets, read from the tables in ``plausiwidgets/data``."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from plausiwidgets.models.model import Preset

_IZH = "Izhikevich, IEEE Trans. Neural Networks 15(5), 2004"
_NAUD = "Naud, Marcille, Clopath & Gerstner, Biol. Cybern. 99, 2008 (values of Brian 2's example)"

# Which of the twenty patterns a pattern of Naud et al. is, where it is one.
_NAUD_KEYS = {
    "tonic spiking": "tonic_spiking",
    "adaptation": "spike_frequency_adaptation",
    "initial burst": "mixed_mode",
    "regular bursting": "tonic_bursting",
    "transient spiking": "phasic_spiking",
}

# The published sets of Q and T hold only in the published update order and at its time step.
# These hold in both orders, and at a twentieth of the step.
_ROBUST = {
    "depolarizing_after_potential": {
        "a": 1.135, "b": 0.1658, "c": -60.25, "d": -23.81, "holding": -0.1339, "amplitude": 22.12, "dt": 0.1,
    },
    "inhibition_induced_bursting": {
        "a": -0.03002, "b": -1.019, "c": -46.22, "d": -0.5094, "holding": 81.39, "amplitude": 2.154, "dt": 0.25,
    },
}


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one of the package's tables."""
    text = files("plausiwidgets.data").joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def izhikevich_presets(norse_order: bool, robust: bool = True) -> tuple[Preset, ...]:
    """Return a set for each pattern: published parameters and time step, stimulus values for our protocols.

    Parameters
    ----------
    norse_order : bool
        For the model in Norse's update order: robust sets for Q and T, no variant constants,
        and R is left out, whose equation that model does not have.
    robust : bool
        With ``norse_order=False``: add the robust sets of Q and T beside the published ones.
    """
    presets = []
    for row in table("izhikevich2004.csv"):
        key = row["key"]
        values = {n: float(row[n]) for n in ("a", "b", "c", "d", "sq", "mn", "bias")}
        values["amplitude"] = float(row["judge_amplitude"])
        values["holding"] = float(row["judge_holding"])
        if row["judge_interval_ms"]:
            values["interval"] = float(row["judge_interval_ms"])
        if row["judge_inhibition"]:
            values["inhibition"] = float(row["judge_inhibition"])
        dt = float(row["dt_ms"])
        title = f"{row['letter']} {key.replace('_', ' ')}"
        variant = row["u_equation"] != "a*(b*v-u)"
        better = dict(_ROBUST.get(key, {}))
        if better:
            better_dt = better.pop("dt")
            robust_preset = Preset(f"{title} (robust)", values | better, key, better_dt,
                                   "found by optimization, holds in both update orders")
        if norse_order:
            if variant:
                continue
            presets.append(robust_preset if better else Preset(title, values, key, dt, _IZH))
            continue
        if variant:
            values |= {"v_u": 65.0, "k_u": 0.0}
        presets.append(Preset(title, values, key, dt, _IZH))
        if better and robust:
            presets.append(robust_preset)
    return tuple(presets)


@cache
def naud_presets() -> tuple[Preset, ...]:
    """Return the eight published sets of the AdEx model."""
    presets = []
    for row in table("naud2008_adex.csv"):
        values = {
            "C": float(row["C_pF"]), "g_L": float(row["gL_nS"]), "E_L": float(row["EL_mV"]),
            "V_T": float(row["VT_mV"]), "delta_T": float(row["DeltaT_mV"]), "a": float(row["a_nS"]),
            "tau_w": float(row["tau_w_ms"]), "b": float(row["b_pA"]), "V_r": float(row["Vr_mV"]),
            "amplitude": float(row["I_pA"]),
        }
        presets.append(Preset(row["pattern"].capitalize(), values, _NAUD_KEYS.get(row["pattern"]), 0.1, _NAUD))
    return tuple(presets)
