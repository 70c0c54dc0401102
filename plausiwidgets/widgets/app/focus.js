/** Whether nothing has the focus: what had it was taken away. @param {Element} within */
export function isLost(within) {
  const { activeElement } = /** @type {Document | ShadowRoot} */ (within.getRootNode());
  return !activeElement || activeElement === document.body;
}
