"""Script that hides packages, as if they were not installed, in a separate process.

``python without.py torch,norse script.py`` runs a script without torch and norse.
"""

import runpy
import sys
from collections.abc import Iterable
from typing import Any


class Without:
    """Finder of modules that does not find some packages."""

    def __init__(self, finder: Any, packages: Iterable[str]) -> None:
        self.finder, self.packages = finder, frozenset(packages)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return None if name.partition(".")[0] in self.packages else self.finder.find_spec(name, path, target)

    def find_distributions(self, context: Any) -> Iterable[Any]:
        find = getattr(self.finder, "find_distributions", None)
        return () if find is None or context.name in self.packages else find(context)


if __name__ == "__main__":
    _, hidden, script, *arguments = sys.argv
    sys.meta_path[:] = [Without(finder, hidden.split(",")) for finder in sys.meta_path]
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")
