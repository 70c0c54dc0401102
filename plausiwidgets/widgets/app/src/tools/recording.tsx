// The tool that makes a recorded cell the target, from the state of the reading in reading.ts.

import { type Signal, useSignal } from "@preact/signals";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { intervalText } from "../i18n/words.ts";
import { Explained } from "../panels/glosses.tsx";
import {
  agree,
  ask,
  assign,
  chosenOf,
  lookAt,
  nameOf,
  needsAnswer,
  type Reading,
  readingOf,
  readRecording,
  restate,
  type SweepRole,
  show,
  update,
  weigh,
} from "./reading.ts";
import { Recorded } from "./recorded.tsx";
import type { Criterion } from "./recordingSweeps.ts";
import { Corrections, Firing, Notes } from "./statements.tsx";

const WEIGHTS = [1, 0.5, 0.2, 0.1]; // the weights in the menus

type Texts = Readonly<Record<string, () => string>>;

/** The names of the quantities in a file. */
const QUANTITIES: Texts = {
  t: () => tr("Times"),
  v: () => tr("Potential"),
  current: () => tr("Current"),
  spikes: () => tr("Spike times"),
};

const ROLES: Readonly<Record<SweepRole, () => string>> = {
  compared: () => tr("used for fitting"),
  predicted: () => tr("held out for validation"),
  out: () => tr("excluded"),
};

/** The titles of the features, by their names in Python. */
const FEATURES: Texts = {
  n: () => tr("number of spikes"),
  latency: () => tr("latency"),
  mean_isi: () => tr("mean interspike interval (ISI)"),
  cv: () => tr("coefficient of variation (CV)"),
  cv2: () => tr("regularity of spontaneous firing (CV2)"),
  times: () => tr("spike times"),
  rest: () => tr("resting potential"),
  rate_before: () => tr("firing rate before the stimulus"),
  course: () => tr("subthreshold potential"),
  resistance: () => tr("input resistance"),
  time_constant: () => tr("membrane time constant"),
  level: () => tr("potential at the end of steps"),
  sag: () => tr("sag"),
  ahp: () => tr("potential between spikes"),
  height: () => tr("spike peak"),
  width: () => tr("spike width"),
};

type RecordingProps = Pick<App, "selection" | "run" | "host" | "search" | "screen">;
type WithState = { readonly state: Signal<Reading> };

/** The tool that makes a recorded cell from a file the target. */
export function Recording({ selection, run, host, search, screen }: RecordingProps) {
  const state = readingOf({ selection });
  const reading = state.value;
  const isRead = reading.sweeps.length > 0;
  const isAnswered = isRead && !needsAnswer(reading);
  const app = { selection, run, host, search, screen };
  return (
    <div class="pw-fields pw-onecolumn">
      {!isRead && (
        <p class="pw-lead">
          {tr(
            "Load a recording to use it as the target. Your neuron is compared with it, and its trace is drawn behind yours.",
          )}
        </p>
      )}
      <Drop reading={reading} take={(files) => readRecording(app, files)} />
      {isAnswered && <Agreement selection={selection} run={run} host={host} state={state} />}
      <p role="status" class={reading.notice ? "pw-wrong" : ""}>
        {reading.notice || (reading.isBusy ? tr("reading …") : statusOf(reading))}
      </p>
      {Object.keys(reading.choices).length > 0 && <Units state={state} ask={() => ask(app)} />}
      {isRead && reading.firing && (
        <Firing reading={reading} answer={(isSpontaneous) => restate(app, { isSpontaneous })} />
      )}
      {isRead && (
        <>
          {reading.sweeps.length > 1 && <Sweeps selection={selection} run={run} state={state} />}
          {reading.agreed !== "" && <Recorded host={host} search={search} screen={screen} state={state} />}
          <Protocol state={state} />
          <Notes reading={reading} />
          <Corrections reading={reading} correct={(change) => restate(app, change)} />
          {isAnswered && <Compared selection={selection} state={state} />}
        </>
      )}
    </div>
  );
}

function statusOf(reading: Reading): string {
  const { files, sweeps, agreed } = reading;
  if (!sweeps.length || needsAnswer(reading)) return "";
  return agreed
    ? tr("{name} is the target.", { name: nameOf(files) })
    : tr("Check the data read from the file, and correct them if necessary.");
}

interface DropProps {
  readonly reading: Reading;
  readonly take: (files: readonly File[]) => void;
}

