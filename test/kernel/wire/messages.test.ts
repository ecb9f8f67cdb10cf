import assert from "node:assert/strict";
import { test } from "node:test";
import { createDecoder, encode } from "../../../kernel/wire/messages";

const ids = [Buffer.from("front end")];
const message = {
  type: "comm_msg",
  content: { code: "“1 + 2”" },
  parent: { msg_id: "cause" },
  metadata: { version: "2.1.0" },
  buffers: [Buffer.from([0, 255]), Buffer.from("")],
};
const signing = (key: string, scheme = "hmac-sha256") => ({ key, scheme });
const frames = encode(ids, message, "session", signing("secret"));
const decode = (given: readonly Uint8Array[], key: string) => createDecoder(signing(key))(given);

test("a message survives the wire", () => {
  const found = decode(frames, "secret");
  assert.deepEqual(found.ids, ids);
  assert.equal(found.header.msg_type, "comm_msg");
  assert.equal(found.header.session, "session");
  for (const part of ["content", "parent", "metadata", "buffers"] as const)
    assert.deepEqual(found[part], message[part], part);
});

test("the signature is an HMAC over the four JSON frames, by the hash of the connection file", () => {
  const fixed = [..."abcd"].map(letter => Buffer.from(JSON.stringify({ [letter]: 1, msg_type: "x" })));
  const table = {
    "hmac-sha256": "496742037ebeda2767e23f59f0471e693a08895c0be909cb5c61f4b8db6cbfdd",
    "hmac-sha512":
      "40023586eeda381123d3cf6a348933f0e486abbb118de58f19865254d9aedef91f3295e156ebda605201ffda9110712c6cb04063242ab115b844ceb6924f4fa4",
  };
  for (const [scheme, found] of Object.entries(table)) {
    const signed = [Buffer.from("<IDS|MSG>"), Buffer.from(found), ...fixed];
    assert.deepEqual(createDecoder(signing("key", scheme))(signed).content, { d: 1, msg_type: "x" });
  }
});

test("a changed, unsigned or cut message is refused", () => {
  const changed = [...frames.slice(0, 6), Buffer.from('{"code":"evil()"}')];
  assert.throws(() => decode(changed, "secret"), /signature does not match/);
  assert.throws(() => decode(frames, "other key"), /signature does not match/);
  const unsigned = [...frames.slice(0, 2), Buffer.from(""), ...frames.slice(3)];
  assert.throws(() => decode(unsigned, "secret"), /signature does not match/);
  assert.throws(() => decode(frames.slice(0, 5), "secret"), /among its 5 frames is no delimiter followed by/);
});

test("a signed message is taken once", () => {
  const read = createDecoder(signing("secret"));
  read(frames);
  assert.throws(() => read(frames), /received before/);
});

test("what is signed but no message is refused", () => {
  const parts = (header: string, content: string) => [header, "{}", "{}", content].map(text => Buffer.from(text));
  const table: [header: string, content: string][] = [
    ["{}", "{}"],
    ["null", "{}"],
    ['{"msg_type":"a"}', "null"],
    ['{"msg_type":"a"}', "[1]"],
    ['{"msg_type":"a"', "{}"],
  ];
  for (const [header, content] of table) {
    const given = [Buffer.from("<IDS|MSG>"), Buffer.from(""), ...parts(header, content)];
    assert.throws(() => decode(given, ""), Error, `${header} ${content}`);
  }
});

test("without a key nothing is signed", () => {
  const open = encode([], message, "session", signing(""));
  assert.equal(Buffer.from(open[1]!).toString(), "");
  assert.deepEqual(decode(open, "").content, message.content);
});

test("texts on the wire are Unicode, whatever a cell makes of them", () => {
  const half = "😀"[0]!;
  const table: [string, string][] = [
    [half, "\ufffd"],
    [`a${half}b${"😀"[1]}`, "a\ufffdb\ufffd"],
    ["😀", "😀"],
    ["\\ud83d", "\\ud83d"],
    [`\\${half}`, "\\\ufffd"],
    [`\\\\${half}`, "\\\\\ufffd"],
  ];
  for (const [sent, expected] of table) {
    const content = { text: sent, [`key ${sent}`]: [sent] };
    const got = decode(encode([], { type: "stream", parent: {}, content }, "s", signing("k")), "k").content;
    assert.deepEqual(got, { text: expected, [`key ${expected}`]: [expected] });
  }
});
