// A file of the user, picked or dropped. One that is too large is named to the kernel, and not sent.

async function send(model, file) {
  if (!file) return;
  if (file.size > model.get("most")) {
    model.send({ name: file.name, size: file.size });
    return;
  }
  try {
    model.send({ name: file.name }, undefined, [await file.arrayBuffer()]);
  } catch {  // a folder, or a file that was removed
    model.send({ name: file.name });
  }
}

function button(model, el) {
  buttonOf(el, model.get("label"), () => input.click(), "pw-file").title = model.get("tip");
  const input = html("input", "", el);
  input.type = "file";
  input.accept = model.get("accept");
  input.hidden = true;
  input.addEventListener("change", async () => {
    await send(model, input.files[0]);
    input.value = "";  // the same file may be chosen again
  });
}

function holdsFile(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

// Listens on the whole explorer: its parts may be attached later than this, and be replaced.
function dropping(model, el) {
  const hint = document.createElement("p");
  hint.className = "pw-drop-hint";
  hint.textContent = model.get("hint");
  let root = null, over = null;
  const leave = () => {
    over?.classList.remove("pw-drop");
    hint.remove();
    over = null;
  };
  const within = (event) => event.target.closest?.(model.get("target"));
  const onOver = (event) => {
    const part = holdsFile(event) ? within(event) : null;
    if (!part) return leave();
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = "copy";
    if (part === over) return;
    leave();
    over = part;
    part.classList.add("pw-drop");
    part.append(hint);
  };
  const onLeave = (event) => {
    if (!root.contains(event.relatedTarget)) leave();
  };
  const onDrop = (event) => {
    if (!holdsFile(event) || !within(event)) return;
    event.preventDefault();
    event.stopPropagation();  // JupyterLab would open the file
    leave();
    send(model, event.dataTransfer.files[0]);
  };
  const events = [["dragenter", onOver], ["dragover", onOver], ["dragleave", onLeave], ["drop", onDrop]];
  const end = around(el, ".pw-explorer", (explorer) => {
    root = explorer;
    for (const [name, action] of events) root.addEventListener(name, action, true);
  });
  return () => {
    end();
    leave();
    for (const [name, action] of events) root?.removeEventListener(name, action, true);
  };
}

function render({ model, el }) {
  if (model.get("target")) return dropping(model, el);
  button(model, el);
}

export default { render };
