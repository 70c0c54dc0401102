// A file that the page saves for the user; it stands before each script that saves one.

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Saves a text that the kernel has sent: {text, name}. */
function saveText({ text, name }) {
  save(new Blob([text], { type: "text/plain;charset=utf-8" }), name);
}
