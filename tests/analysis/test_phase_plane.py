"""The phase plane from the step alone, held against closed formulas, SciPy's root finder and Jacobians by hand."""

import numpy as np
import pytest
from scipy.optimize import root
from small_neurons import make

import plausiwidgets as pw
from plausiwidgets.analysis.phase_planes import kind_of, zero_lines


class Equations:
    """A neuron of two variables as on paper: its rates, and the y of each nullcline over v."""

    def __init__(self, rates, v_line, y_line):
        self.rates, self.v_line, self.y_line = rates, v_line, y_line

    def jacobian(self, v, y, h=1e-5):
        shifts = [(h, 0.0), (0.0, h)]
        columns = [
            (np.array(self.rates(v + a, y + b)) - np.array(self.rates(v - a, y - b))) / (2 * h) for a, b in shifts
        ]
        return np.array(columns).T


def izhikevich(p, current):
    def square(v):
        return p["sq"] * v * v + p["mn"] * v + p["bias"] + current

    return Equations(lambda v, u: (square(v) - u, p["a"] * (p["b"] * v - u)), square, lambda v: p["b"] * v)


def adex(p, current):
    def drive(v):
        return p["g_L"] * (p["E_L"] - v) + p["g_L"] * p["delta_T"] * np.exp((v - p["V_T"]) / p["delta_T"]) + current

    def line(v):
        return p["a"] * (v - p["E_L"])

    return Equations(lambda v, w: ((drive(v) - w) / p["C"], (line(v) - w) / p["tau_w"]), drive, line)


def morris_lecar(p, current):
    def n_steady(v):
        return 0.5 * (1.0 + np.tanh((v - p["V_3"]) / p["V_4"]))

    def without_potassium(v):
        m = 0.5 * (1.0 + np.tanh((v - p["V_1"]) / p["V_2"]))
        return current - p["g_L"] * (v - p["V_L"]) - p["g_Ca"] * m * (v - p["V_Ca"])

    def rates(v, n):
        dv = (without_potassium(v) - p["g_K"] * n * (v - p["V_K"])) / p["C"]
        return dv, p["phi"] * np.cosh((v - p["V_3"]) / (2.0 * p["V_4"])) * (n_steady(v) - n)

    return Equations(rates, lambda v: without_potassium(v) / (p["g_K"] * (v - p["V_K"])), n_steady)


PLANES = [
    ("izhikevich", izhikevich, {}, 3.0, ((-75.0, -40.0), (-16.0, 0.0))),
    ("izhikevich", izhikevich, {"b": 0.25, "a": 0.1}, 0.0, ((-75.0, -40.0), (-20.0, 0.0))),
    ("adex", adex, {}, 100.0, ((-80.0, -40.0), (-50.0, 300.0))),
    ("adex", adex, {"a": -5.0, "tau_w": 300.0}, 20.0, ((-80.0, -40.0), (-400.0, 100.0))),
    ("morris_lecar", morris_lecar, {}, 60.0, ((-70.0, 50.0), (-0.05, 0.8))),
    (
        "morris_lecar",
        morris_lecar,
        {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 0.23},
        37.0,
        ((-70.0, 50.0), (-0.05, 0.8)),
    ),
]


@pytest.fixture(params=PLANES, ids=lambda case: f"{case[0]} {case[2] or ''} {case[3]}")
def plane(request):
    name, equations, changes, current, ranges = request.param
    names = [state.key for state in pw.models.get(name).states[:2]]
    drawn = pw.analysis.phase_plane(name, changes, current, bounds=dict(zip(names, ranges, strict=True)))
    return drawn, equations(pw.models.get(name).complete(changes), current)


def test_nullclines_lie_on_the_closed_formulas_and_cross_the_whole_plane(plane):
    drawn, equations = plane
    height = drawn.y[-1] - drawn.y[0]
    for lines, formula in zip(drawn.nullclines, (equations.v_line, equations.y_line), strict=True):
        assert lines
        points = np.concatenate(lines)
        slope = (formula(points[:, 0] + 1e-4) - formula(points[:, 0] - 1e-4)) / 2e-4
        steep = np.hypot(1.0, slope * (drawn.x[-1] - drawn.x[0]) / height)
        distance = np.abs(points[:, 1] - formula(points[:, 0])) / height / steep
        assert distance.max() < 2e-4
        v = np.linspace(drawn.x[0], drawn.x[-1], 400)
        visible = v[(formula(v) > drawn.y[0]) & (formula(v) < drawn.y[-1])]
        gap = np.abs(visible[:, None] - points[None, :, 0]).min(axis=1).max()
        assert gap < 1.5 * (drawn.x[1] - drawn.x[0])


