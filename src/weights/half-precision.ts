// Conversion of 16-bit numbers, IEEE binary16 ("F16") and bfloat16 ("BF16"), to float32 and back, rounding to nearest
// even.

/** A half-precision number from its 16 bits (IEEE 754 binary16). */
export function halfToFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | undefined;

/** All half-precision numbers by their bits: a table makes decoding faster. */
export function halves(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits));
  return table;
}

/** Decodes binary16 numbers into `out`. */
export function decodeF16(bits: Uint16Array, out: Float32Array): void {
  const values = halves();
  for (let i = 0; i < bits.length; i++) out[i] = values[bits[i]];
}

/** Decodes bfloat16 numbers into `out`. */
export function decodeBF16(bits: Uint16Array, out: Float32Array): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
}

/** Encodes numbers as binary16; numbers that are too large become infinite. */
export function encodeF16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const sign = (words[i] >>> 16) & 0x8000;
    const magnitude = words[i] & 0x7fffffff;
    let rounded: number;
    if (magnitude > 0x7f800000) rounded = 0x7e00;
    else if (magnitude >= 0x477ff000)
      rounded = 0x7c00; // 65520 and more
    else if (magnitude >= 0x38800000) rounded = (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13;
    // Below 2^-14 the distance between numbers is 2^-24, as between doubles around 2^28: adding 2^28 rounds to one of
    // them.
    else rounded = (Math.abs(values[i]) + 2 ** 28 - 2 ** 28) * 2 ** 24;
    out[i] = sign | rounded;
  }
  return out;
}

/** Encodes numbers as bfloat16. */
export function encodeBF16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const word = words[i];
    const notANumber = (word & 0x7fffffff) > 0x7f800000; // rounding must not make it infinite
    out[i] = notANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** Whether every value is a finite number. */
export function allFinite(values: Float32Array): boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) if ((words[i] & 0x7f800000) === 0x7f800000) return false;
  return true;
}
