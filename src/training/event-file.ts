// Scalars as TensorBoard reads them: a file of TFRecords, each an Event in the encoding of protocol buffers. Source
// of the field numbers: tensorboard/compat/proto/{event,summary}.proto; of the records: TensorFlow's "TFRecord and
// tf.train.Example".

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkOptions, required, integer as wholeNumber } from "../core/options";

interface Scalar {
  step: number;
  name: string;
  value: number;
  phase?: string;
}

/**
 * Starts an event file in `folder` in place of the one that an earlier log of this library left there; gives the
 * function that appends rows to it. A row's tag is its phase, if it has one, and its name: `policy/loss`.
 */
export function createEventFile(folder: string): (rows: readonly Scalar[]) => void {
  for (const name of fs.readdirSync(folder))
    if (name.startsWith("events.out.tfevents.") && name.endsWith(".tokenwise")) fs.rmSync(path.join(folder, name));
  const time = () => Date.now() / 1000;
  const file = path.join(folder, `events.out.tfevents.${Math.floor(time())}.${os.hostname()}.tokenwise`);
  fs.writeFileSync(file, record(Buffer.concat([float64(1, time()), text(3, "brain.Event:2")])));
  return rows => {
    const events = rows.map(({ step, name, value, phase }) => {
      checkOptions("runLog", { step }, { step: required(wholeNumber(0)) });
      const scalar = Buffer.concat([text(1, phase ? `${phase}/${name}` : name), float32(2, value)]);
      return record(Buffer.concat([float64(1, time()), integer(2, step), bytes(5, bytes(1, scalar))]));
    });
    fs.appendFileSync(file, Buffer.concat(events));
  };
}

/** Length, its checksum, the data, their checksum. */
function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedChecksum(length), data, maskedChecksum(data)]);
}

/** The checksum turned right by 15 bits plus a constant, since one of data that hold their own checksum says little. */
function maskedChecksum(data: Buffer): Buffer {
  const crc = crc32c(data);
  const out = Buffer.alloc(4);
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return out;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** Castagnoli's checksum (RFC 3720, B.4). */
function crc32c(data: Uint8Array): number {
  let crc = ~0;
  for (const byte of data) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

// Protocol buffers: a field's number and kind, then its value.
const key = (field: number, kind: number) => Buffer.from([(field << 3) | kind]);
const bytes = (field: number, data: Buffer) => Buffer.concat([key(field, 2), varint(data.length), data]);
const text = (field: number, value: string) => bytes(field, Buffer.from(value, "utf8"));
const integer = (field: number, value: number) => Buffer.concat([key(field, 0), varint(value)]);

function float32(field: number, value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return Buffer.concat([key(field, 5), out]);
}

function float64(field: number, value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), out]);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...out, left]);
    out.push((left % 128) | 128);
  }
}
