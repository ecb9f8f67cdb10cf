// Reading tables of FlatBuffers, in which Arrow describes its data. Buffer's own methods throw a RangeError for what
// lies outside.
// Source: https://flatbuffers.dev/internals/

/** Where the table is that the offset at `at` points to. */
export const tableAt = (bytes: Buffer, at: number): number => at + bytes.readUInt32LE(at);

/** Where a field of a table is, 0 if it is left out. */
export function fieldAt(bytes: Buffer, table: number, field: number): number {
  const places = table - bytes.readInt32LE(table);
  const place = 4 + 2 * field < bytes.readUInt16LE(places) ? bytes.readUInt16LE(places + 4 + 2 * field) : 0;
  return place && table + place;
}

/** Where the items of a list are, `size` bytes each. Errors: RangeError where the list does not fit in the bytes. */
export function itemsAt(bytes: Buffer, table: number, field: number, size: number): number[] {
  const at = fieldAt(bytes, table, field);
  if (at === 0) return [];
  const list = tableAt(bytes, at);
  const count = bytes.readUInt32LE(list);
  if (list + 4 + count * size > bytes.length) throw new RangeError("a list in it is cut off");
  return Array.from({ length: count }, (_, i) => list + 4 + i * size);
}
