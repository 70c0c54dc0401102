"""Misspelt names and arguments: each line is an error for `mypy`, which reports an ignored error that is absent."""

import plausiwidgets as pw

pw.optimise("lif", "tonic_spiking")  # type: ignore[attr-defined]
pw.patterns.all_off("tonic_spiking", "integrator")  # type: ignore[attr-defined]
pw.analysis.parameter_plain("lif", "tonic_spiking", "tau_mem", "v_rest")  # type: ignore[attr-defined]
pw.teaching.misery("lif", "tonic_spiking")  # type: ignore[attr-defined]
pw.parameter_plane("lif", "tonic_spiking", "tau_mem", "v_rest")  # type: ignore[attr-defined]
pw.optimize("lif", "tonic_spiking", max_seconds=3.0)  # type: ignore[call-arg]
pw.judge("lif", ["tonic_spiking", "integrator"])  # type: ignore[call-overload]
pw.judge("lif", "tonic_spiking").acepted  # type: ignore[attr-defined]
