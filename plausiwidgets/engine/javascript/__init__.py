"""Every step as an ES module: the program of the kernel once more, for a page."""
