// The number next to a slider. A click, or Enter on the slider, turns it into a field.

import type { TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { tr } from "../i18n/texts.ts";
import { unitText } from "../i18n/words.ts";

/** Shows the numbers that a field accepts. */
export function refuse(input: HTMLInputElement, allowed: string): void {
  input.setAttribute("aria-invalid", "true");
  input.setCustomValidity(allowed);
  input.reportValidity();
}

export function clearRefusal(input: HTMLInputElement): void {
  input.setCustomValidity("");
  input.removeAttribute("aria-invalid");
}

/** A number in the form for typing. */
export const typedText = (value: number): string => String(Number(value.toPrecision(6)));

interface NumberFieldProps {
  readonly value: number;
  /** The number as text, and the longest text of the slider, which determines the reserved width. */
  readonly text: string;
  readonly widest: string;
  readonly unit: string;
  /** The label of the field. */
  readonly label: string;
  /** The numbers that the field accepts, in words. */
  readonly limits: string;
  readonly isDisabled: boolean;
  accepts(x: number): boolean;
  set(x: number): void;
}

/**
 * The number next to a slider. It has no Tab stop, because the slider has one and announces the number. Enter accepts the typed
 * number, Escape restores the former number, and both return to the slider.
 */
export function NumberField({ text, widest, isDisabled, ...field }: NumberFieldProps) {
  const [isOpen, open] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const row = isDisabled ? null : place.current?.closest(".pw-row");
    const pressed = (event: Event) => {
      const isSlider = event.target instanceof Element && event.target.matches("[type=range]");
      if (!(event instanceof KeyboardEvent) || event.key !== "Enter" || !isSlider) return;
      event.preventDefault();
      open(true);
    };
    row?.addEventListener("keydown", pressed);
    return () => row?.removeEventListener("keydown", pressed);
  }, [isDisabled]);
  const close = (returns: boolean) => {
    if (returns) place.current?.closest(".pw-row")?.querySelector<HTMLElement>("[type=range]")?.focus();
    open(false);
  };
  const title = isDisabled ? undefined : tr("Click to type a value (or Enter on the slider)");
  return (
    <div class="pw-number" ref={place}>
      <output aria-hidden="true" data-widest={widest} title={title} onClick={() => !isDisabled && open(true)}>
        {text}
      </output>
      {isOpen && <Field {...field} close={close} />}
    </div>
  );
}

type FieldProps = Omit<NumberFieldProps, "text" | "widest" | "isDisabled"> & {
  /** Closes the field. `returns` is true if the slider should get the focus. */
  readonly close: (returns: boolean) => void;
};

function Field({ value, unit, label, limits, accepts, set, close }: FieldProps) {
  const box = useRef<HTMLInputElement>(null);
  const allowed = tr("allowed: {limits}", { limits });
  const first = useRef(value);
  const isOver = useRef(false); // closing the field also triggers the loss of focus
  useLayoutEffect(() => {
    const { current: input } = box;
    if (!input) return;
    input.value = typedText(first.current);
    input.focus();
    input.select();
  }, []);
  const end = (returns: boolean) => {
    isOver.current = true;
    close(returns);
  };
  useLayoutEffect(() => {
    if (value !== first.current) end(false); // the value was changed elsewhere
  });
  const take = (input: HTMLInputElement, returns: boolean) => {
    const isSame = input.value === typedText(first.current) && !input.validity.badInput;
    if (isSame) return end(returns);
    if (!accepts(input.valueAsNumber)) return refuse(input, allowed);
    end(returns);
    set(input.valueAsNumber);
  };
  const leave = (input: HTMLInputElement) => {
    if (isOver.current) return;
    if (input.hasAttribute("aria-invalid")) end(false);
    else take(input, false);
  };
  const pressed = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") take(event.currentTarget, true);
    else if (event.key === "Escape") end(true);
    else return;
    event.preventDefault();
    event.stopPropagation(); // Escape must not close anything else
  };
  return (
    <div class="pw-numberfield">
      <input
        type="number"
        step="any"
        tabIndex={-1}
        ref={box}
        aria-label={label}
        title={allowed}
        onInput={({ currentTarget }) => clearRefusal(currentTarget)}
        onKeyDown={pressed}
        onBlur={({ currentTarget }) => leave(currentTarget)}
      />
      {unit && <span>{unitText(unit)}</span>}
    </div>
  );
}
