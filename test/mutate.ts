import type { Rng } from "../src/core/random";

/** Numbers, texts and structures that readers of files trip over. */
const extremes = [
  ...[0, -1, 1, 3, 0.5, 2 ** 31, 2 ** 32 - 1, 2 ** 53, 1e308, -0],
  ...["", "x", "F32", "F64", "../x.safetensors", "a\0b", "__proto__", "9".repeat(40)],
  ...[null, true, [], {}, [[[[]]]], [1e9, 1e9], { a: { a: { a: {} } } }],
];
const pick = <T>(items: readonly T[], rng: Rng): T => items[rng.integer(items.length)];

/**
 * Bytes flipped, cut out, doubled, put in, cut off or appended, or a length field set to an extreme number; `head`
 * bytes are hit most.
 */
export function mutateBytes(bytes: Buffer, head: number, rng: Rng): Buffer {
  const at = rng.integer(rng.uniform() < 0.8 ? Math.min(head, bytes.length) : bytes.length);
  const span = 1 + rng.integer(16);
  const cut = (...parts: Uint8Array[]) => Buffer.concat([bytes.subarray(0, at), ...parts]);
  const random = Uint8Array.from({ length: span }, () => rng.integer(256));
  const field = Buffer.alloc(8);
  const values = [0, 1, -1, 2 ** 31, 2 ** 32 - 1, 2 ** 40, bytes.length, 1e6, 1e7, rng.integer(64)];
  field.writeBigInt64LE(BigInt(pick(values, rng)));
  switch (rng.integer(8)) {
    case 0:
      return cut(bytes.subarray(at + span)); // cut out
    case 1:
      return cut(bytes.subarray(at, at + span), bytes.subarray(at)); // doubled
    case 2:
      return cut(random, bytes.subarray(at)); // put in
    case 3:
      return cut(); // cut off
    case 4:
      return Buffer.concat([bytes, random]);
    case 5:
    case 6: {
      const width = pick([4, 8], rng);
      return cut(field.subarray(0, width), bytes.subarray(at + width)); // a length
    }
    default: {
      const out = Buffer.from(bytes);
      for (let i = 0; i <= rng.integer(4); i++)
        out[Math.min(out.length - 1, at + rng.integer(span))] ^= 1 << rng.integer(8);
      return out;
    }
  }
}

/**
 * One value somewhere in a JSON object replaced, removed, copied to another key, or exchanged with a neighbour; or a
 * key written twice.
 */
export function mutateJson(value: object, rng: Rng): string {
  const out = structuredClone(value) as Record<string, any>;
  let place = out;
  let keys = Object.keys(place);
  let key = pick(keys, rng);
  while (typeof place[key] === "object" && place[key] !== null && rng.uniform() < 0.8) {
    const inner = Object.keys(place[key]);
    if (inner.length === 0) break;
    place = place[key];
    keys = inner;
    key = pick(keys, rng);
  }
  const other = pick(keys, rng);
  switch (rng.integer(6)) {
    case 0:
      delete place[key];
      break;
    case 1:
      place[`${key}x`] = place[key];
      break;
    case 2:
      [place[key], place[other]] = [place[other], place[key]];
      break;
    case 3:
      return JSON.stringify(out).replace("{", `{${JSON.stringify(pick(Object.keys(out), rng))}:1,`);
    default:
      place[key] = pick(extremes, rng);
  }
  return JSON.stringify(out);
}
