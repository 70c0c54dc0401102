"""A field of 0.2, which the type checker does not know."""

import plausiwidgets as pw

print(pw.Parameter("tau", 20.0, 5.0, 80.0).name)
