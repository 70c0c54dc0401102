"""The onset of firing: rheobase, growth of the period next to it, and class of excitability.

A neuron at rest gets a step of current. Close above the rheobase, its period P depends on the distance d from the
rheobase in one of few ways, and one exponent q distinguishes them:

    P(d) = P0 + k d^-q     q = 1/2   square root of the rate: a saddle-node on an invariant circle
                           q = 0     logarithm: a homoclinic orbit, or a threshold that the resting state approaches
                           q = -1/2  finite period that is reached as a square root: a fold of limit cycles
                           q = -1    finite period: an onset that does not involve the limit cycle

All times are multiples of times of the neuron: of its period at twice the rheobase, and of the time until that period
is reached. The procedure of one neuron is a generator (:mod:`plausiwidgets.patterns.onset.procedure`) that yields runs
and receives spike trains. :mod:`plausiwidgets.patterns.onset.batch` simulates the runs of many neurons together.

The app has the same procedure in ``widgets/app/src/engine/onset``. Every operation is one that both languages round
alike, so that both return the same numbers to the last bit for the same spike trains.
"""