/** An area for a file, which the user can drop or open. */
function Drop({ reading: { files, sweeps }, take }: DropProps) {
  const isOver = useSignal(false);
  const isRead = sweeps.length > 0;
  const takeAll = (list: FileList | null | undefined) => {
    if (list?.length) take(Array.from(list));
  };
  const hover = (event: DragEvent) => {
    event.preventDefault();
    isOver.value = true;
  };
  const leave = () => {
    isOver.value = false;
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    leave();
    takeAll(event.dataTransfer?.files);
  };
  return (
    <label
      class={`pw-drop${isOver.value ? " over" : ""}${isRead ? " small" : ""}`}
      onDragOver={hover}
      onDragLeave={leave}
      onDrop={drop}
    >
      {isRead
        ? tr("{name} (drop or open another file)", { name: nameOf(files) })
        : tr("Drop or open a CSV, ATF, ABF or NWB file")}
      {!isRead && (
        <small>{tr("Columns t, v and current, or spike times. Several files are the sweeps of one cell.")}</small>
      )}
      <input
        type="file"
        multiple
        accept=".csv,.txt,.tsv,.atf,.abf,.nwb,text/csv,text/plain"
        onChange={({ currentTarget }) => takeAll(currentTarget.files)}
      />
    </label>
  );
}

/** The menus for units that the file does not contain. */
function Units({ state, ask: send }: WithState & { readonly ask: () => void }) {
  const { choices, units, files } = state.value;
  const choose = (what: string, unit: string) => update(state, { units: { ...state.peek().units, [what]: unit } });
  return (
    <>
      <p class="pw-at">{tr("What are the units of {name}?", { name: nameOf(files) })}</p>
      <div class="pw-toolrow">
        {Object.entries(choices).map(([what, offered]) => (
          <label key={what}>
            {QUANTITIES[what]?.() ?? what}
            <select onChange={({ currentTarget }) => choose(what, currentTarget.value)}>
              {offered.map((unit) => (
                <option key={unit} value={unit} selected={units[what] === unit}>
                  {tr(unit)}
                </option>
              ))}
            </select>
          </label>
        ))}
        <button type="button" class="pw-small" onClick={send}>
          {tr("Show")}
        </button>
      </div>
    </>
  );
}

/** The sweeps of the file, with the role of the shown sweep. */
function Sweeps({ selection, run, state }: WithState & Pick<App, "selection" | "run">) {
  const { sweeps, at, roles } = state.value;
  const sweep = sweeps[at];
  const roleOf = (name: string) => roles.get(name) ?? "compared";
  const look = (place: number) => () => lookAt({ selection, run }, place);
  return (
    <>
      <div class="pw-toolrow">
        <button
          type="button"
          class="pw-icon"
          aria-label={tr("Previous sweep")}
          disabled={at === 0}
          onClick={look(at - 1)}
        >
          ‹
        </button>
        <b>{tr(sweep.name)}</b>
        <button
          type="button"
          class="pw-icon"
          aria-label={tr("Next sweep")}
          disabled={at === sweeps.length - 1}
          onClick={look(at + 1)}
        >
          ›
        </button>
        <RoleMenu role={roleOf(sweep.name)} choose={(role) => assign(state, sweep.name, role)} />
        <Explained of={ROLES.predicted()} />
      </div>
      <div role="group" class="pw-sweepchips" aria-label={tr("Sweeps")}>
        {sweeps.map(({ name, numbers }, k) => {
          const title = `${tr(name)}: ${ROLES[roleOf(name)]()}`;
          return (
            <button
              key={name}
              type="button"
              class={roleOf(name)}
              aria-current={k === at}
              title={title}
              aria-label={title}
              onClick={look(k)}
            >
              {numbers[0]}
            </button>
          );
        })}
      </div>
    </>
  );
}

interface RoleMenuProps {
  readonly role: SweepRole;
  readonly choose: (role: SweepRole) => void;
}

const ROLE_NAMES: readonly SweepRole[] = ["compared", "predicted", "out"];

