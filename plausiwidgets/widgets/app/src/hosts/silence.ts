// Detection of a silent host. A request may take long, so the page sends a greeting, which every host answers immediately.

const SILENCE = 5000; // time in ms without a reply after which a host is silent

export class Silence {
  onChange: (isSilent: boolean) => void = () => {};
  #isSilent = false;
  #isClosed = false;
  #timer = 0;

  /** @param greet sends a greeting */
  constructor(readonly greet: () => void) {}

  /** Starts to wait for a reply. */
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

  /** Handles a reply of the host. */
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

  /** Stops waiting until the next request. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** Stops waiting forever, even if a view that closes late sends a request. */
  close(): void {
    this.stop();
    this.#isClosed = true;
  }
}
