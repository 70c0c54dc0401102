"""Neurons of Brian2's documentation as they stand in its examples: equations, threshold, reset, method and constants.

``at`` names the file under ``examples/`` of https://github.com/brian-team/brian2, or the page of the documentation.
What an example does not say, and a single neuron here needs, is marked: where it has no threshold, the level that a
spike crosses; values of parameters of the equations that it sets for each neuron.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brian2 import (
    TimedArray,
    cm,
    mS,
    ms,
    msiemens,
    mV,
    nA,
    nF,
    nS,
    pA,
    pF,
    siemens,
    uA,
    uF,
    ufarad,
    umetre,
)

import plausiwidgets as pw


@dataclass(frozen=True)
class Example:
    """A neuron of the documentation."""

    at: str  # the example
    words: dict[str, Any]  # arguments of NeuronGroup, as they stand
    space: dict[str, Any]  # what the example calls its constants
    here: dict[str, Any] = field(default_factory=dict)  # further arguments of from_brian2
    pattern: str = "tonic_spiking"  # to judge it by
    stimulus: dict[str, float] = field(default_factory=dict)  # values of the example
    noise: float = 1.0  # of a comparison
    below: float = 1.0  # spans under rest at which a comparison begins: a stiff neuron diverges
    steps: int = 1000  # of a comparison

    def made(self) -> pw.NeuronModel:
        """Return the model."""
        return pw.from_brian2(**self.words, namespace=self.space, **self.here)


_ADEX = dict(
    eqs="""
    dvm/dt = (g_l*(e_l - vm) + g_l*d_t*exp((vm-v_t)/d_t) + i_stim - w)/c_m : volt
    dw/dt  = (a*(vm - e_l) - w)/tau_w : amp
    """,
    threshold="vm > 0*mV",
    reset="vm = v_r; w += b",
    method="euler",
)
_SHOWN = {
    "adaptation": "spike_frequency_adaptation",
    "regular bursting": "tonic_bursting",
    "initial burst": "mixed_mode",
    "transient spiking": "phasic_bursting",
}
_NAUD = {  # c_m pF, g_l nS, e_l mV, a nS, tau_w ms, b pA, v_r mV, i_stim pA
    "tonic spiking": (200, 10, -70.0, 2.0, 30.0, 0.0, -58.0, 500),
    "adaptation": (200, 12, -70.0, 2.0, 300.0, 60.0, -58.0, 500),
    "initial burst": (130, 18, -58.0, 4.0, 150.0, 120.0, -50.0, 400),
    "regular bursting": (200, 10, -58.0, 2.0, 120.0, 100.0, -46.0, 210),
    "delayed accelerating": (200, 12, -70.0, -10.0, 300.0, 0.0, -58.0, 300),
    "delayed regular bursting": (100, 10, -65.0, -10.0, 90.0, 30.0, -47.0, 110),
    "transient spiking": (100, 10, -65.0, 10.0, 90.0, 100.0, -47.0, 180),
    "irregular spiking": (100, 12, -60.0, -11.0, 130.0, 30.0, -48.0, 160),
}


def _naud(c_m, g_l, e_l, a, tau_w, b, v_r, i_stim) -> dict[str, Any]:
    return {
        "c_m": c_m * pF,
        "g_l": g_l * nS,
        "e_l": e_l * mV,
        "v_t": -50.0 * mV,
        "d_t": 2.0 * mV,
        "a": a * nS,
        "tau_w": tau_w * ms,
        "b": b * pA,
        "v_r": v_r * mV,
        "i_stim": i_stim * pA,
    }


_area = 20000 * umetre**2
_HH = {
    "Cm": 1 * ufarad * cm**-2 * _area,
    "gl": 5e-5 * siemens * cm**-2 * _area,
    "El": -65 * mV,
    "EK": -90 * mV,
    "ENa": 50 * mV,
    "g_na": 100 * msiemens * cm**-2 * _area,
    "g_kd": 30 * msiemens * cm**-2 * _area,
    "VT": -63 * mV,
}
_BG = {"C": 281 * pF, "gL": 30 * nS, "EL": -70.6 * mV, "VT": -50.4 * mV, "DeltaT": 2 * mV}
_BG_CUT = _BG["VT"] + 5 * _BG["DeltaT"]
_EQS_BG = """
dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + I - w)/C : volt
dw/dt = (a*(vm - EL) - w)/tauw : amp
I : amp
"""
_ROTHMAN = """
dv/dt = (ileak + ina + ikht + iklt + ika + ih + ihcno + I)/C : volt
vu = v/mV : 1  # unitless v
I : amp
ileak = gl*(El-v) : amp
ika = gkabar*a**4*b*c*(EK-v): amp
da/dt=q10*(ainf-a)/atau : 1
db/dt=q10*(binf-b)/btau : 1
dc/dt=q10*(cinf-c)/ctau : 1
ainf = (1. / (1 + exp(-(vu + 31) / 6.)))**0.25 : 1
binf = 1. / (1 + exp((vu + 66) / 7.))**0.5 : 1
cinf = 1. / (1 + exp((vu + 66) / 7.))**0.5 : 1
atau =  ((100. / (7*exp((vu+60) / 14.) + 29*exp(-(vu+60) / 24.))) + 0.1)*ms : second
btau =  ((1000. / (14*exp((vu+60) / 27.) + 29*exp(-(vu+60) / 24.))) + 1)*ms : second
ctau = ((90. / (1 + exp((-66-vu) / 17.))) + 10)*ms : second
ina = gnabar*m**3*h*(ENa-v) : amp
dm/dt=q10*(minf-m)/mtau : 1
dh/dt=q10*(hinf-h)/htau : 1
minf = 1./(1+exp(-(vu + 38.) / 7.)) : 1
hinf = 1./(1+exp((vu + 65.) / 6.)) : 1
mtau =  ((10. / (5*exp((vu+60.) / 18.) + 36.*exp(-(vu+60.) / 25.))) + 0.04)*ms : second
htau =  ((100. / (7*exp((vu+60.) / 11.) + 10.*exp(-(vu+60.) / 25.))) + 0.6)*ms : second
ih = ghbar*r*(Eh-v) : amp
dr/dt=q10*(rinf-r)/rtau : 1
rinf = 1. / (1+exp((vu + 76.) / 7.)) : 1
rtau = ((100000. / (237.*exp((vu+60.) / 12.) + 17.*exp(-(vu+60.) / 14.))) + 25.)*ms : second
iklt = gkltbar*w**4*z*(EK-v) : amp
dw/dt=q10*(winf-w)/wtau : 1
dz/dt=q10*(zinf-z)/ztau : 1
winf = (1. / (1 + exp(-(vu + 48.) / 6.)))**0.25 : 1
zinf = zss + ((1.-zss) / (1 + exp((vu + 71.) / 10.))) : 1
wtau = ((100. / (6.*exp((vu+60.) / 6.) + 16.*exp(-(vu+60.) / 45.))) + 1.5)*ms : second
ztau = ((1000. / (exp((vu+60.) / 20.) + exp(-(vu+60.) / 8.))) + 50)*ms : second
ikht = gkhtbar*(nf*n**2 + (1-nf)*p)*(EK-v) : amp
dn/dt=q10*(ninf-n)/ntau : 1
dp/dt=q10*(pinf-p)/ptau : 1
ninf =   (1 + exp(-(vu + 15) / 5.))**-0.5 : 1
pinf =  1. / (1 + exp(-(vu + 23) / 6.)) : 1
ntau =  ((100. / (11*exp((vu+60) / 24.) + 21*exp(-(vu+60) / 23.))) + 0.7)*ms : second
ptau = ((100. / (4*exp((vu+60) / 32.) + 5*exp(-(vu+60) / 22.))) + 5)*ms : second
ihcno = gbarno*(h1*frac + h2*(1-frac))*(Eh-v) : amp
dh1/dt=(hinfno-h1)/tau1 : 1
dh2/dt=(hinfno-h2)/tau2 : 1
hinfno = 1./(1+exp((vu+66.)/7.)) : 1
tau1 = bet1/(qt*0.008*(1+alp1))*ms : second
tau2 = bet2/(qt*0.0029*(1+alp2))*ms : second
alp1 = exp(1e-3*3*(vu+50)*9.648e4/(8.315*(273.16+temp))) : 1
bet1 = exp(1e-3*3*0.3*(vu+50)*9.648e4/(8.315*(273.16+temp))) : 1
alp2 = exp(1e-3*3*(vu+84)*9.648e4/(8.315*(273.16+temp))) : 1
bet2 = exp(1e-3*3*0.6*(vu+84)*9.648e4/(8.315*(273.16+temp))) : 1
"""

EXAMPLES: dict[str, Example] = {
    **{
        f"Naud et al. 2008, {title}": Example(
            "frompapers/Naud_et_al_2008_adex_firing_patterns.py",
            _ADEX,
            _naud(*values),
            {"current": "i_stim"},
            _SHOWN.get(title, "tonic_spiking"),
            {"amplitude": float(values[-1])},
        )
        for title, values in _NAUD.items()
    },
    "Brette and Gerstner 2005": Example(
        "frompapers/Brette_Gerstner_2005.py",
        dict(eqs=_EQS_BG, threshold="vm>Vcut", reset="vm=Vr; w+=b", method="euler"),
        _BG | {"Vcut": _BG_CUT, "tauw": 144 * ms, "a": 4 * nS, "b": 0.0805 * nA, "Vr": -70.6 * mV},
    ),
    "Touboul and Brette 2008": Example(
        "frompapers/Touboul_Brette_2008.py",
        dict(
            eqs="""
