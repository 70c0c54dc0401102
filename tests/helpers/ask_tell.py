"""Custom strategies of tests, in a module that worker processes can import."""

import numpy as np


class RandomSearch:
    """Random search with only the methods `ask` and `tell`."""

    def __init__(self, space, seed, budget, start=None):
        self.chart, self.rng, self.size = space.chart(), np.random.default_rng(seed), space.size

    def ask(self):
        return self.chart.decode(self.rng.random((20, self.size)))

    def tell(self, penalties):
        """Ignore the penalties."""


class Fails(RandomSearch):
    """Random search that fails in its third generation in one of several ways."""

    how = ""

    def __init__(self, space, seed, budget, start=None):
        super().__init__(space, seed, budget, start)
        self.generation = 0

    def ask(self):
        self.generation += 1
        points = super().ask()
        if self.generation < 3:
            return points
        if self.how == "raises":
            raise ZeroDivisionError("in my code")
        wrong = {
            "nan": np.full_like(points, np.nan),
            "inf": np.full_like(points, np.inf),
            "one point": points[0],
            "no point": points[:0],
            "too few columns": points[:, 1:],
            "words": [["a"] * self.size],
            "ragged": [[1.0], [1.0, 2.0]],
            "nothing": {},
            "too many": np.ones((20_001, self.size)),
        }
        return wrong.get(self.how, points)

    def tell(self, penalties):
        if self.how == "raises in tell" and self.generation == 2:
            raise KeyError("in my code")


def failing(how):
    """Return a strategy that fails in the way `how`."""
    return type("Fails", (Fails,), {"how": how})
