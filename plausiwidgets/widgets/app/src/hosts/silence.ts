// Detection of a silent host or worker. A request may take long, so the page sends a greeting, which is answered immediately.

const SILENCE = 5000; // time in ms without a reply after which a host is silent

export class Silence {
  onChange: (isSilent: boolean) => void = () => {};
  #isSilent = false;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param greet sends a greeting
   * @param limit time in ms without a reply, of which the second half follows the greeting
   */
  constructor(
    readonly greet: () => void,
    readonly limit = SILENCE,
  ) {}

  /** Starts to wait for a reply. */
  expect(): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(() => this.#greet(), this.limit / 2);
  }

  #greet(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#unanswered(), this.limit / 2);
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
    this.#timer = undefined;
  }

  /** Stops waiting forever, even if a view that closes late sends a request. */
  close(): void {
    this.stop();
    this.#isClosed = true;
  }
}
