// This file is compiled but never runs. `tsc` fails if a line with an error compiles.

import type { App } from "../src/app.ts";
import type { Catalogue, ModelData } from "../src/catalogue.ts";
import { type Criterion, penaltyOf } from "../src/engine/criteria.ts";
import { FEATURES } from "../src/engine/features.ts";
import type { Runner } from "../src/engine/runner.ts";
import type { Host } from "../src/hosts/host.ts";
import type { WidgetModel } from "../src/hosts/kernel.ts";
import { Actions, SearchButton } from "../src/panels/actions.tsx";
import { KeyParameters } from "../src/panels/sliders.tsx";
import { Chip, Criteria } from "../src/panels/verdict.tsx";
import { TOOLS, type Tool } from "../src/tools/tools.tsx";

declare const app: App;
declare const host: Host;
declare const model: WidgetModel;
declare const catalogue: Catalogue;
declare const data: ModelData;
declare const runner: Runner;
declare const criterion: Criterion;
const set = { model: "izhikevich", pattern: "tonic_spiking", values: { a: 0.02 }, dt: 0.25 };
const plane = { ...set, bounds: {}, x: "a", y: "b", all: false };

// The following lines must compile.
host.ask("verify", set, (reply) => {
  if (reply.state === "done") reply.verdict?.status satisfies string | undefined;
  if (reply.state === "failed") reply.error satisfies string;
});
host.ask("simulate", { ...set, sweeps: [], states: false }, (_, arrays) => {
  arrays["0.v"] satisfies Float32Array | undefined;
  arrays["0.spikes"] satisfies Float64Array | undefined;
  arrays["1.state.u"] satisfies Float32Array | undefined;
});
host.ask("running", {}, (reply) => reply.kind === "search" && reply.search?.best);
host.ask("alive", {}, () => {});
<Chip verdict={app.verdict} run={app.run} task={app.task} screen={app.screen} />;
<Actions {...app} />;

// -- requests ------------------------------------------------------------------------------------------------------------

// @ts-expect-error: a misspelled kind
host.ask("verfy", set, () => {});
// @ts-expect-error: a misspelled field
host.ask("verify", { model: "izhikevich", patern: "tonic_spiking", values: {}, dt: 0.25 }, () => {});
// @ts-expect-error: a misspelled field that is not required
host.ask("search", { ...set, begin: "values", buget: 100 }, () => {});
// @ts-expect-error: `points` has another name
host.ask("plane", { ...plane, pointz: [10] }, () => {});
// @ts-expect-error: a missing field
host.ask("simulate", { ...set, sweeps: [] }, () => {});
// @ts-expect-error: a value of the wrong type
host.ask("verify", { ...set, dt: "0.25" }, () => {});
// @ts-expect-error: an unknown choice
host.ask("search", { ...set, begin: "elsewhere" }, () => {});
// @ts-expect-error: a field of a request that has none
host.ask("alive", { step: 1 }, () => {});

// -- replies -------------------------------------------------------------------------------------------------------------

// @ts-expect-error: a misspelled field of a reply
host.ask("verify", set, (reply) => reply.state === "done" && reply.verdict.stauts);
// @ts-expect-error: the verdict may be missing, because the state is not tested
host.ask("verify", set, (reply) => reply.verdict.status);
// @ts-expect-error: a field of another kind of reply
host.ask("verify", set, (reply) => reply.state === "done" && reply.search);
// @ts-expect-error: an array may be missing
host.ask("plane", { ...plane, points: [10] }, (_, arrays) => arrays.loss.length);
// @ts-expect-error: an array of another type
host.ask("plane", { ...plane, points: [10] }, (_, arrays) => arrays.loss satisfies Int32Array | undefined);
// @ts-expect-error: an unknown array
host.ask("plane", { ...plane, points: [10] }, (_, arrays) => arrays.z);
// @ts-expect-error: an unknown array of a sweep
host.ask("simulate", { ...set, sweeps: [], states: false }, (_, arrays) => arrays["0.potential"]);

// -- data of Python ------------------------------------------------------------------------------------------------------

// @ts-expect-error: a misspelled field of the catalogue
catalogue.patterns.tonic_spiking.leter;
// @ts-expect-error: a misspelled field of a model
data.model.reset;
// @ts-expect-error: only Python writes the catalogue
data.model.dt = 0.1;
// @ts-expect-error: a target may be a recording, which has no neuron
catalogue.patterns.tonic_spiking.targets[0].neuron;
// @ts-expect-error: an unknown trait
model.get("_histry");
// @ts-expect-error: a misspelled field of a trait
model.get("_history").position;

// -- engine --------------------------------------------------------------------------------------------------------------

// @ts-expect-error: a misspelled property of the neuron at rest
runner.rest.spam;
// @ts-expect-error: the state is null if the neuron diverged
runner.rest.state[0];
// @ts-expect-error: a misspelled feature
FEATURES.adaption_index;
// @ts-expect-error: a kind that no rule evaluates
({ ...criterion, kind: "gaussian" }) satisfies Criterion;
// @ts-expect-error: the grading is missing
penaltyOf(criterion, 1, 2, 3);
// @ts-expect-error: a misspelled feature of a result that is taken apart
const { voltage_rnge: _range } = FEATURES;

// -- views ---------------------------------------------------------------------------------------------------------------

// @ts-expect-error: the verdict is missing
<Chip run={app.run} task={app.task} screen={app.screen} />;
// @ts-expect-error: a misspelled property
<SearchButton search={app.search} taks={app.task} />;
// @ts-expect-error: another model
<Criteria selection={app.selection} verdict={app.run} />;
// @ts-expect-error: a property that the view does not have
<KeyParameters selection={app.selection} bars={app.bars} task={app.task} tour={app.tour} run={app.run} />;
// @ts-expect-error: a value in place of its signal
<Criteria selection={app.selection} verdict={app.verdict.verdict.value} />;
// @ts-expect-error: an unknown attribute of an element
<button disabeld={app.selection.canUndo.value} />;
// @ts-expect-error: a handler of the wrong event
<button onClick={(event: KeyboardEvent) => event.key} />;
// @ts-expect-error: a tool that has a kind of request that does not exist
({ ...TOOLS[0], needs: "sampels" }) satisfies Tool;

// -- models --------------------------------------------------------------------------------------------------------------

// @ts-expect-error: only the model changes its signals
app.selection.current.value = { ...app.selection.current.peek(), dt: 0.1 };
// @ts-expect-error: only the model changes its signals
app.run.zoom.value = null;
// @ts-expect-error: a part of the values of a signal
app.selection.current.value.values.a = 0.1;
// @ts-expect-error: a misspelled member
app.verdict.wordeed.value;
// @ts-expect-error: a misspelled function
app.selection.undoo();
// @ts-expect-error: a signal is not its value
app.search.isRunning satisfies boolean;
// @ts-expect-error: the verdict is null until the selection is evaluated
app.verdict.verdict.value.loss;
// @ts-expect-error: an unknown sheet
app.screen.sheet.value = "pattern";
// @ts-expect-error: an unknown task
app.task.task.value.kind === "practise";
// @ts-expect-error: a misspelled option
app.selection.choose("adex", "tonic_spiking", { keeps: true });