dvm/dt=(gL*(EL-vm)+gL*DeltaT*exp((vm-VT)/DeltaT)+I-w)/C : volt
dw/dt=(a*(vm-EL)-w)/tauw : amp
Vr:volt
""",
            threshold="vm > Vcut",
            reset="vm = Vr; w += b",
            method="euler",
        ),
        _BG | {"Vcut": _BG_CUT, "tauw": 40 * ms, "a": 4 * nS, "b": 0.08 * nA, "I": 0.8 * nA},
        {"dt": 0.01, "initial": {"Vr": -48 * mV}},  # it varies Vr from neuron to neuron
        steps=10_000,
    ),
    "Platkiewicz and Brette 2011, without its noise": Example(
        "frompapers/Platkiewicz_Brette_2011.py",
        dict(
            eqs="""
dv/dt=(EL-v+mu+sigma*I)/tau : volt
dtheta/dt=(vT+a*clip(v-Vi, 0*mV, inf*mV)-theta)/tauh : volt
I : 1""",
            threshold="v>theta",
            reset="v=EL",
            refractory=5 * ms,
        ),
        {
            "EL": -70 * mV,
            "vT": -55 * mV,
            "Vi": -63 * mV,
            "tauh": 5 * ms,
            "tau": 5 * ms,
            "a": 5 / 6,
            "mu": 15 * mV,
            "sigma": 6 * mV / (5 / 10) ** 0.5,
        },
    ),
    "Izhikevich 2003": Example(
        "frompapers/Izhikevich_2003.py",
        dict(
            eqs="""dv/dt = (0.04*v**2 + 5*v + 140 - u + I + I_noise )/ms : 1
         du/dt = (a*(b*v - u))/ms  : 1
         I : 1
         I_noise : 1
         a : 1
         b : 1
         c : 1
         d : 1
       """,
            threshold="v>=30",
            reset="v=c; u+=d",
            method="euler",
        ),
        {},
        {"dt": 1.0, "initial": {"I_noise": 0.0, "a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}},
    ),
    "Hindmarsh and Rose 1984": Example(
        "frompapers/Hindmarsh_Rose_1984.py",
        dict(
            eqs="""
