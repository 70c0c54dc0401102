"""Plotly figures of verdicts, results, traces, planes, phase planes, maps and charts."""