def test_rates_are_those_of_the_equations(plane):
    drawn, equations = plane
    v, y = np.meshgrid(drawn.x, drawn.y)
    for rate, by_hand in zip(drawn.rates, equations.rates(v, y), strict=True):
        known = np.isfinite(rate)
        assert known.mean() > 0.9
        assert np.allclose(rate[known], by_hand[known], rtol=3e-3, atol=1e-5 * np.abs(by_hand[known]).max())


def test_fixed_points_are_the_roots_and_their_stability_that_of_the_jacobian(plane):
    drawn, equations = plane
    v = np.linspace(drawn.x[0], drawn.x[-1], 2001)
    difference = equations.v_line(v) - equations.y_line(v)
    places = np.flatnonzero(np.diff(np.sign(difference)))
    roots = [root(lambda z: equations.rates(*z), (v[i], equations.y_line(v[i])), tol=1e-12).x for i in places]
    roots = [z for z in roots if drawn.y[0] < z[1] < drawn.y[-1]]
    assert len(roots) == len(drawn.fixed_points) > 0
    for z, point in zip(roots, drawn.fixed_points, strict=True):
        assert [point.state[name] for name in drawn.pair] == pytest.approx(z, rel=1e-6, abs=1e-6)
        by_hand = np.linalg.eigvals(equations.jacobian(*z))
        by_hand = by_hand[np.argsort(-by_hand.real, kind="stable")]
        assert np.sort_complex(point.eigenvalues) == pytest.approx(np.sort_complex(by_hand), rel=2e-3, abs=1e-4)
        assert point.kind == kind_of(by_hand)
        assert point.stable == (by_hand.real.max() < 0)


@pytest.mark.parametrize("tau_w", [1e7, 1e8, 1e9])
def test_a_very_slow_variable_does_not_hide_the_fixed_points(tau_w):
    usual, slow = (
        pw.analysis.phase_plane("adex", {"tau_w": tau}, 100.0, bounds={"v": (-80.0, -40.0), "w": (-50.0, 300.0)})
        for tau in (100.0, tau_w)
    )
    assert len(slow.fixed_points) == 2
    for one, other in zip(usual.fixed_points, slow.fixed_points, strict=True):
        assert [other.state[n] for n in ("v", "w")] == pytest.approx([one.state[n] for n in ("v", "w")], rel=1e-3)


def test_the_reset_is_no_flow():
    plane = pw.analysis.phase_plane("izhikevich", current=10.0, bounds={"v": (-80.0, 60.0), "u": (-20.0, 10.0)})
    above = plane.x > 30.0
    assert above.any()
    for rate in plane.rates:
        assert np.isnan(rate[:, above]).all()
        assert np.isfinite(rate[:, ~above]).all()


def test_a_refractory_counter_does_not_flow():
    assert pw.analysis.phase_plane("adex_refrac", current=100.0).pair == ("v", "w")


# -- more than two variables -----------------------------------------------------------------------


def squid(v):
    """Steady state of n, m and h."""
    a_n, b_n = 0.01 * (v + 55.0) / (1.0 - np.exp(-(v + 55.0) / 10.0)), 0.125 * np.exp(-(v + 65.0) / 80.0)
    a_m, b_m = 0.1 * (v + 40.0) / (1.0 - np.exp(-(v + 40.0) / 10.0)), 4.0 * np.exp(-(v + 65.0) / 18.0)
    a_h, b_h = 0.07 * np.exp(-(v + 65.0) / 20.0), 1.0 / (1.0 + np.exp(-(v + 35.0) / 10.0))
    return a_n / (a_n + b_n), a_m / (a_m + b_m), a_h / (a_h + b_h)


def sodium_nullcline(v, m, h, current):
    """Return the fourth root of the potassium activation at which dv/dt = 0."""
    drive = current - 120.0 * m**3 * h * (v - 50.0) - 0.3 * (v + 54.387)
    return (drive / (36.0 * (v + 77.0))) ** 0.25


BOUNDS = {"v": (-75.0, 20.0), "n": (0.25, 0.9)}


