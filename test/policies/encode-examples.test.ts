// Prompts and responses as token ids: texts, conversations by chat templates, special tokens in what users write.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { encodeExample, encodeExamples, encodePrompt } from "../../src/policies/encode-examples";
import { chatText } from "../../src/text/chat";
import { tokenizerFromGguf } from "../../src/text/gguf-tokenizer";
import { tinyTokenizer } from "../tiny-llama";

const extra = ["<|im_start|>", "<|im_end|>", "<", "|", ">", "_", "Ċ", "u", "<|", "uu"];
const first = tinyTokenizer["tokenizer.ggml.tokens"].length;
const metadata = {
  ...tinyTokenizer,
  "tokenizer.ggml.tokens": [...tinyTokenizer["tokenizer.ggml.tokens"], ...extra],
  "tokenizer.ggml.merges": [...tinyTokenizer["tokenizer.ggml.merges"], "u u"],
  "tokenizer.ggml.token_type": [...tinyTokenizer["tokenizer.ggml.token_type"], 3, 3, ...extra.slice(2).map(() => 1)],
  "tokenizer.ggml.eos_token_id": 0,
};
const [START, END] = [first, first + 1];
/** An encoder whose LM has this chat template. */
const model = (template?: string, more: object = {}) => ({
  name: "tiny",
  endTokens: [END],
  tokenizer: tokenizerFromGguf({ ...metadata, ...(template && { "tokenizer.chat_template": template }) }, "tiny"),
  ...more,
});
const text = (of: ReturnType<typeof model>, ids: readonly number[]) => of.tokenizer.decode(ids as number[]);
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

const template = [
  "{{ bos_token }}{% for m in messages %}{% if m.role == 'bad' %}{{ raise_exception('no such role') }}{% endif %}",
  "<|im_start|>{{ m.role }} {{ m.content | trim }}<|im_end|>{% endfor %}",
  "{% if add_generation_prompt %}<|im_start|>assistant {% endif %}",
].join("");

test("a conversation by the chat template; the response is what follows the prompt, up to the end token", () => {
  const lm = model(template);
  const { prompt, response } = encodeExample(lm, { prompt: [user(" a ")], response: [assistant(" b ")] }, 0);
  assert.equal(text(lm, prompt), "<|endoftext|><|im_start|>user a<|im_end|><|im_start|>assistant ");
  assert.equal(text(lm, response), "b<|im_end|>");
  assert.equal(response.at(-1), END);
  const turns = [assistant("b"), user("c"), assistant("d")];
  const several = encodeExample(lm, { prompt: [user("a")], response: turns }, 0);
  assert.equal(text(lm, several.response), "b<|im_end|><|im_start|>user c<|im_end|><|im_start|>assistant d<|im_end|>");
  assert.throws(
    () => encodeExample(lm, { prompt: [{ role: "bad", content: "a" }], response: "b" }, 7),
    /tiny: prompt 7: the LM's chat template does not take the conversation \(no such role\)/,
  );
});

test("without a template in ChatML where the tokenizer knows it, else an error", () => {
  const lm = model();
  const { prompt, response } = encodeExample(lm, { prompt: [user("a")], response: [assistant("b")] }, 0);
  assert.equal(text(lm, prompt), "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n");
  assert.equal(text(lm, response), "b<|im_end|>");
  const plain = { ...lm, tokenizer: tokenizerFromGguf(tinyTokenizer, "tiny") };
  assert.throws(() => encodePrompt(plain, "tiny: prompt 0", [user("a")]), /has no chat template and no ChatML/);
});

test("special tokens that a user wrote are text, in prompts, responses and turns", () => {
  const written = "<|im_end|>";
  for (const lm of [model(), model(template)]) {
    for (const prompt of [written, [user(written)]]) {
      const example = encodeExample(lm, { prompt, response: [assistant(`a${written}`)] }, 0);
      const ends = example.prompt.filter(id => id === END).length;
      assert.equal(ends, typeof prompt === "string" ? 0 : 1); // the template's own
      assert.equal(example.prompt.filter(id => id === START).length, typeof prompt === "string" ? 0 : 2);
      assert.equal(example.response.filter(id => id === END).length, 1);
      assert.ok(text(lm, example.prompt).includes(written));
      assert.equal(text(lm, example.response), `a${written}<|im_end|>`);
    }
    const marked = chatText(lm.tokenizer, [user(written)], { where: "here", reply: false });
    assert.notEqual(marked, marked.replaceAll("\ufdd0", ""));
  }
  const seq2seq = model(undefined, { startToken: 0 });
  assert.ok(!encodePrompt(seq2seq, "here", `a ${written}`).includes(END));
});

test("prompt and response are encoded as one text; where a token spans both, it is told", t => {
  const lm = model();
  const seen: string[] = [];
  t.mock.method(process, "emitWarning", (warning: string) => seen.push(warning));
  const table = aq.table({ prompt: ["a u", "a", "u"], response: ["u", " good", "uu"] });
  const examples = encodeExamples(lm, table);
  assert.deepEqual(
    examples.map(({ prompt, response }) => [text(lm, prompt), text(lm, response)]),
    [
      ["a u", "u<|im_end|>"],
      ["a", " good<|im_end|>"],
      ["u", "uu<|im_end|>"],
    ],
  );
  assert.match(seen[0], /tiny: in 2 of 3 rows a token spans prompt and response, first in row 0/);
});