dx/dt = (y - a*x**3 + b*x**2 + I - z)/time_unit : 1
dy/dt = (c - d*x**2 - y)/time_unit : 1
dz/dt = r*(s*(x - x_1) - z)/time_unit : 1
I : 1 (constant)
""",
            method="rk4",
        ),
        {"time_unit": 1 * ms, "x_1": -1.6, "a": 1, "b": 3, "c": 1, "d": 5, "r": 0.001, "s": 4},
        {"dt": 0.1, "spike_level": 0.5, "current": pw.Parameter("I", 2.0, -1.0, 5.0)},
        "tonic_bursting",
        {"amplitude": 2.0},
        noise=0.5,
        below=0.2,
    ),
    "Morris and Lecar 1981": Example(
        "frompapers/Morris_Lecar_1981.py",
        dict(
            eqs="""
dV/dt = (-g_L*(V - V_L) - g_Ca*m_inf*(V - V_Ca) - g_K*n*(V - V_K) + I)/C : volt
dn/dt = lambda_n*(n_inf - n) : 1
m_inf = 0.5*(1 + tanh((V - V_1)/V_2)) : 1
n_inf = 0.5*(1 + tanh((V - V_3)/V_4)) : 1
lambda_n = lambda_n__max*cosh((V - V_3)/(2*V_4)) : Hz
I : amp
""",
            method="exponential_euler",
        ),
        {
            "g_L": 2 * mS,
            "g_Ca": 4 * mS,
            "g_K": 8 * mS,
            "V_L": -50 * mV,
            "V_Ca": 100 * mV,
            "V_K": -70 * mV,
            "lambda_n__max": 1.0 / (15 * ms),
            "V_1": 10 * mV,
            "V_2": 15 * mV,
            "V_3": -1 * mV,
            "V_4": 14.5 * mV,
            "C": 20 * uF,
        },
        {"dt": 0.01, "spike_level": 0.0, "current": pw.Parameter("I", 300.0, -200.0, 600.0, unit="uA")},
        steps=10_000,
    ),
    "Wang and Buzsaki 1996": Example(
        "frompapers/Wang_Buszaki_1996.py",
        dict(
            eqs="""
