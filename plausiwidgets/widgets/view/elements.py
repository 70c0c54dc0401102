"""Scripts that stand before each script that draws by itself."""

from pathlib import Path

ELEMENTS = Path(__file__).with_name("elements.js").read_text("utf-8")
"""What makes elements."""

AXES = ELEMENTS + Path(__file__).with_name("axes.js").read_text("utf-8")
"""And pictures with two axes."""
