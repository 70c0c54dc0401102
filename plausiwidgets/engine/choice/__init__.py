"""Selection of the engine that runs a job, and compilation of kernels in the background."""
