// "Copy link": as an app, the page's own address with the query; in JupyterLab, the address of the
// app page of the same notebook where the server has one, and a line of Python.

function inApp() {
  return !/\/(lab|notebooks|doc|tree|edit)(\/|$)/.test(location.pathname);
}

function link(model) {
  const query = model.get("query");
  const notebook = location.pathname.match(
    /^(.*?)\/(?:lab|doc)(?:\/workspaces\/[^/]+)?\/tree\/(.+\.ipynb)$/);
  const classic = location.pathname.match(/^(.*?)\/notebooks\/(.+\.ipynb)$/);
  const found = notebook ?? classic;
  if (found && model.get("app")) {
    return `${location.origin}${found[1]}/voila/render/${found[2]}?${query}`;
  }
  return `${location.origin}${location.pathname}?${query}`;
}

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

function line(label, panel, say) {
  const row = document.createElement("label");
  const field = document.createElement("input");
  const button = document.createElement("button");
  row.className = "pw-share-line";
  row.append(label);
  field.readOnly = true;
  field.addEventListener("focus", () => field.select());
  button.type = "button";
  button.className = "jupyter-button";
  button.textContent = "Copy";
  button.title = `Copy: ${label}`;
  button.addEventListener("click", async () => say(await copy(field.value, field), label));
  row.append(field, button);
  panel.append(row);
  return field;
}

function render({ model, el }) {
  el.classList.add("pw-share");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button";
  button.textContent = "Copy link";
  button.title = "Copy a link that opens this model, pattern and parameters again";
  button.setAttribute("aria-expanded", "false");
  const panel = document.createElement("div");
  panel.className = "pw-share-panel";
  panel.hidden = true;
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const say = (done, what) => {
    status.textContent = done ? `${what}: copied.` : `${what}: press Ctrl-C to copy the selected text.`;
  };
  panel.append(status);
  const address = line("Link", panel, say);
  const python = line("Line of Python", panel, say);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "jupyter-button pw-close";
  close.textContent = "Close";
  panel.append(close);
  el.append(button, panel);

  const show = () => {
    address.value = link(model);
    python.value = model.get("python");
  };
  const toggle = (open) => {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", async () => {
    show();
    toggle(true);
    const works = inApp() || model.get("app");
    const [text, field, what] = works
      ? [address.value, address, "Link"]
      : [python.value, python, "Line of Python"];
    say(await copy(text, field), what);
  });
  close.addEventListener("click", () => {
    toggle(false);
    button.focus();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      toggle(false);
      button.focus();
    }
  });
  model.on("change:query", show);
  model.on("change:python", show);
}

export default { render };
