"""Tables whose old column names raise an error that states the new name; importing this module imports pandas."""

from __future__ import annotations

from typing import Any

import pandas as pd

from plausiwidgets.support.renamed import column_error


class Frame(pd.DataFrame):
    """A DataFrame that states the new name of a column of 0.3, where a key of that name is not found."""

    @property
    def _constructor(self) -> type[Frame]:
        return Frame

    def __getitem__(self, key: Any) -> Any:
        try:
            return super().__getitem__(key)
        except KeyError:
            for name in [key] if isinstance(key, str) else key if isinstance(key, list) else []:
                if name not in self.columns and (error := column_error(name, self.columns)):
                    raise error from None
            raise


def _attribute(frame: Frame, name: str) -> object:
    try:
        return pd.DataFrame.__getattr__(frame, name)
    except AttributeError:
        if not name.startswith("_") and (error := column_error(name, frame.columns)):
            raise AttributeError(error.args[0]) from None
        raise


# By setattr, because a type checker takes DataFrame's own method for final.
setattr(Frame, "__getattr__", _attribute)  # noqa: B010
