"""Annotations as other versions of Python and NumPy write them."""

from typing import TypeVar

import numpy as np
import pytest

from plausiwidgets.arguments import checked

aliases = pytest.importorskip("typing_extensions")
S = TypeVar("S", bound=np.generic)
# As Python 3.12's `type Numbers[S] = …`, which is what NumPy's NDArray is from 2.5 on.
Numbers = aliases.TypeAliasType("Numbers", np.ndarray[tuple[int, ...], np.dtype[S]], type_params=(S,))
Value = aliases.TypeAliasType("Value", float | list[float])


@checked
def mean(of: "float | Numbers[np.float64]", and_of: "tuple[Value, ...]" = ()) -> None:
    """Take what has a name."""


def test_a_name_for_a_type_is_that_type():
    mean(1.0)
    mean(np.ones(3), (1.0, [2.0]))
    with pytest.raises(TypeError, match=r"mean: of is 'x', valid is a finite number or an array of finite numbers"):
        mean("x")
    with pytest.raises(ValueError, match=r"mean: of is nan"):
        mean(np.nan)
    with pytest.raises(TypeError, match=r"mean: an entry of and_of is 'x', valid is a finite number or a list of"):
        mean(1.0, ("x",))
