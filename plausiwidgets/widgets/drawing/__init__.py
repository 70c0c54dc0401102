"""Lines, arrows and maps as numbers, texts and SVG: what the app and the figures of a script both draw."""
