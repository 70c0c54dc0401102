// The bytes of a WebAssembly module with one function and its memory. The instructions are those that a kernel requires.

/** Opcodes of WebAssembly. Those of vectors follow the prefix 0xfd. */
export const VECTOR = {
  load: 0x00,
  store: 0x0b,
  constant: 0x0c,
  splat: 0x14,
  eq: 0x47,
  ne: 0x48,
  lt: 0x49,
  gt: 0x4a,
  le: 0x4b,
  ge: 0x4c,
  not: 0x4d,
  and: 0x4e,
  andNot: 0x4f,
  or: 0x50,
  xor: 0x51,
  select: 0x52,
  anyTrue: 0x53,
  loadLane: 0x57,
  storeLane: 0x5b,
  loadZero: 0x5d,
  bitmask: 0xc4,
  shiftLeft: 0xcb,
  addIntegers: 0xce,
  abs: 0xec,
  neg: 0xed,
  sqrt: 0xef,
  add: 0xf0,
  sub: 0xf1,
  mul: 0xf2,
  div: 0xf3,
  nearest: 0x94,
  ceil: 0x74,
  floor: 0x75,
} as const;

export type VectorName = keyof typeof VECTOR;

const [I32, V128] = [0x7f, 0x7b];

export function unsigned(x: number): number[] {
  const bytes: number[] = [];
  let rest = x;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest);
  return bytes;
}

function signed(x: number): number[] {
  const bytes: number[] = [];
  let rest = x;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    const isLast = rest === (low & 64 ? -1 : 0);
    bytes.push(low | (isLast ? 0 : 128));
    if (isLast) return bytes;
  }
}

const counted = (parts: readonly (readonly number[])[]) => [...unsigned(parts.length), ...parts.flat()];
const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content];
const named = (text: string) => counted([...text].map((letter) => [letter.charCodeAt(0)]));

/** Instructions that leave one value. */
export type Code = readonly number[];

export const local = {
  get: (place: number): Code => [0x20, ...unsigned(place)],
  set: (place: number, value: Code): Code => [...value, 0x21, ...unsigned(place)],
};

export const integer = (x: number): Code => [0x41, ...signed(x)];
const OPERATIONS = { ltU: 0x49, add: 0x6a, and: 0x71, or: 0x72, shl: 0x74 };
export const integers = (name: keyof typeof OPERATIONS, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  OPERATIONS[name],
];
export const storeInteger = (address: Code, value: Code, offset: number): Code => [
  ...address,
  ...value,
  0x36,
  2,
  ...unsigned(offset),
];

export const vector = (name: VectorName, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  0xfd,
  ...unsigned(VECTOR[name]),
];
export const memory = (
  name: "load" | "store" | "loadZero" | "loadLane" | "storeLane",
  offset: number,
  operands: readonly Code[],
  lane?: number,
): Code => [...vector(name, ...operands), 3, ...unsigned(offset), ...(lane === undefined ? [] : [lane])];

/** A vector of two equal numbers. */
export function constant(x: number): Code {
  const bytes = [...new Uint8Array(Float64Array.of(x, x).buffer)];
  return [0xfd, VECTOR.constant, ...bytes];
}

export const block = (opcode: "block" | "loop" | "if", content: Code): Code => [
  { block: 0x02, loop: 0x03, if: 0x04 }[opcode],
  0x40,
  ...content,
  0x0b,
];
export const branchIf = (depth: number, condition: Code): Code => [...condition, 0x0d, ...unsigned(depth)];

/** The parameters of a function, which are integers, its local variables, and the size of the memory in bytes. */
interface Sizes {
  readonly parameters: number;
  readonly integers: number;
  readonly vectors: number;
  readonly bytes: number;
}

/** A module that exports its memory and one function `run`, which returns an integer. */
export function moduleOf(code: Code, { parameters, integers: count, vectors, bytes }: Sizes): Uint8Array<ArrayBuffer> {
  const locals = [
    [...unsigned(count), I32],
    [...unsigned(vectors), V128],
  ];
  const body = [...counted(locals), ...code, 0x0b];
  const pages = Math.ceil(bytes / 65536);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, counted([[0x60, ...counted(Array.from({ length: parameters }, () => [I32])), 1, I32]])),
    ...section(3, counted([[0]])),
    ...section(5, counted([[0, ...unsigned(pages)]])),
    ...section(
      7,
      counted([
        [...named("run"), 0, 0],
        [...named("memory"), 2, 0],
      ]),
    ),
    ...section(10, counted([[...unsigned(body.length), ...body]])),
  ]);
}
