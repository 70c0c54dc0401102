// An exercise: the question, hints, and a code to hand in, which teaching/exercises.py reads.

const CODE = "PW1";

/** The checksum of zlib, as eight digits. */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, "0");
}

/** The code of an answer: model and pattern, the values that are not defaults, the claim and the time, a checksum. */
function codeOf({ about, defaults }, modelDt, values, dt, seconds, isSolved) {
  const fields = new URLSearchParams(about);
  if (dt !== modelDt) fields.append(".dt", String(dt));
  for (const [name, value] of values) if (value !== defaults[name]) fields.append(name, String(value));
  fields.append(".seconds", String(seconds));
  fields.append(".solved", isSolved ? "1" : "0");
  const text = String(fields);
  const packed = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `${CODE}.${packed}.${crc32(new TextEncoder().encode(text))}`;
}

/** The ends of a slider of an exercise: its range, and the start where that lies outside. */
function endsOf({ name, low, high }, start) {
  return [Math.min(low, start.get(name)), Math.max(high, start.get(name))];
}

/** The card of an exercise; `page` says what is selected, and takes undo and reset. */
class ExerciseCard {
  constructor(task, page) {
    this.task = task;
    this.page = page;
    this.began = performance.now();
    this.state = h("p", { className: "state", role: "status" });
    this.hints = h("div", { className: "hints" });
    this.hint = h("button", { type: "button", onclick: () => this.openHint() });
    this.opened = 0;
    this.goal = h("p", { className: "goal" });
    this.code = h("textarea", { readOnly: true, rows: 3, "aria-label": tr("Code to hand in"), spellcheck: false });
    this.copy = h("button", { type: "button", className: "strong", onclick: () => this.onCopy() }, tr("Copy code"));
    this.answer = h("div", { className: "answer", hidden: true },
      h("p", {}, tr("Send this code to your teacher. It holds the values, the verdict and the time, and no name.")),
      this.code, this.copy);
    this.hand = h("button", { type: "button", onclick: () => this.onHandIn() }, tr("Hand in"));
    // Seen where the card itself has been scrolled away.
    this.onward = h("button", { type: "button", className: "strong onward", hidden: true, onclick: () => this.onHandIn() },
      `✓ ${tr("Solved: get your code")}`);
    this.view = h("section", { className: "card exercise", "aria-label": tr("Exercise") },
      h("div", { className: "task" }, h("h2", {}, tr("Exercise")), h("p", {}, tr(task.question)), this.goal, this.state, this.hints),
      h("div", { className: "buttons" }, this.hint, this.hand), this.answer);
    this.showHint();
  }

  showHint() {
    const left = this.task.hints.length - this.opened;
    this.hint.hidden = left === 0;
    const last = this.opened ? tr("Last hint") : tr("Hint");
    this.hint.textContent = left === 1 ? last : tr("Hint ({count} left)", { count: left });
  }

  openHint() {
    this.hints.append(h("p", {}, h("b", {}, tr("Hint {number}: ", { number: this.opened + 1 })),
      tr(this.task.hints[this.opened])));
    this.opened++;
    this.showHint();
  }

  /** How well a mystery is matched, from 0 to 99, as teaching/mysteries.py has it; null without a verdict. */
  points(live) {
    if (!this.task.common || !live) return null;
    const own = live.checks.filter(({ key }) => !this.task.common.includes(key));
    return Math.min(99, Math.floor(100 * (1 - Math.min(live.loss / (own.length || live.checks.length), 1))));
  }

  /** Says what is to be done, and with which sliders. */
  begin(sliders) {
    const names = sliders.filter((slider) => !this.page.isLocked(slider)).map(labelOf);
    this.goal.replaceChildren(tr("All criteria in the table below must hold. You can move:"), " ",
      ...names.flatMap((name, i) => [...(i ? [", "] : []), h("b", {}, ...name)]), ".");
  }

  /** Says whether it is solved; a code of other values is taken away. */
  show({ live }) {
    const isSolved = live?.loss === 0;
    const points = this.points(live);
    const met = live?.checks.filter(({ passed }) => passed).length;
    const far = points !== null ? tr("{points} of 100 points", { points })
      : !live || live.isLost ? tr("the neuron runs away")
      : tr("{count} of {total} criteria hold", { count: met, total: live.checks.length });
    const text = isSolved ? `✓ ${tr("Solved: every criterion holds.")}` : tr("Not yet: {state}", { state: far });
    if (this.state.textContent !== text) this.state.textContent = text;
    this.view.classList.toggle("solved", isSolved);
    this.isSolved = isSolved;
    this.hand.className = isSolved ? "strong" : "";
    this.onward.hidden = !isSolved;
    this.answer.hidden = true;
  }

  onHandIn() {
    const { page } = this;
    const seconds = Math.round((performance.now() - this.began) / 1000);
    this.code.value = codeOf(this.task, page.data.model.dt, page.values, page.dt, seconds, this.isSolved);
    this.answer.hidden = false;
    this.onward.hidden = true;
    this.hand.className = "";
    this.code.focus();
    this.code.select();
  }

  async onCopy() {
    this.copy.textContent = (await copied(this.code.value)) ? tr("Copied") : tr("Select and copy it");
    setTimeout(() => (this.copy.textContent = tr("Copy code")), 2000);
  }
}

/** Copies a text; whether that was allowed. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h("textarea", { value: text, className: "unseen" });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
