import { keepStill } from "./figure/staticImage.ts";
import type { WidgetModel } from "./hosts/kernel.ts";
import { connected, fillSlot } from "./notebook.ts";
import { view } from "./Screen.tsx";

/** The widget in the interface of anywidget. All views of a widget share one app. */
export function widget() {
  let own: ReturnType<typeof connected>;
  return {
    initialize({ model }: { model: WidgetModel }) {
      own = connected(model);
      return own.close;
    },
    render({ model, el }: { model: WidgetModel; el: HTMLElement }) {
      el.dataset.pwOf = model.get("_settings").id; // hides the picture that a saved notebook shows instead of the app
      const close = view(el, own.app);
      const fill = () => void fillSlot(el, model);
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
