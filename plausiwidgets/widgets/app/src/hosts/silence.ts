// Whether a host is silent. A request may take long, so a greeting, which every host answers immediately, shows the silence.

const SILENCE = 5000; // ms without a reply after which a host counts as silent

export class Silence {
  onChange: (isSilent: boolean) => void = () => {};
  #isSilent = false;
  #isClosed = false;
  #timer = 0;

  /** @param greet sends a greeting */
  constructor(readonly greet: () => void) {}

  /** Expects a reply. */
  expect(): void {
    if (!this.#isClosed) this.#timer ||= Number(setTimeout(() => this.#greet(), SILENCE / 2));
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

  get isSilent(): boolean {
    return this.#isSilent;
  }

  set(isSilent: boolean): void {
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    this.onChange(isSilent);
  }

  /** Expects no reply until the next request. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** Expects no reply from now on, even if a view that closes late sends a request. */
  close(): void {
    this.stop();
    this.#isClosed = true;
  }
}