dv/dt = (-gNa*m**3*h*(v-ENa)-gK*n**4*(v-EK)-gL*(v-EL)+Iapp)/Cm : volt
m = alpha_m/(alpha_m+beta_m) : 1
alpha_m = 0.1/mV*10*mV/exprel(-(v+35*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v+60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(alpha_h*(1-h)-beta_h*h) : 1
alpha_h = 0.07*exp(-(v+58*mV)/(20*mV))/ms : Hz
beta_h = 1./(exp(-0.1/mV*(v+28*mV))+1)/ms : Hz
dn/dt = 5*(alpha_n*(1-n)-beta_n*n) : 1
alpha_n = 0.01/mV*10*mV/exprel(-(v+34*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v+44*mV)/(80*mV))/ms : Hz
""",
            method="exponential_euler",
        ),
        {
            "Cm": 1 * uF,
            "Iapp": 2 * uA,
            "gL": 0.1 * msiemens,
            "EL": -65 * mV,
            "ENa": 55 * mV,
            "EK": -90 * mV,
            "gNa": 35 * msiemens,
            "gK": 9 * msiemens,
        },
        {"dt": 0.01, "spike_level": -20.0, "current": pw.Parameter("Iapp", 2.0, -5.0, 10.0, unit="uA")},
        steps=10_000,
    ),
    "Input-frequency curve of a Hodgkin-Huxley neuron": Example(
        "IF_curve_Hodgkin_Huxley.py",
        dict(
            eqs="""
dv/dt = (gl*(El-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK) + I)/Cm : volt
dm/dt = 0.32*(mV**-1)*4*mV/exprel((13.*mV-v+VT)/(4*mV))/ms*(1-m)-0.28*(mV**-1)*5*mV/exprel((v-VT-40.*mV)/(5*mV))/ms*m : 1
dn/dt = 0.032*(mV**-1)*5*mV/exprel((15.*mV-v+VT)/(5*mV))/ms*(1.-n)-.5*exp((10.*mV-v+VT)/(40.*mV))/ms*n : 1
dh/dt = 0.128*exp((17.*mV-v+VT)/(18.*mV))/ms*(1.-h)-4./(1+exp((40.*mV-v+VT)/(5.*mV)))/ms*h : 1
I : amp
""",  # noqa: E501  as it stands
            threshold="v > -40*mV",
            refractory="v > -40*mV",
            method="exponential_euler",
        ),
        _HH,
        steps=2000,
    ),
    "Input-frequency curve of a leaky neuron": Example(
        "IF_curve_LIF.py",
        dict(
            eqs="""
dv/dt = (v0 - v) / tau : volt (unless refractory)
v0 : volt
""",
            threshold="v > 10*mV",
            reset="v = 0*mV",
            refractory=5 * ms,
            method="exact",
        ),
        {"tau": 10 * ms},
        {"current": "v0"},
    ),
    "Rothman and Manis 2003, type 1c": Example(
        "frompapers/Rothman_Manis_2003.py",
        dict(eqs=_ROTHMAN, method="exponential_euler"),
        {
            "C": 12 * pF,
            "Eh": -43 * mV,
            "EK": -70 * mV,
            "El": -65 * mV,
            "ENa": 50 * mV,
            "nf": 0.85,
            "zss": 0.5,
            "temp": 22.0,
            "q10": 3.0 ** ((22.0 - 22) / 10.0),
            "frac": 0.0,
            "qt": 4.5 ** ((22.0 - 33.0) / 10.0),
            **{
                name: x * nS
                for name, x in zip(
                    ("gnabar", "gkhtbar", "gkltbar", "gkabar", "ghbar", "gbarno", "gl"),
                    (1000, 150, 0, 0, 0.5, 0, 2),
                    strict=True,
                )
            },
        },
        {"spike_level": -20.0, "current": pw.Parameter("I", 250.0, -500.0, 1000.0, unit="pA"), "dt": 0.1},
    ),
    "Clopath et al. 2010": Example(
        "frompapers/Clopath_et_al_2010_no_homeostasis.py",
        dict(
            eqs="""
dv/dt = (gleak*(V_rest-v) + I_ext + I_syn)/C: volt      # voltage
dv_lowpass1/dt = (v-v_lowpass1)/tau_lowpass1 : volt     # low-pass filter of the voltage
dv_lowpass2/dt = (v-v_lowpass2)/tau_lowpass2 : volt     # low-pass filter of the voltage
I_ext : amp                                             # external current
I_syn = g_ampa*(E_AMPA-v): amp                          # synaptic current
dg_ampa/dt = -g_ampa/tau_AMPA : siemens                 # synaptic conductance
dx_trace/dt = -x_trace/taux :1                          # spike trace
""",
            threshold="v>V_thresh",
            reset="v=V_rest;x_trace+=x_reset/(taux/ms)",
            method="euler",
        ),
        {
            "V_rest": -70.0 * mV,
            "V_thresh": -55.0 * mV,
            "x_reset": 1.0,
            "taux": 15.0 * ms,
            "tau_lowpass1": 40 * ms,
            "tau_lowpass2": 30 * ms,
            "gleak": 30.0 * nS,
            "C": 300.0 * pF,
            "tau_AMPA": 2.0 * ms,
            "E_AMPA": 0.0 * mV,
        },
        {"current": "I_ext"},
    ),
    "Stimberg et al. 2018, without its synapses": Example(
        "frompapers/Stimberg_et_al_2018/example_1_COBA.py",
        dict(
            eqs="""
dv/dt = (g_l*(E_l-v) + g_e*(E_e-v) + g_i*(E_i-v) +
         I_ex)/C_m    : volt (unless refractory)
dg_e/dt = -g_e/tau_e  : siemens  # post-synaptic exc. conductance
dg_i/dt = -g_i/tau_i  : siemens  # post-synaptic inh. conductance
""",
            threshold="v>V_th",
            reset="v=V_r",
            refractory="tau_r",
            method="euler",
        ),
        {
            "E_l": -60 * mV,
            "g_l": 9.99 * nS,
            "E_e": 0 * mV,
            "E_i": -80 * mV,
            "C_m": 198 * pF,
            "tau_e": 5 * ms,
            "tau_i": 10 * ms,
            "tau_r": 5 * ms,
            "I_ex": 150 * pA,
            "V_th": -50 * mV,
            "V_r": -60 * mV,
        },
        {"current": "I_ex"},
    ),
    "Tutorial 1, refractory neurons": Example(
        "docs: resources/tutorials/1-intro-to-brian-neurons",
        dict(
            eqs="""
dv/dt = (v0-v)/tau : 1 (unless refractory)
v0 : 1
""",
            threshold="v>1",
            reset="v=0",
            refractory=5 * ms,
            method="exact",
        ),
        {"tau": 10 * ms},
        {"current": "v0"},
    ),
    "Tutorial 3, a recorded current": Example(
        "docs: resources/tutorials/3-intro-to-brian-simulations",
        dict(
            eqs="""
dv/dt = (I-v)/tau : 1
I = I_recorded(t) : 1
""",
            threshold="v>1",
            reset="v=0",
            method="exact",
        ),
        {"tau": 5 * ms, "I_recorded": TimedArray([0.0, 1.0], dt=0.1 * ms)},
        {"current": "I_recorded"},
    ),
    "Brian 1's perfect integrator": Example(
        "docs: introduction/brian1_to_2/library",
        dict(
            eqs="""dvm/dt = I/tau : volt
             I : volt""",
            threshold="vm > -50*mV",
            reset="vm = -70*mV",
        ),
        {"tau": 10 * ms},
        {"initial": {"vm": -70 * mV}},
        steps=4000,  # an integrator is slow at its default current
    ),
    "Brian 1's exponential integrate-and-fire": Example(
        "docs: introduction/brian1_to_2/library",
        dict(
            eqs="""dvm/dt = (gL*(EL-vm)+gL*DeltaT*exp((vm-VT)/DeltaT) + I)/C : volt
             I : amp""",
            threshold="vm > -50*mV",
            reset="vm = -70*mV",
        ),
        {"C": 1 * nF, "gL": 30 * nS, "EL": -70 * mV, "VT": -50 * mV, "DeltaT": 2 * mV},
    ),
    "Brian 1's Izhikevich neuron": Example(
        "docs: introduction/brian1_to_2/library",
        dict(
            eqs="""dvm/dt = (0.04/ms/mV)*vm**2+(5/ms)*vm+140*mV/ms-w + I : volt
             dw/dt = a*(b*vm-w) : volt/second
             I : volt/second""",
            threshold="vm > 30*mV",
            reset="vm = -65*mV; w += 8*mV/ms",
            method="euler",
        ),
        {"a": 0.02 / ms, "b": 0.2 / ms},
    ),
}
