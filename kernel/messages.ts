/** The Jupyter wire format (messaging protocol 5.4): frames on a socket to a message and back, signed with HMAC-SHA256. */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** A request as it came from a front end; `ids` are the routing frames that its reply must carry. */
export interface Request {
  ids: Uint8Array[];
  header: Header;
  content: Record<string, any>;
}

/** What the kernel sends. `parent` is the header of the request that caused it, empty for none. */
export interface Outgoing {
  type: string;
  content: object;
  parent: Partial<Header>;
  metadata?: object;
}

const delimiter = Buffer.from("<IDS|MSG>");

const signature = (key: string, parts: readonly Uint8Array[]): string => {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
};

/** The frames of one message: routing ids (or the topic), delimiter, signature, header, parent, metadata, content. */
export function encode(ids: readonly Uint8Array[], message: Outgoing, session: string, key: string): Uint8Array[] {
  const header: Header = {
    msg_id: randomUUID(),
    msg_type: message.type,
    session,
    username: "kernel",
    date: new Date().toISOString(),
    version: "5.4",
  };
  const parts = [header, message.parent, message.metadata ?? {}, message.content].map(part =>
    Buffer.from(JSON.stringify(part)),
  );
  return [...ids, delimiter, Buffer.from(key ? signature(key, parts) : ""), ...parts];
}

/** The request in `frames`. Throws when a frame is missing, is not JSON, or the signature does not match `key`. */
export function decode(frames: readonly Uint8Array[], key: string): Request {
  const split = frames.findIndex(frame => delimiter.equals(frame));
  if (split < 0 || frames.length < split + 6)
    throw new Error(`message of ${frames.length} frames: no delimiter followed by a signature and four JSON frames.`);
  const parts = frames.slice(split + 2, split + 6);
  if (key) {
    const expected = Buffer.from(signature(key, parts));
    const found = Buffer.from(frames[split + 1]!);
    if (expected.length !== found.length || !timingSafeEqual(expected, found))
      throw new Error("message signature does not match the key of the connection file.");
  }
  const [header, , , content] = parts.map(part => JSON.parse(Buffer.from(part).toString("utf8")));
  return { ids: frames.slice(0, split), header, content };
}
