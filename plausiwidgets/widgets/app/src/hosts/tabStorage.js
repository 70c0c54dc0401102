// What is kept for as long as a tab is open. A browser may store nothing: then it is forgotten with the page.

/** @param {string} name */
export function kept(name) {
  try {
    return sessionStorage.getItem(`plausiwidgets.${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
export function keep(name, value) {
  try {
    sessionStorage.setItem(`plausiwidgets.${name}`, value);
  } catch {
    // Asked for anew after a reload.
  }
}
