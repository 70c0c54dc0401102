"""What a script plots: Plotly's figures of a verdict, result, traces, plane, phase plane, map and chart."""
