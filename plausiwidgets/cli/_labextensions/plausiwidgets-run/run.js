/*
 * Runs the notebook of the app when its kernel has started, so that users see the app without a click, and shows widgets
 * again that a reload of the page has lost. The command `plausiwidgets` and Binder's image (binder/postBuild) load this
 * extension.
 *
 * JupyterLab loads an extension as a webpack container: an object with `init` and `get` under its own name in
 * window._JUPYTERLAB. This extension shares no modules, so it needs no bundler.
 */
(() => {
  const NOTEBOOKS = ['explore.ipynb', 'notebooks/explore.ipynb']; // of the command, and of the repository on Binder

  /** Whether no code has run in this kernel. A reload or a second browser must not undo the changes of the user. */
  async function isFresh(kernel) {
    const reply = await kernel.requestExecute({ code: '', silent: true, store_history: false }).done;
    return !reply.content.execution_count;
  }

  const LOST = /^Error displaying widget/;
  const LOADING = 'Loading widget...';
  const WAITS = 'The app appears again when the kernel responds …';
  const LOOK = 1000; // ms between two searches for a lost widget
  const AGAIN = 5000; // ms that the widget manager has for outputs that were set again

  /*
   * After a reload, the widget manager waits two seconds for a model. Then it shows an error that remains, even if a
   * busy kernel registers the model later. If the outputs of the cell are set again, the widget appears. This is
   * repeated while the page is open.
   */
  function showLostWidgets(app) {
    const set = new WeakMap(); // cell → time at which its outputs were set again
    const isLost = (output) => output.dataset.plausiwidgetsLost && output.textContent === WAITS;
    const look = () => {
      for (const panel of app.shell.widgets('main')) {
        const idle = panel.sessionContext?.session?.kernel?.status === 'idle';
        for (const cell of panel.content?.widgets ?? []) {
          const outputs = [...cell.node.querySelectorAll('.jp-OutputArea-output')];
          for (const output of outputs) {
            const text = output.textContent.trim();
            if (LOST.test(text)) {
              output.dataset.plausiwidgetsLost = 'true';
              output.textContent = WAITS;
            } else if (text === LOADING) {
              output.textContent = WAITS; // the manager replaces it
            }
          }
          const due = performance.now() - (set.get(cell) ?? -AGAIN) >= AGAIN;
          if (idle && due && cell.model?.outputs && outputs.some(isLost)) {
            set.set(cell, performance.now());
            const saved = cell.model.outputs.toJSON();
            cell.model.outputs.clear();
            cell.model.outputs.fromJSON(saved);
          }
        }
      }
    };
    setInterval(look, LOOK);
  }

  function activate(app) {
    let waiting = false;

    async function onCurrentWidget() {
      const panel = app.shell.currentWidget;
      if (waiting || !NOTEBOOKS.includes(panel?.context?.path) || !panel.sessionContext) {
        return;
      }
      waiting = true;
      try {
        await panel.context.ready;
        await panel.sessionContext.ready;
        const kernel = panel.sessionContext.session?.kernel;
        if (!kernel) {
          return;
        }
        await kernel.info;
        app.shell.currentChanged?.disconnect(onCurrentWidget);
        if (await isFresh(kernel)) {
          app.shell.activateById(panel.id);
          await app.commands.execute('notebook:run-all-cells');
          await app.commands.execute('docmanager:save'); // a reload shows the outputs of the saved notebook
        }
      } finally {
        waiting = false;
      }
    }

    app.restored.then(() => {
      showLostWidgets(app);
      app.shell.currentChanged?.connect(onCurrentWidget);
      onCurrentWidget();
    });
  }

  const plugin = { id: 'plausiwidgets-run:plugin', autoStart: true, activate };
  const extension = { __esModule: true, default: plugin };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['plausiwidgets-run'] = {
    init: () => {},
    get: () => Promise.resolve(() => extension)
  };
})();
