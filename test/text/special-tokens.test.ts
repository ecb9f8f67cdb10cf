import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddedTokens } from "../../src/text/added-tokens";
import { specialIds } from "../../src/text/special-tokens";

const added = readAddedTokens(
  ["<s>", "</s>", "<pad>", "<x>"].map((content, id) => ({ id, content, special: true })),
  "x",
);
const known = {
  added,
  unknown: "?",
  id: (token: string) => (token === "?" ? 9 : added.find(a => a.content === token)?.id),
};

test("the config's word, the model's unknown token, then usual names", () => {
  assert.deepEqual(specialIds({}, known), { bos: 0, eos: 1, pad: 2, unk: 9 });
  assert.deepEqual(
    specialIds({ eos_token: "<x>", pad_token: { content: "</s>" }, mask_token: "<none>", bos_token: null }, known),
    {
      bos: 0,
      eos: 3,
      pad: 1,
      unk: 9,
    },
  );
  assert.deepEqual(specialIds({}, { ...known, added: [], unknown: undefined }), {});
});
