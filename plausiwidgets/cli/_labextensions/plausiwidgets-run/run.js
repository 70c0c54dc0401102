/*
 * Runs the explorer notebook once its kernel is up, so that a person who typed `plausiwidgets` sees the plot
 * without a further click. Only the server that the console command starts loads this extension.
 *
 * JupyterLab loads an extension as a webpack container: an object with `init` and `get` under its own name in
 * window._JUPYTERLAB. This one shares no module with anybody, so it needs no bundler.
 */
(() => {
  const NOTEBOOK = 'explore.ipynb';
  const STORED = 'plausiwidgets-run:';

  /** Whether this browser has run the notebook in this kernel before: a reload must not undo what was dragged. */
  function isFirstTime(kernel) {
    const key = STORED + kernel.id;
    if (localStorage.getItem(key)) {
      return false;
    }
    localStorage.setItem(key, new Date().toISOString());
    return true;
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
        if (isFirstTime(kernel)) {
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
