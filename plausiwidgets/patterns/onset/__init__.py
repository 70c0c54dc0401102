"""The onset of firing: rheobase, growth of the period next to it, and class of excitability.

A step of current is injected into a neuron at rest. Close above the rheobase, its period P depends on the distance d
from the rheobase in one of a few ways, which an exponent q distinguishes:

    P(d) = P0 + k d^-q     q = 1/2   square root of the rate: a saddle-node on an invariant circle
                           q = 0     logarithm: a homoclinic orbit, or a threshold that the resting state approaches
                           q = -1/2  finite period that is reached as a square root: a fold of limit cycles
                           q = -1    finite period: an onset that does not involve the limit cycle

All durations are multiples of two times of the neuron: its period at twice the rheobase, and the time until it reaches
that period. The procedure of one neuron is a generator (:mod:`plausiwidgets.patterns.onset.procedure`) that yields runs
and receives spike trains. :mod:`plausiwidgets.patterns.onset.batch` simulates the runs of many neurons together.

The app has the same procedure in ``widgets/app/src/engine/onset``. Both languages round every operation in the same
way, so both return the same numbers to the last bit for the same spike trains.
"""