def test_hodgkin_huxley_with_the_others_at_their_steady_state():
    plane = pw.analysis.phase_plane("hodgkin_huxley", current=5.0, pair=("v", "n"), bounds=BOUNDS)
    assert plane.others == "steady"
    assert "steady state" in plane.sentence and "m, h" in plane.sentence
    v, n = np.concatenate(plane.nullclines[0]).T
    _, m, h = squid(v)
    assert n == pytest.approx(sodium_nullcline(v, m, h, 5.0), abs=2e-3)
    v, n = np.concatenate(plane.nullclines[1]).T
    assert n == pytest.approx(squid(v)[0], abs=1e-3)
    # A fixed point of this plane is one of the neuron, and all four of its eigenvalues count.
    [point] = plane.fixed_points
    assert len(point.eigenvalues) == 4
    assert [point.state[name] for name in ("n", "m", "h")] == pytest.approx(squid(point.state["v"]), rel=1e-5)
    assert point.kind == "stable focus"
    [firing] = pw.analysis.phase_plane("hodgkin_huxley", current=20.0, bounds=BOUNDS).fixed_points
    assert not firing.stable  # beyond the Hopf bifurcation near 9.8 µA/cm²


def test_another_pair_of_variables_with_the_others_held():
    held = {"v": -60.0, "m": 0.1}
    plane = pw.analysis.phase_plane("hodgkin_huxley", current=5.0, pair=("n", "h"), others=held)
    assert plane.others == "held" and plane.sentence == "The other variables are held: v = -60, m = 0.1."
    [n_line], [h_line] = plane.nullclines
    n, _, h = squid(-60.0)
    assert np.allclose(n_line[:, 0], n, atol=1e-6)
    assert np.allclose(h_line[:, 1], h, atol=1e-6)


# -- custom neurons --------------------------------------------------------------------------


def test_a_neuron_of_ones_own_whose_step_branches_in_python():
    def step(current, state, p, dt):
        v, w = state
        # No kernel takes this, and torch runs it one lane at a time.
        pull = 0.1 if v < 0 else 0.2
        v, w = v + dt * (-pull * v - w + current), w + dt * (0.05 * v - 0.02 * w)
        return (v > 30.0).to(v.dtype), (v, w)

    start = {"states": ("v", "w"), "initial_state": lambda p, holding: (0.0, 0.0)}
    neuron = make(step, [], rest=0.0, threshold=20.0, current=pw.Parameter("current", 1.0, 0.0, 10.0), **start)
    bounds = {"v": (-20.0, 20.0), "w": (-20.0, 20.0)}
    [point] = pw.analysis.phase_plane(neuron, current=1.0, bounds=bounds, points=(12, 11)).fixed_points
    assert [point.state["v"], point.state["w"]] == pytest.approx([1.0 / 2.7, 2.5 / 2.7])
    assert point.eigenvalues == pytest.approx(np.linalg.eigvals([[-0.2, -1.0], [0.05, -0.02]]), rel=1e-4)


# -- bad input ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"pair": ("v", "x")}, "'x'.*Valid: v, w"),
        ({"pair": ("v", "v")}, "two different state variables of v, w"),
        ({"pair": "v"}, "pair must be .*, got 'v'"),
        ({"bounds": {"v": (0.0, 0.0), "w": (0.0, 1.0)}}, "low < high"),
        ({"bounds": {"u": (0.0, 1.0)}}, "Valid: v, w"),
        ({"current": float("nan")}, "finite"),
        ({"others": "frozen"}, "'frozen'.*steady"),
        ({"others": {"v": -60.0}}, "others: unknown state variable 'v'"),
        ({"parameters": {"tau": 3.0}}, "'tau'"),
    ],
)
def test_bad_input_is_named(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        pw.analysis.phase_plane("adex", **arguments)


def test_kinds():
    kinds = {
        "stable node": [-1, -2],
        "unstable node": [1, 2],
        "saddle": [-1, 2],
        "stable focus": [-0.1 + 1j, -0.1 - 1j],
        "unstable focus": [0.1 + 1j, 0.1 - 1j],
        "borderline": [0, -1],
    }
    assert {kind: kind_of(np.array(values, complex)) for kind, values in kinds.items()} == {
        kind: kind for kind in kinds
    }


def test_a_closed_zero_line_is_one_line_that_comes_back():
    x = np.linspace(-2.0, 2.0, 41)

    def circle(a, b):
        return a * a + b * b - 1.0

    [line] = zero_lines(x, x, circle(x[None, :], x[:, None]), circle)
    assert np.hypot(*line.T) == pytest.approx(1.0, abs=1e-6)
    assert (line[0] == line[-1]).all()
    length = np.hypot(*np.diff(line, axis=0).T).sum()
    assert length == pytest.approx(2 * np.pi, rel=1e-2)


def test_one_of_the_bounds_may_be_given_alone():
    given = pw.analysis.phase_plane("izhikevich", current=0.0, bounds={"v": (-75.0, -45.0)}, points=7)
    assert (given.x[0], given.x[-1], len(given.x), len(given.y)) == (-75.0, -45.0, 7, 7)
    assert given.y[0] < -13.0 < given.y[-1]  # the fixed point
