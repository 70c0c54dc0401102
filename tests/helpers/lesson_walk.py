"""Actions of a reader for each card of the lessons, the words of the card about them, and the expected results.

`test_lesson.py` compares the results with the evaluation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from paths import DOCS

import plausiwidgets as pw
from plausiwidgets.teaching.lessons import Card, Lesson, read_lesson

NEURON = pw.models.get("izhikevich")


@dataclass(frozen=True)
class Look:
    """State of the neuron of a card after the reader has moved some sliders."""

    says: str  # words of the card or of an answer in it
    moved: Mapping[str, float] = field(default_factory=dict)  # typed values, in addition to those of the card
    # names of the criteria that are not met, or None if the text does not mention them
    missed: tuple[str, ...] | None = None
    spikes: int | None = None  # in `sweep`, or in the main sweep
    sweep: str | None = None
    dt: float | None = None  # another time step than that of the card
    bits: int | None = None  # of each variable, as on a chip
    features: Mapping[str, float] = field(default_factory=dict)  # measured values by the titles of their criteria


BURSTS = (
    "enough complete bursts",
    "bursts clearly separated",
    "at least 3 spikes per burst",
    "at most 40 spikes per burst",
    "regular bursting (CV)",
    "fires until the end",
)

RESPONSE = ("exactly one rebound spike", "fires soon enough")
SINGLE = ("enough complete bursts", "regular bursting (CV)")
NOT_MIXED = ("starts with a burst", "burst ends abruptly", "regular intervals (CV)", "fires until the end")

TEN_MINUTES = {
    "0:00 What are we looking at?": [
        Look("with the published parameters", missed=()),
        Look("all these intervals are equal", features={"regular intervals (CV)": 0.0}),
    ],
    "1:00 Which parameter acts when?": [],
    "2:00 Why does it fire again and again?": [Look("so it keeps firing", missed=())],
    "3:00 Where does the firing end?": [
        Look("It fires four spikes, and tonic spiking requires five", {"amplitude": 4.0}, ("fires enough spikes",), 4),
        Look("At 3.75 it stops after the first spike", {"amplitude": 3.75}, spikes=1),
    ],
    "4:00 From spikes to bursts": [Look("with a published parameter set too", missed=())],
    "5:00 Lose the burst": [
        Look("tonic bursting is lost at −55", {"c": -54.0}, ()),
        Look("tonic bursting is lost at −55", {"c": -55.0}, ("at least 3 spikes per burst", "regular bursting (CV)")),
        Look("The bursts become single spikes", {"c": -65.0}, BURSTS),
    ],
    "5:45 Is it tonic spiking now?": [
        Look("One criterion is not met: starts without a burst", missed=("starts without a burst",)),
        Look("Drag d to 6, and all criteria are met", {"d": 6.0}, ()),
    ],
    "6:30 A spike after inhibition": [Look("the neuron fires a spike after it returns", missed=(), spikes=1)],
    "7:00 Why inhibition can excite": [Look("until the spike is gone", {"amplitude": 12.0}, RESPONSE, 0)],
    "7:45 The role of b": [Look("turns to ✗", {"b": 0.23}, RESPONSE, 0)],
    "8:30 Your turn": [
        Look("the neuron does not respond to inhibition", missed=RESPONSE, spikes=0),
        Look(
            "Then the neuron fires too many spikes", {"b": 0.25, "amplitude": 15.0}, ("exactly one rebound spike",), 12
        ),
        Look("one spike, not two", {"b": 0.25, "amplitude": 15.0, "d": 2.0}, ("exactly one rebound spike",), 2),
        Look("Bring the rebound spike back", {"b": 0.25, "amplitude": 15.0, "d": 4.0}, (), 1),
    ],
    "10:00 Summary": [],
}

FORTY_FIVE_MINUTES = {
    "0:00 The firing rate": [
        Look("Here it is 20", missed=(), spikes=20),
        Look("At 8 there are 11 spikes", {"amplitude": 8.0}, (), 11),
        Look("at 4.7 there are 6", {"amplitude": 4.7}, (), 6),
        Look("at 4 there are 4", {"amplitude": 4.0}, spikes=4),
    ],
    "3:00 Exercise: half the rate": [
        Look("At 3 the neuron fires once", spikes=1),
        Look("At 7 there are 10", {"amplitude": 7.0}, (), 10),
        Look("At 4.1 it fires 5 spikes", {"amplitude": 4.1}, (), 5),
    ],
    "7:00 What slows it down": [
        Look("It now fires 8 spikes instead of 20", {"a": 0.005}, ("starts without a burst",), 8),
    ],
    "11:00 Two classes of excitability": [
        Look("In class 1, the firing rate starts near zero", missed=()),
        Look("the neuron fires 15 spikes", spikes=15, sweep="just above rheobase"),
        Look("it fires 141 in the same time", spikes=141, sweep="10 % above"),
    ],
    "16:00 Class 2": [
        Look("Just above the rheobase it fires 47 spikes", missed=(), spikes=47, sweep="just above rheobase"),
        Look("and 72 at 10 % more", spikes=72, sweep="10 % above"),
    ],
    "20:00 Exercise: change the class": [
        Look("From 0.08 to 0.2 it is in neither class", {"b": 0.15}, ("starts at a high rate",)),
        Look("At 0.22 and above, the neuron is in class 2", {"b": 0.22}, ()),
    ],
    "24:00 A spike after inhibition": [
        Look("At 0.24 the spike is gone", {"b": 0.24}, spikes=0),
        Look("12 is too weak", {"amplitude": 12.0}, spikes=0),
        Look("d does not remove the spike", {"d": 0.0}, (), 1),
        Look("d does not remove the spike", {"d": 8.0}, (), 1),
    ],
    "27:00 Exercise: one spike becomes many": [
        Look("This neuron responds to inhibition with one spike", spikes=1),
        Look("If you only set c to −52", {"c": -52.0}, spikes=1),
        Look("only set d to 0, there is one spike", {"d": 0.0}, spikes=1),
        Look("With both changes there are twelve spikes", {"c": -52.0, "d": 0.0}, (), 12),
    ],
    "30:00 Exercise: burst repeatedly": [
        Look("In which direction must you move each of them?", {"c": -50.0}, SINGLE),
        Look("In which direction must you move each of them?", {"d": 2.0}, BURSTS),
        Look(
            "At c = −50 and d = 2 there are ten bursts",
            {"c": -50.0, "d": 2.0},
            (),
            features={"enough complete bursts": 10.0},
        ),
    ],
    "33:00 A neuron that cannot burst": [
        Look("It fires 16 spikes", missed=BURSTS, spikes=16),
        Look("Can you make it burst?", {"v_reset": -52.0}, BURSTS),
        Look("and 5.3 ms with an amplitude of 100", {"amplitude": 100.0}, BURSTS),
    ],
    "35:00 Exercise: the same burst in a different model": [
        Look("Here it fires 18 single spikes", missed=BURSTS, spikes=18),
        Look("At V_r = −46 the neuron bursts", {"V_r": -46.0}, (), 24),
        Look("and there are 238 spikes", {"V_r": -46.0, "b": 0.0}, BURSTS, 238),
        Look("With b at 100, bursting needs V_r = −45", {"V_r": -46.0, "b": 100.0}, SINGLE),
        Look("With b at 100, bursting needs V_r = −45", {"V_r": -45.0, "b": 100.0}, ()),
    ],
    "38:00 Exercise: between the two": [
        Look("Neither change alone is enough", {"c": -55.0}, NOT_MIXED),
        Look("Neither change alone is enough", {"d": 4.0}, NOT_MIXED),
        Look("For example, set c = −55 and d = 4", {"c": -55.0, "d": 4.0}, ()),
    ],
    "40:00 What is wrong here?": [Look("This neuron does not burst", missed=BURSTS)],
    "41:30 The same parameters, smaller time steps": [
        Look("the number of spikes changes from 65", missed=(), spikes=65),
        Look("to 67", missed=(), spikes=67, dt=0.1),
        Look("and to 69", missed=(), spikes=69, dt=0.05),
    ],
    "43:00 A burst that depends on the time step": [
        Look("All criteria are met at this time step", missed=()),
        Look("At 0.1 ms all criteria are met too", missed=(), dt=0.1),
        Look(
            "At 0.05 ms, two criteria are not met",
            missed=("at least 3 spikes per burst", "regular bursting (CV)"),
            dt=0.05,
        ),
    ],
    "44:00 A chip with 12 bits": [
        Look("click 12. The rebound spike disappears", missed=RESPONSE, bits=12),
        Look("all criteria are met at an amplitude of 25", {"amplitude": 25.0}, missed=(), bits=12),
        Look("and not yet at 20", {"amplitude": 20.0}, missed=RESPONSE, bits=12),
        Look("With 16 bits and more, they are met at 15", missed=(), bits=16),
        Look("With 16 bits and more, they are met at 15", missed=(), bits=32),
        Look("14 bits are enough", missed=(), bits=14),
        Look("15 bits are not", missed=RESPONSE, bits=15),
    ],
    "45:00 Summary": [],
}

WALKS: dict[str, dict[str, list[Look]]] = {"lesson.md": TEN_MINUTES, "lesson_long.md": FORTY_FIVE_MINUTES}


def lesson_of(name: str) -> Lesson:
    """Return a lesson of the documentation by the name of its file."""
    return read_lesson(DOCS / name, NEURON)


def text_of(card: Card) -> str:
    """Return the text of a card with its folded answers, without emphasis and line breaks."""

    def plain(node: object) -> str:
        return node if isinstance(node, str) else "".join(map(plain, node[1]))

    return " ".join(" ".join(map(plain, card.body)).split())


def verdicts(lesson: Lesson, looks: Mapping[str, list[Look]]) -> list[tuple[Card, Look, pw.Verdict]]:
    """Return each look with its card and the verdict on the values of the sliders."""
    found, start = [], lesson.cards[0].start
    for card in lesson.cards:
        start = card.start or start
        assert start is not None
        for look in looks[card.title]:
            values = dict(start.values) | dict(look.moved)
            dt = look.dt or start.dt
            model = card.model if look.bits is None else pw.models.fixed_point(card.model, look.bits)
            found.append((card, look, pw.judge(model, card.pattern, values, dt=dt, verify=False)))
    return found
