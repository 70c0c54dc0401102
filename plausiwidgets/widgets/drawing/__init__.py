"""Lines, arrows and maps as numbers, texts and SVG, for the app and for the figures of a script."""
