/** Saves content as a file. */
export function save(name: string, content: string | Blob, type = "text/plain"): void {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A text or a number as a cell of a CSV file. */
export const cellOf = (x: number | string): string =>
  /[",\n]/.test(String(x)) ? `"${String(x).replaceAll('"', '""')}"` : String(x);

/** A table as CSV. */
export function csvOf(names: readonly string[], rows: Iterable<ArrayLike<number | string>>): string {
  const lines = [names, ...rows].map((row) => Array.from(row, cellOf).join(","));
  return `${lines.join("\n")}\n`;
}
