import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../../kernel/messages";

const ids = [Buffer.from("front end")];
const message = { type: "execute_request", content: { code: "“1 + 2”" }, parent: {} };
const frames = encode(ids, message, "session", "secret");

test("a message survives the wire", () => {
  const found = decode(frames, "secret");
  assert.deepEqual(found.ids, ids);
  assert.equal(found.header.msg_type, "execute_request");
  assert.equal(found.header.session, "session");
  assert.deepEqual(found.content, { code: "“1 + 2”" });
});

test("the signature is HMAC-SHA256 over the four JSON frames", () => {
  const fixed = [..."abcd"].map(letter => Buffer.from(JSON.stringify({ [letter]: 1 })));
  const signature = "2265788162012562f90854291f8c56b043ef1bb53dc95b906a0bedb720cb2df5";
  const signed = [Buffer.from("<IDS|MSG>"), Buffer.from(signature), ...fixed];
  assert.deepEqual(decode(signed, "key").header, { a: 1 });
});

test("a changed, unsigned or cut message is refused", () => {
  const changed = [...frames.slice(0, -1), Buffer.from('{"code":"evil()"}')];
  assert.throws(() => decode(changed, "secret"), /signature does not match/);
  assert.throws(() => decode(frames, "other key"), /signature does not match/);
  assert.throws(
    () => decode([...frames.slice(0, 2), Buffer.from(""), ...frames.slice(3)], "secret"),
    /signature does not match/,
  );
  assert.throws(() => decode(frames.slice(0, 5), "secret"), /5 frames: no delimiter followed by/);
});

test("without a key nothing is signed", () => {
  const open = encode([], message, "session", "");
  assert.equal(Buffer.from(open[1]!).toString(), "");
  assert.deepEqual(decode(open, "").content, message.content);
});
