// Plotly's front end of a figure, which is loaded once for a page, and not, at 20 MB of the page's memory, for each
// figure: what a page has imported it never gives back. find_model.js stands above this; plotly_widget.py is the
// other side.

const KEPT = (globalThis[Symbol.for("plausiwidgets.plotly")] ??= new Map()); // by Plotly's version
const RENDERED = "plotlywidget-after-render";

async function frontEnd(model) {
  const shared = await find(model, model.get("_front_end").replace("IPY_MODEL_", ""));
  const version = shared.get("version");
  if (!KEPT.has(version)) {
    const url = URL.createObjectURL(new Blob([shared.get("text")], { type: "text/javascript" }));
    KEPT.set(version, import(/* webpackIgnore: true */ url).finally(() => URL.revokeObjectURL(url)));
  }
  return KEPT.get(version);
}

export default () => {
  let whole; // the model
  let plotly; // Plotly's own widget. Begun when it is first shown: anywidget drops all that a model is sent for ever if
  // it is not ready within two seconds, and what takes so long on a busy machine is to load Plotly.
  let view = null; // what is rendered at this moment

  /** The model as Plotly sees it: what a view listens to ends with the view, and reaches it only while it has a plot. */
  const seen = (model) =>
    new Proxy(model, {
      get(target, name) {
        if (name === "on" && view) {
          const { el, model: own } = view;
          return (event, react) => own.on(event, (...news) => el._fullLayout && react(...news));
        }
        const value = target[name];
        return typeof value === "function" ? value.bind(target) : value;
      },
    });

  const begin = async () => {
    const own = await (await frontEnd(whole)).default();
    await own.initialize({ model: seen(whole) });
    return own;
  };

  return {
    initialize({ model }) {
      whole = model;
    },

    async render({ model, el, signal }) {
      const own = await (plotly ??= begin());
      if (signal?.aborted) return;
      const rendered = new Promise((resolve) => {
        document.addEventListener(RENDERED, function listen(event) {
          if (event.detail.element !== el) return;
          document.removeEventListener(RENDERED, listen);
          resolve();
        });
      });
      view = { model, el };
      const end = own.render({ model, el });
      view = null;
      rendered.then(() => model.send({ event: "rendered" })); // and the kernel sends what was missed meanwhile
      return () => rendered.then(end);
    },
  };
};
