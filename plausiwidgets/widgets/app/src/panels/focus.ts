/** Whether the focus is lost, because its element was removed. In a shadow root, the host has the focus. */
export const isLost = (): boolean => !document.activeElement || document.activeElement === document.body;
