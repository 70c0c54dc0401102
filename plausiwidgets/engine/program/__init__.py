"""Programs: instructions, the table of operations, the tracer, their text, and their values in NumPy."""
