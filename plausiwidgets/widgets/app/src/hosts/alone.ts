// A notebook without a kernel, such as a saved page. The page simulates and searches without Python, as a page in one file
// does.

import type { Host } from "./host.ts";

const BUSY = ["busy", "starting", "restarting", "autorestarting", "unknown"]; // states of a kernel that will reply later

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;

/** Whether the kernel of a widget manager is busy. The result is false for a front end without a kernel. */
export function isBusy(manager: unknown): boolean {
  const kernel = isObject(manager) && "kernel" in manager ? manager.kernel : null;
  return isObject(kernel) && typeof kernel.status === "string" && BUSY.includes(kernel.status);
}

/** A host that uses the kernel, and the page while there is no kernel. */
export function withoutKernel(kernel: Host, page: Host): Host {
  const isAlone = kernel.isAlone ?? (() => false);
  const present = () => (isAlone() ? page : kernel);
  return {
    ...kernel,
    can: (kind) => present().can(kind),
    has: (model) => present().has(model),
    ask: (kind, fields, listener, buffer) => present().ask(kind, fields, listener, buffer),
    describe: (model, pattern, more) => present().describe(model, pattern, more),
    lesson: (name) => present().lesson(name),
    close() {
      page.close();
      kernel.close();
    },
  };
}

/**
 * A worker from the script of a widget, whose last line exports the widget. A worker that is not a module runs in all browsers.
 */
export function workerOf(script: string): Worker {
  const text = `${script.replace(/export default [\w.]+;\s*$/, "")}\nplausiwidgets.seek();\n`;
  return new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
}
