/** Whether nothing has the focus, because the element that had it was removed. In a shadow root the host has it. */
export const isLost = (): boolean => !document.activeElement || document.activeElement === document.body;
