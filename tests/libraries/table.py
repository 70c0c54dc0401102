"""Print the table of Brian2's own examples in docs/howto/from_brian2.md: ``python tests/libraries/table.py``."""

import brian2
from brian2_examples import EXAMPLES
from brian2_neurons import compared

import plausiwidgets as pw
from plausiwidgets.patterns.status import WORDS

if __name__ == "__main__":
    brian2.prefs.codegen.target = "numpy"
    print("| example | current | largest difference | pattern: status |\n|---|---|---|---|")
    for name, example in EXAMPLES.items():
        model = example.made()
        words = example.words | example.here | {"namespace": example.space}
        difference, _, _ = compared(words, model, example.steps, example.noise, example.below)
        exponent = f"{difference:.0e}".replace("e-0", "e-") if difference else "0"
        verdict = pw.judge(model, example.pattern, example.stimulus)
        unmet = ", ".join(check.title for check in verdict.criteria if not check.passed)
        status = WORDS[verdict.status] + (f" ({unmet})" if unmet else "")
        title = pw.patterns.get(example.pattern).title.lower()
        print(f"| {name} | `{model.current.key}` | {exponent} | {title}: {status} |", flush=True)
