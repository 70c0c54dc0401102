"""Generation of an ES module for a page from the same program as the kernel."""
