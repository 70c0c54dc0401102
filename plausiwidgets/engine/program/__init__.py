"""Programs: instructions, the table of operations, the tracer, the text format, and evaluation in NumPy."""
