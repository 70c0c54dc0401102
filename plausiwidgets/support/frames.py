"""Tables whose old column names raise an error with the new name. Importing this module imports pandas."""

from __future__ import annotations

from typing import Any

import pandas as pd

from plausiwidgets.support.renamed import column_error


class Frame(pd.DataFrame):
    """A DataFrame that raises an error with the new name for a column name of version 0.3."""

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


# setattr is needed because a type checker considers DataFrame's own method final.
setattr(Frame, "__getattr__", _attribute)  # noqa: B010
