// Decompression of the script of a standalone page or module.

export const canUnpack = (): boolean => "DecompressionStream" in globalThis;

/** The text that Python compressed with zlib and encoded in base 64. */
export async function unpacked(packed: string): Promise<string> {
  const characters = atob(packed);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = characters.charCodeAt(k);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

/**
 * Replaces the element with the compressed script of a page by the script, which then runs. A browser that cannot unpack it
 * shows sentences about the problem instead.
 */
export async function runPacked(packed: Element, sentences: HTMLElement): Promise<void> {
  if (!canUnpack()) {
    sentences.hidden = false;
    return;
  }
  const script = document.createElement("script");
  script.type = "module";
  script.text = await unpacked(packed.textContent ?? "");
  packed.replaceWith(script);
}
