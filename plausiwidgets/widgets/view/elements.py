"""The script that makes elements, which stands before each script that draws by itself."""

from pathlib import Path

ELEMENTS = Path(__file__).with_name("elements.js").read_text("utf-8")
