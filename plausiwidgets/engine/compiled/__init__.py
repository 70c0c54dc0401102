"""The compiled engine, which runs every model as machine code: export, program, kernel and cache."""
