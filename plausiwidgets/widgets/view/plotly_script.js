// Plotly's script, which a page takes once however many figures and kernels it shows. What waits for it stands in
// plot_view.js: the promise of a version, kept where both find it. window.Plotly stays what it was.

const KEPT = (globalThis[Symbol.for("plausiwidgets.plotly")] ??= new Map()); // version → { script, give }

async function load(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  const parts = ["const module = { exports: {} }; const { Plotly } = window;\n", text,
    "\nif (Plotly === undefined) delete window.Plotly; else window.Plotly = Plotly;\nexport default module.exports;"];
  const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
  try {
    return (await import(/* webpackIgnore: true */ url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export default {
  initialize({ model }) {
    const version = model.get("version");
    let entry = KEPT.get(version);
    if (!entry) {
      KEPT.set(version, (entry = {}));
      entry.script = new Promise((give) => (entry.give = give));
    }
    if (entry.loading) return;
    entry.loading = true;
    load(model.get("packed")).then(entry.give, (error) => console.error("plausiwidgets: Plotly:", error));
  },
};
