// A lesson: cards beside the neuron, one at a time. A card says what to do, sets the sliders, and knows when it is done.
// The page and the explorer have it; what it asks of either is the `page` of LessonCard.

/** Elements from the tree that the export has made of Markdown: texts, and [tag, children, attributes]. */
function built(node, follow) {
  if (typeof node === "string") return node;
  const [tag, given, attributes = {}] = node;
  const children = given.map((child) => built(child, follow));
  if (tag === "a" && attributes.href.startsWith("#")) {
    // In a frame of a notebook the address of the link would be that of the notebook.
    const onclick = (event) => {
      event.preventDefault();
      follow(attributes.href);
    };
    return h(tag, { ...attributes, onclick }, ...children);
  }
  if (tag === "a") return h(tag, { ...attributes, target: "_blank", rel: "noopener" }, ...children);
  if (tag === "pre") return h("pre", { tabIndex: 0, role: "region", "aria-label": tr("Code") }, ...children);
  return h(tag, attributes, ...children);
}

/** The card; `page` is asked what is shown, and told what a card sets. */
class LessonCard {
  constructor(lesson, page) {
    this.lesson = lesson;
    this.page = page;
    this.index = 0;
    this.done = new Set();
    this.isMet = false; // at present: what is done may have been left again
    const { cards } = lesson;
    this.title = h("h2", { tabIndex: -1 });
    this.text = h("div", { className: "text" });
    this.state = h("p", { className: "state", role: "status" });
    this.places = h("select", { "aria-label": tr("Card"), onchange: () => this.go(Number(this.places.value)) },
      ...cards.map((_, i) => h("option", { value: String(i) })));
    this.before = h("button", { type: "button", onclick: () => this.go(this.index - 1) }, tr("Back"));
    this.next = h("button", { type: "button", onclick: () => this.go(this.index + 1) });
    // Seen where the card itself may have been scrolled away.
    this.onward = h("button", { type: "button", className: "strong onward", onclick: () => this.go(this.index + 1) },
      `✓ ${tr("Done: next card")}`);
    this.view = h("section", { className: "card lesson", "aria-label": tr("Lesson") },
      this.places, this.title, this.text, this.state, h("div", { className: "buttons" }, this.before, this.next));
  }

  get card() {
    return this.lesson.cards[this.index];
  }

  get isLast() {
    return this.index === this.lesson.cards.length - 1;
  }

  /** Shows a card; its values are put on the sliders unless a link has brought others. */
  go(index, { sets = true, focus = true } = {}) {
    const isOnward = index === this.index + 1; // and not back, or over some cards
    this.index = index;
    const { title, body } = this.card;
    this.title.textContent = title;
    this.text.replaceChildren(...body.map((node) => built(node, (href) => this.page.follow(href))));
    this.done.delete(index);
    if (sets && (this.card.start || !isOnward)) this.reset();
    else if (sets) this.page.begin(this.page.index, null);
    this.showState();
    if (sets && this.card.tool) this.page.open(this.card.tool);
    if (!focus) return;
    this.title.focus({ preventScroll: true });
    this.title.scrollIntoView({ block: "nearest" });
  }

  /** What the card begins with: its own values, or those of the last card before it that has some. */
  get start() {
    return this.lesson.cards.slice(0, this.index + 1).findLast(({ start }) => start).start;
  }

  get isAtStart() {
    const { values, dt } = this.start;
    const { page } = this;
    return page.index === this.card.pattern && page.dt === dt && values.every(([name, x]) => page.values.get(name) === x);
  }

  reset() {
    this.page.begin(this.card.pattern, this.start);
  }

  /** Whether a slider is locked on this card. */
  locks(name) {
    const { free } = this.card;
    return free.length > 0 && !free.includes(name);
  }

  /** Takes the newest verdict: {live, pattern, values}. */
  show({ live, pattern, values }) {
    const { until, pattern: own } = this.card;
    const isMet = ({ holds, name, below, above }) => {
      if (holds !== null) return live !== null && (live.loss === 0) === holds;
      return below !== null ? values.get(name) < below : values.get(name) > above;
    };
    this.isMet = until.length > 0 && pattern === own && until.every(isMet);
    if (this.isMet) this.done.add(this.index);
    this.showState();
  }

  showState() {
    const { until, pattern } = this.card;
    const { cards } = this.lesson;
    const isDone = this.done.has(this.index);
    const title = titleOf(this.page.data.patterns[pattern]);
    const words = until.map(({ holds, name, below, above }) => {
      if (holds !== null) return holds ? tr("{title} holds", { title }) : tr("{title} does not hold", { title });
      return below !== null
        ? tr("{name} is below {value}", { name, value: plain(below) })
        : tr("{name} is above {value}", { name, value: plain(above) });
    }).join(tr(", and "));
    const done = this.isMet ? tr("Done: {words}.", { words }) : tr("It was reached; the sliders have moved on since.");
    const told = isDone ? `✓ ${done}` : tr("Go on until {words}.", { words });
    const text = until.length ? told : "";
    if (this.state.textContent !== text) this.state.textContent = text;
    this.view.classList.toggle("solved", isDone);
    this.onward.hidden = !isDone || this.isLast;
    this.before.disabled = this.index === 0;
    this.next.hidden = this.isLast;
    this.next.textContent = until.length && !isDone ? tr("Skip") : tr("Next");
    this.next.classList.toggle("strong", !until.length || isDone);
    for (const [i, option] of [...this.places.options].entries()) {
      option.textContent = `${this.done.has(i) ? "✓ " : ""}${tr("{number} of {total}", { number: i + 1, total: cards.length })} · ${cards[i].title}`;
    }
    this.places.value = String(this.index);
  }
}
