"""Code blocks of docs/howto/optimizers.md."""

import re
from typing import Any

import pytest
from paths import ROOT

PAGE = (ROOT / "docs" / "howto" / "optimizers.md").read_text(encoding="utf-8")
BASH, _PYTHON = (
    re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL) for kind in ("bash", "python")
)
OPTIMIZERS = {
    re.findall(r"^class (\w+)", block, flags=re.MULTILINE)[0]: block for block in _PYTHON if "class " in block
}
"""Code block that defines an optimizer, by the name of the optimizer."""
USE, COMPARISON = (block for block in _PYTHON if "class " not in block)
_LIBRARIES = {"CMAES": "cmaes", "SciPyDE": "scipy", "Nevergrad": "nevergrad"}


def optimizer(name: str) -> Any:
    """Return the class of an optimizer, or skip the test if its library is not installed."""
    if name in _LIBRARIES:
        pytest.importorskip(_LIBRARIES[name])
    names: dict[str, Any] = {}
    exec(OPTIMIZERS[name], names)
    return names[name]
