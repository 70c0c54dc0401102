"""What does not exist: each line is an error for `mypy --strict`."""

import plausiwidgets as pw

pw.optimise("lif", "tonic_spiking")
pw.patterns.all_off("tonic_spiking", "integrator")
pw.analysis.parameter_plain("lif", "tonic_spiking", "tau_mem", "v_rest")
pw.teaching.misery("lif", "tonic_spiking")
pw.parameter_plane("lif", "tonic_spiking", "tau_mem", "v_rest")
pw.optimize("lif", "tonic_spiking", max_seconds=3.0)
pw.judge("lif", ["tonic_spiking", "integrator"])
pw.judge("lif", "tonic_spiking").acepted
