"""Cards of a small lesson, which the page and the explorer are walked through."""

SLOWER = """\
# Two patterns

## Slower

<!-- card
pattern: tonic_spiking
free: amplitude
until: does not hold
-->

Drag **amplitude** down.
"""

BURST = """\
## Burst

<!-- card
pattern: tonic_bursting
values: c=-65
until: holds, c < -45
-->

Make it burst.
"""

OTHER = """\
## Another neuron

<!-- card
model: lif
pattern: tonic_spiking
values: amplitude=10
free: amplitude
until: holds
-->

Make it fire.
"""
