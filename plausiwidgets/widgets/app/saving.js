/** Gives a text to be kept as a file. @param {HTMLElement} near within the app @param {string} name @param {string | Blob} content @param {string} [type] */
export function save(near, name, content, type = "text/plain") {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = near.ownerDocument.createElement("a");
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
