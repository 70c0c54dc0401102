// A text field with a button that copies its text, for links, Python code and the codes of exercises.

import { useSignal } from "@preact/signals";
import type { TargetedFocusEvent } from "preact";
import { tr } from "../i18n/texts.ts";

interface CopyProps {
  readonly label: string;
  readonly text: string;
  /** The accessible name of the text, if it is not the label. */
  readonly name?: string;
}

/** A text with a button that copies it. */
export function Copy({ label, text, name = label }: CopyProps) {
  const status = useSignal("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      status.value = tr("Copied");
    } catch {
      status.value = tr("Select the text and copy it.");
    }
  };
  const select = ({ currentTarget }: TargetedFocusEvent<HTMLTextAreaElement>) => currentTarget.select();
  return (
    <div class="pw-copy">
      <label>
        {label}
        <textarea readOnly rows={3} spellcheck={false} aria-label={name} onFocus={select}>
          {text}
        </textarea>
      </label>
      <button type="button" onClick={copy}>
        {tr("Copy")}
      </button>{" "}
      <span role="status">{status}</span>
    </div>
  );
}
