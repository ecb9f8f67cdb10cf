/** The Jupyter wire format (messaging protocol 5.4): from frames on a socket to messages and back, signed with HMAC. */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** The header of a message. */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/**
 * A received message. `ids` are the routing frames that its reply must carry; `buffers` are the binary frames at its
 * end.
 */
export interface Request {
  ids: Uint8Array[];
  header: Header;
  parent: Partial<Header>;
  metadata: Record<string, any>;
  content: Record<string, any>;
  buffers: Uint8Array[];
}

/** A message to be sent. `parent` is the header of the message that caused it, or empty. */
export interface Outgoing {
  type: string;
  content: object;
  parent: Partial<Header>;
  metadata?: object;
  buffers?: readonly Uint8Array[];
}

/** How messages are signed. With an empty key they are not. */
export interface Signing {
  key: string;
  /** `hmac-` and the name of a hash, e.g. `hmac-sha256`. */
  scheme: string;
}

const delimiter = Buffer.from("<IDS|MSG>");
const signedFrames = 4;

const signature = ({ key, scheme }: Signing, parts: readonly Uint8Array[]): string => {
  if (!key) return "";
  const hmac = createHmac(scheme.replace(/^hmac-/, ""), key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
};

/**
 * The frames of one message: routing ids (or the topic), delimiter, signature, header, parent, metadata, content,
 * buffers.
 */
export function encode(ids: readonly Uint8Array[], message: Outgoing, session: string, signing: Signing): Uint8Array[] {
  const header: Header = {
    msg_id: randomUUID(),
    msg_type: message.type,
    session,
    username: "kernel",
    date: new Date().toISOString(),
    version: "5.4",
  };
  const parts = [header, message.parent, message.metadata ?? {}, message.content].map(part =>
    Buffer.from(wellFormed(JSON.stringify(part))),
  );
  return [...ids, delimiter, Buffer.from(signature(signing, parts)), ...parts, ...(message.buffers ?? [])];
}

/**
 * JSON whose texts are Unicode. Half a surrogate pair, as in `"😀"[0]`, is a text in JavaScript but not in Python, which
 * could not store a notebook with it. JSON.stringify writes it as an escape.
 */
const wellFormed = (json: string): string =>
  json.replace(/(?<!\\)((?:\\\\)*)\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, "$1\ufffd");

const isRecord = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** Number of signatures that are remembered to detect repeated messages. */
const rememberedSignatures = 1 << 16;

/**
 * Returns a function from frames to messages. Errors: a missing frame, or one that is not a JSON object; a signature
 * that does not match the key; a signed message that was received before.
 */
export function createDecoder(signing: Signing): (frames: readonly Uint8Array[]) => Request {
  const seen = new Set<string>();

  function verify(found: Buffer, parts: readonly Uint8Array[]): void {
    const expected = Buffer.from(signature(signing, parts));
    if (expected.length !== found.length || !timingSafeEqual(expected, found))
      throw new Error("its signature does not match the key of the connection file");
    const text = found.toString();
    if (seen.has(text)) throw new Error("it was received before");
    seen.add(text);
    if (seen.size > rememberedSignatures) seen.delete(seen.values().next().value!);
  }
  return frames => {
    const split = frames.findIndex(frame => delimiter.equals(frame));
    const parts = frames.slice(split + 2, split + 2 + signedFrames);
    if (split < 0 || parts.length < signedFrames)
      throw new Error(`among its ${frames.length} frames is no delimiter followed by a signature and four of JSON`);
    if (signing.key) verify(Buffer.from(frames[split + 1]!), parts);
    const [header, parent, metadata, content] = parts.map(part => JSON.parse(Buffer.from(part).toString("utf8")));
    if (!isRecord(content) || !isRecord(metadata) || !isRecord(parent) || typeof header?.msg_type !== "string")
      throw new Error("its frames are not those of a message");
    const buffers = frames.slice(split + 2 + signedFrames);
    return { ids: frames.slice(0, split), header, parent, metadata, content, buffers };
  };
}
