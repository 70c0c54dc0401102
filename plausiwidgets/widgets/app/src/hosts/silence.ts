// Whether a host is silent. A request may take long, so a greeting, which every host answers immediately, shows the silence.

const SILENCE = 5000; // ms without a reply after which a host counts as silent

export class Silence {
  onChange: (isSilent: boolean) => void = () => {};
  #isSilent = false;
  #timer = 0;

  /** @param greet sends a greeting */
  constructor(readonly greet: () => void) {}

  /** Expects a reply. */
  expect(): void {
    this.#timer ||= Number(setTimeout(() => this.#greet(), SILENCE / 2));
  }

  #greet(): void {
    this.#timer = Number(setTimeout(() => this.#unanswered(), SILENCE / 2));
    this.greet();
  }

  #unanswered(): void {
    this.set(true);
    this.#greet();
  }

  /** Notes that the host has replied. */
  heard(): void {
    this.stop();
    this.set(false);
  }

  set(isSilent: boolean): void {
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    this.onChange(isSilent);
  }

  /** Expects nothing any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}
