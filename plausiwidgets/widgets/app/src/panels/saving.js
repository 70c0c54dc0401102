/** Gives a text to be kept as a file. @param {string} name @param {string | Blob} content @param {string} [type] */
export function save(name, content, type = "text/plain") {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A table as CSV. @param {string[]} names @param {Iterable<ArrayLike<number | string>>} rows */
export function csvOf(names, rows) {
  const cell = (/** @type {number | string} */ x) => (/[",\n]/.test(String(x)) ? `"${String(x).replaceAll('"', '""')}"` : String(x));
  const lines = [names, ...rows].map((row) => Array.from(row, cell).join(","));
  return `${lines.join("\n")}\n`;
}
