// The arrays of a reply, which are in one buffer.

import { tr } from "../i18n/texts.ts";
import type { Place } from "../messages.ts";

const TYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u4: Uint32Array, u1: Uint8Array };

type AnyArray = InstanceType<(typeof TYPES)[Place[0]]>;

/**
 * Reads the arrays of a reply. They are copied, because an array may start at any byte of the buffer, but a typed array may
 * not.
 */
export function unpacked(places: Readonly<Record<string, Place>>, data: DataView | null): Record<string, AnyArray> {
  const arrays: Record<string, AnyArray> = {};
  if (!data) return arrays;
  for (const [name, [type, first, count]] of Object.entries(places)) {
    const Type = TYPES[type];
    const size = count * Type.BYTES_PER_ELEMENT;
    if (first + size > data.byteLength) throw new RangeError(tr("the array {name} is incomplete", { name }));
    const begin = data.byteOffset + first;
    arrays[name] = new Type(data.buffer.slice(begin, begin + size) as ArrayBuffer);
  }
  return arrays;
}