function RoleMenu({ role, choose }: RoleMenuProps) {
  const take = ({ currentTarget: { value } }: { readonly currentTarget: HTMLSelectElement }) => {
    const chosen = ROLE_NAMES.find((one) => one === value);
    if (chosen) choose(chosen);
  };
  return (
    <label>
      {tr("Role of the sweep")}{" "}
      <select class="pw-sweeprole" onChange={take}>
        {ROLE_NAMES.map((one) => (
          <option key={one} value={one} selected={one === role}>
            {ROLES[one]()}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The protocol of the shown sweep in words. */
function Protocol({ state }: WithState) {
  const { sweeps, at } = state.value;
  return sweeps[at].protocol ? <p class="pw-protocol">{sweeps[at].protocol}</p> : null;
}

/** The compared features with their weights. */
function Compared({ selection, state }: WithState & Pick<App, "selection">) {
  const { weights } = state.value;
  return (
    <fieldset class="pw-compare">
      <legend>{tr("Features compared")}</legend>
      <ul>
        {[...weights].map(([name, weight]) => (
          <Feature key={name} selection={selection} state={state} name={name} weight={weight} />
        ))}
      </ul>
    </fieldset>
  );
}

interface FeatureProps extends WithState, Pick<App, "selection"> {
  readonly name: string;
  readonly weight: number;
}

/** A feature with its accepted ranges in the shown sweep. */
function Feature({ selection, state, name, weight }: FeatureProps) {
  const { criteria, sweeps, at, leftOut } = state.value;
  const shown = sweeps[at].name;
  const own = criteria.filter(({ of, sweep }) => of === name && (sweep === "" || sweep === shown));
  const title = FEATURES[name]?.() ?? name;
  const { resets } = selection.data.value.model;
  return (
    <li class={weight ? "" : "off"}>
      <label>
        <input type="checkbox" checked={weight > 0} onChange={() => weigh(state, name, weight ? 0 : 1)} />{" "}
        <b>{title}</b>
      </label>
      <Explained of={title} />
      <select
        aria-label={tr("Weight of {name}", { name: title })}
        disabled={!weight}
        onChange={({ currentTarget }) => weigh(state, name, Number(currentTarget.value))}
      >
        {WEIGHTS.map((one) => (
          <option key={one} value={one} selected={one === weight}>
            × {one}
          </option>
        ))}
      </select>
      <div>
        {own.map((one) => (
          <span key={one.name} title={tr(one.text)}>
            {inWords(one, own.length > 1)}
          </span>
        ))}
        {!own.length && <span>{tr("nothing to compare in this sweep")}</span>}
        {leftOut.includes(name) && (
          <span>
            {tr("This cell fires spontaneously, so a repeat of the recording would not meet this criterion either.")}
          </span>
        )}
        {resets && own.some(({ shaped }) => shaped) && (
          <span>{tr("Not compared because your model resets after each spike.")}</span>
        )}
      </div>
    </li>
  );
}

/** The accepted range of a criterion, with its name if the feature has several criteria. */
function inWords({ name, low, high, unit }: Criterion, isOneOfMany: boolean): string {
  const accepted = intervalText(low, high, unit);
  return isOneOfMany ? `${tr(name)}: ${accepted}` : accepted;
}

/** The button that adopts the recording as the target, with the choices of the user. */
function Agreement({ selection, run, host, state }: WithState & Pick<App, "selection" | "run" | "host">) {
  const reading = state.value;
  const { sweeps, roles, weights, agreed, isBusy, pattern, heldOut } = reading;
  const app = { selection, run, host };
  const hasCompared = sweeps.some(({ name }) => !roles.has(name));
  const isAgreed = agreed !== "" && agreed === JSON.stringify(chosenOf(reading));
  const isNone = !hasCompared || [...weights.values()].every((weight) => weight === 0);
  const isHeldOut = heldOut !== "" && selection.pattern.value.key === heldOut;
  return (
    <div class="pw-toolrow pw-agreement">
      <button
        type="button"
        class="pw-small pw-agree"
        disabled={isAgreed || isNone || isBusy}
        onClick={() => agree(app)}
      >
        {agreed ? tr("Apply changes") : tr("Use as target")}
      </button>
      {isAgreed && heldOut && (
        <button type="button" class="pw-small" onClick={() => show(app, isHeldOut ? pattern : heldOut)}>
          {isHeldOut ? tr("Back to fitted sweeps") : tr("Evaluate held-out sweeps")}
        </button>
      )}
      {isNone && (
        <span class="pw-wrong">
          {hasCompared ? tr("Select at least one feature to compare.") : tr("Use at least one sweep for fitting.")}
        </span>
      )}
    </div>
  );
}
