/** Whether nothing has the focus: what had it was taken away. What has it in a shadow root is its host for the document. */
export const isLost = () => !document.activeElement || document.activeElement === document.body;
