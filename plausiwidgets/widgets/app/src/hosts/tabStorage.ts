// Values that last as long as a tab. If the browser stores nothing, they are lost with the page.

export function kept(name: string): string | null {
  try {
    return sessionStorage.getItem(`plausiwidgets.${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string): void {
  try {
    sessionStorage.setItem(`plausiwidgets.${name}`, value);
  } catch {
    // The page asks for the value again after a reload.
  }
}
