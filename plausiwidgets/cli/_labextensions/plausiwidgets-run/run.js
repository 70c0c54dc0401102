/*
 * Runs the explorer notebook once its kernel is up, so that a person who typed `plausiwidgets` sees the plot
 * without a further click. Only the server that the console command starts loads this extension.
 *
 * JupyterLab loads an extension as a webpack container: an object with `init` and `get` under its own name in
 * window._JUPYTERLAB. This one shares no module with anybody, so it needs no bundler.
 */
(() => {
  const NOTEBOOK = 'explore.ipynb';

  /** Whether nothing has run in this kernel: a reload, or a second browser, must not undo what was dragged. */
  async function isFresh(kernel) {
    const reply = await kernel.requestExecute({ code: '', silent: true, store_history: false }).done;
    return !reply.content.execution_count;
  }

  function activate(app) {
    let waiting = false;

    async function onCurrentWidget() {
      const panel = app.shell.currentWidget;
      if (waiting || panel?.context?.path !== NOTEBOOK || !panel.sessionContext) {
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
