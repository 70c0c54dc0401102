// "Share": a link, which opens the page that it was copied from, a line of Python, and an exercise as a file.

function link(query) {
  // JupyterLab takes the query with it only where the address is the notebook's own, without a workspace.
  const path = location.pathname.replace(/\/(lab|doc)\/workspaces\/[^/]+\//, "/$1/");
  return `${location.origin}${path}?${query}`;
}

/** Whether the page that the link opens runs by itself: the app does, and one notebook of JupyterLab. */
function runsByItself() {
  const runs = window._JUPYTERLAB?.["plausiwidgets-run"] && /\/explore\.ipynb$/.test(location.pathname);
  return Boolean(document.body.dataset.voila || runs);
}

/** Whether the address of this page leads nowhere on another computer. */
const isOfThisComputer = /^(localhost|127\.|\[::1\])/.test(location.hostname);

async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No permission, or no https: the older way, and the text stays selected for Ctrl-C.
    field.focus();
    field.select();
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    }
  }
}

/** A line with a text and a button; without an action of its own the button copies the text. */
function line(label, panel, say, [name, action]) {
  const row = html("label", "pw-share-line", panel, label);
  const field = html("input", "", row);
  field.readOnly = !action;
  if (!action) field.addEventListener("focus", () => field.select());
  const button = buttonOf(row, name, action ?? (async () => say(await copy(field.value, field), label)));
  button.title = `${name}: ${label}`;
  return { row, field, button };
}

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-share");
  const button = buttonOf(el, tr("Share"), () => {
    show();
    say(null);
    toggle(panel.hidden);
    if (!panel.hidden) model.send({ opened: true }); // the kernel writes the link when a slider rests: it may be older
  });
  button.title = tr("A link or a line of Python that opens this model, pattern and parameters again");
  button.setAttribute("aria-expanded", "false");
  const panel = html("div", "pw-share-panel", el);
  panel.hidden = true;
  const status = html("p", "", panel);
  status.setAttribute("role", "status");
  const say = (done, what) => {
    const opens = runsByItself() ? tr("Whoever opens it sees what you see now.")
      : tr("Whoever opens it, and runs the notebook, sees what you see now.");
    const here = isOfThisComputer
      ? tr("The address works on this computer only: to others, send the line of Python, or a page (Export).") : "";
    status.textContent = done === null ? `${model.get("missing") || opens} ${here}`
      : done ? tr("{what}: copied.", { what }) : tr("{what}: press Ctrl-C to copy the selected text.", { what });
  };
  const address = line(tr("Link to this page"), panel, say, [tr("Copy")]);
  const exercise = line(tr("Exercise link"), panel, say, [tr("Copy")]);
  const about = html("p", "pw-share-about", panel);
  const python = line(tr("Line of Python"), panel, say, [tr("Copy")]);
  const ask = () => {
    status.textContent = tr("Exercise file: it is being written …");
    model.send({ question: task.field.value });
  };
  const task = line(tr("Exercise file"), panel, say, [tr("Save"), ask]);
  task.field.setAttribute("aria-label", tr("Question of the exercise"));
  task.field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") ask();
  });
  html("p", "pw-share-about", panel, tr(
    "One page for any browser, offline: what is ticked under “search” can be moved, it is solved when every criterion of the pattern holds, and it writes a code to hand in.",
  ));
  const close = () => {
    toggle(false);
    button.focus();
  };
  buttonOf(panel, tr("Close"), close, "pw-close");

  const show = () => {
    const locking = model.get("exercise");
    address.field.value = link(model.get("query"));
    exercise.field.value = locking ? link(locking) : "";
    exercise.button.disabled = !locking;
    exercise.row.hidden = about.hidden = Boolean(model.get("missing"));
    about.textContent = locking
      ? tr("Whoever opens the exercise can move what you have ticked under “search”; the rest is shown, and locked.")
      : tr("For an exercise, untick under “search” what others may see but not move.");
    python.field.value = model.get("python");
    task.field.placeholder = model.get("task");
  };
  const toggle = (open) => {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  listening(model, { query: show, missing: show, exercise: show, python: show, task: show });
  model.on("msg:custom", (message) => {
    if (!message.refused) saveText(message);
    status.textContent = message.refused
      ? `${tr("Exercise file")}: ${message.refused}.` : tr("Exercise file: saved as {name}.", message);
  });
}

export default { render };
