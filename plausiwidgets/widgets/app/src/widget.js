import { connected, fillSlot } from "./hosts/notebook.js";
import { keepStill } from "./hosts/staticImage.js";
import { view } from "./screen.js";

/** What anywidget asks for, once a widget: its views share one state, and several widgets none. */
export function widget() {
  /** @type {ReturnType<typeof connected>} */
  let own;
  return {
    /** @param {{ model: any }} given */
    initialize({ model }) {
      own = connected(model);
      return own.close;
    },
    /** @param {{ model: any, el: HTMLElement }} given */
    render({ model, el }) {
      el.dataset.pwOf = model.get("_settings").id; // beside it the picture of a saved notebook is hidden
      const close = view(el, own.app);
      const fill = () => fillSlot(el, model);
      model.on("change:_slots", fill);
      if (model.get("_slots").length) requestAnimationFrame(fill);
      const stopKeeping = keepStill(model, el, own.app);
      return () => {
        delete el.dataset.pwOf;
        stopKeeping();
        model.off("change:_slots", fill);
        close();
      };
    },
  };
}
