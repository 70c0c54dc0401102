"""Every step as machine code: export, program, kernel, cache."""
