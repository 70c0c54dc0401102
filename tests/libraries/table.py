"""The table of Brian2's own examples in its guide: ``python tests/libraries/table.py`` prints it."""

import brian2
from brian2_examples import EXAMPLES
from brian2_neurons import compared

import plausiwidgets as pw

if __name__ == "__main__":
    brian2.prefs.codegen.target = "numpy"
    print("| Example | What is injected | Largest difference | Judged by |\n|---|---|---|---|")
    for name, example in EXAMPLES.items():
        model = example.made()
        words = example.words | example.here | {"namespace": example.space}
        difference, _, _ = compared(words, model, example.steps, example.noise, example.below)
        status = pw.judge(model, example.pattern, example.stimulus).status
        print(f"| {name} | `{model.current.key}` | {difference:.0e} | {example.pattern}: {status} |", flush=True)
