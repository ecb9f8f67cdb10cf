import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { before, type TestContext, test } from "node:test";
import * as aq from "arquero";
import type { Plan } from "../../../experiments/lib/plan";
import { planPrompts } from "../../../experiments/prompt/plan";
import { promptSettings } from "../../../experiments/prompt/settings";
import { planSummarization } from "../../../experiments/summarization/plan";
import { type SummarizationSetting, summarizationSettings } from "../../../experiments/summarization/settings";
import { summarizationTask } from "../../../experiments/summarization/task";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { writeParquet } from "../../../src/tables/parquet";
import { environment, startHub } from "../../hub-server";
import { inRepository } from "../../repository";
import { temporaryFolder } from "../../temporary";
import { writeTinyT5 } from "../../tiny-t5";

before(() => selectBackend());

const { toy, paper } = summarizationSettings;

function own(t: TestContext, more: Partial<SummarizationSetting> = {}): SummarizationSetting {
  const file = path.join(temporaryFolder(t), "texts.jsonl");
  const row = (id: number) => ({ id, document: `Text ${id} of a few words.`, summary: `Text ${id}.` });
  writeFileSync(file, Array.from({ length: 30 }, (_, id) => JSON.stringify(row(id))).join("\n"));
  return { ...toy, data: file, loading: { split: { valid: 4, test: 6, seed: 0 } }, documents: {}, ...more };
}

const states = ({ checks }: Plan) => Object.fromEntries(checks.map(({ what, state }) => [what, state]));
const amounts = ({ steps, memory }: Plan) =>
  Object.fromEntries([...steps, ...memory].map(({ what, amount }) => [what, amount]));

test("steps and memory of a setting whose model and data are here", async t => {
  const plan = await planSummarization(own(t));
  assert.deepEqual(states(plan), { model: "ready", data: "ready" });
  const found = amounts(plan);
  // 20 references in batches of 8: 3 updates in each of 2 epochs, and guidance is learned once, before the second
  // epoch. 4 validation items; 6 test items with a greedy and a sampled summary each.
  assert.deepEqual(
    ["updates", "times that guidance is learned", "samples drawn for it", "validation summaries", "test summaries"].map(
      what => found[what],
    ),
    [6, 1, 60, 8, 12],
  );
  const trained = 2 * (4 * 128 * 128 + 3 * 128 * 336 + 2 * 128) + 128; // two layers of the toy, and the last norm
  assert.equal(found["their gradients and AdamW's moments"], 12 * trained);
  assert.equal(found["states of references, outside the engine"], 4 * 128 * 20 * (toy.summaryTokens + 1));
});

test("the dry run counts the learnings of guidance that training makes", async t => {
  // 24 references in batches of 3: 8 updates in each of 2 epochs. Guidance is learned before updates 4 and 12, and 2
  // and 6.
  const loading = { split: { valid: 3, test: 3, seed: 0 } };
  for (const schedule of [
    { from: 0.5, every: 1, until: 2 },
    { from: 0.25, every: 0.5, until: 1 },
  ]) {
    const guidance = { ...toy.training.guidance!, ...schedule };
    const plan = await planSummarization(own(t, { loading, training: { ...toy.training, guidance, batchSize: 3 } }));
    assert.deepEqual([amounts(plan).updates, amounts(plan)["times that guidance is learned"]], [16, 2]);
  }
});

test("settings that cannot run fail a check; misspelt options are refused", async t => {
  const wrong = async (more: Partial<SummarizationSetting>) => {
    const { checks } = await planSummarization(own(t, more));
    return checks.filter(({ state }) => state === "wrong").map(({ what, found }) => `${what}: ${found}`);
  };
  assert.deepEqual(await wrong({ documents: { valid: 9 } }), ['documents: the part "valid" has 4 documents of 9']);
  assert.match(
    (await wrong({ lm: { ...toy.lm, trainable: { fromLayer: 9 } } }))[0],
    /lm\.trainable: fromLayer is 9, and tiny-lm has layers 0 to 3/,
  );
  assert.match((await wrong({ lm: { ...toy.lm, question: undefined } }))[0], /a decoder-only LM needs a question/);
  assert.match(
    (await wrong({ lm: { ...toy.lm, model: "./nothing" } }))[0],
    /^model: .*there is no such file or folder/,
  );
  assert.match((await wrong({ data: "./nothing.jsonl" }))[0], /^data: /);
  assert.match((await wrong({ documentTokens: 500 }))[0], /documentTokens: .*the model's context is 256/);
  const training = { ...toy.training, validateEvery: 0.1 };
  assert.match((await wrong({ training }))[0], /validateEvery: 0\.1 epochs of 3 updates are less than an update/);
  const guidance = { ...toy.training.guidance!, from: 0.1 };
  assert.match((await wrong({ training: { ...toy.training, guidance } }))[0], /^guidance\.from: 0\.1 epochs of 3/);
  await assert.rejects(
    wrong({ training: { ...toy.training, epoch: 3 } as SummarizationSetting["training"] }),
    /planSummarization: there is no option "training\.epoch"\. Did you mean "epochs"\?/,
  );
});

test("a model of the hub: what must be fetched is found without fetching weights", async t => {
  const folder = await writeTinyT5(temporaryFolder(t));
  const names = ["config.json", "model.safetensors", "tokenizer.json"];
  const hub = await startHub(t, Object.fromEntries(names.map(name => [name, readFileSync(path.join(folder, name))])));
  const setting = own(t, { lm: { model: "tiny/model", trainable: "all" } });
  const plan = await planSummarization(setting);
  assert.deepEqual(states(plan), { model: "to fetch", data: "ready" });
  const bytes = hub.files["model.safetensors"].length + hub.files["tokenizer.json"].length;
  assert.match(plan.checks[0].found, new RegExp(`tiny/model is not in the cache: ${(bytes / 1e6).toFixed(1)} MB`));
  assert.ok(!hub.seen.some(request => request.includes("resolve") && request.includes("safetensors")));
  const { parameters } = amounts(plan);
  (await summarizationTask(setting)).dispose();
  assert.equal(states(await planSummarization(setting)).model, "ready");
  assert.ok(Math.abs(parameters / hub.files["model.safetensors"].length - 1) < 0.1);
  const other = await planSummarization({ ...setting, lm: { model: "tiny/nothing", trainable: "all" } });
  assert.equal(states(other).model, "wrong");
});

test("without the hub published sizes are assumed", async t => {
  environment(t, { HF_ENDPOINT: "http://127.0.0.1:9", HF_HOME: temporaryFolder(t), HF_HUB_CACHE: undefined });
  const plan = await planSummarization(paper);
  assert.deepEqual(states(plan), { model: "unknown", data: "unknown" });
  const found = amounts(plan);
  assert.equal(found.parameters, 4 * 222_903_552); // T5-base
  assert.deepEqual([found.updates, found["references to learn from"]], [5 * 8973, 287_113]);
});

test("CNN/DM and XSum of the hub, from the plan to the task", async t => {
  const file = path.join(temporaryFolder(t), "part.parquet");
  async function parquet([document, summary]: readonly [string, string], rows: number): Promise<Buffer> {
    const column = (text: (row: number) => string) => Array.from({ length: rows }, (_, row) => text(row));
    const [texts, short] = [column(row => `Text ${row} of the ship and the island.`), column(row => `Text ${row}.`)];
    await writeParquet(file, aq.table({ id: column(String), [document]: texts, [summary]: short }));
    return readFileSync(file);
  }
  for (const [data, id, columns] of [
    ["cnn-dailymail", "abisee/cnn_dailymail", ["article", "highlights"]],
    ["xsum", "EdinburghNLP/xsum", ["document", "summary"]],
  ] as const)
    await t.test(data, async t => {
      const folder = data === "xsum" ? "default" : "3.0.0";
      const files: Record<string, Buffer> = {};
      for (const [part, rows] of Object.entries({ train: 9, validation: 3, test: 4 }))
        files[`${folder}/${part}/0000.parquet`] = await parquet(columns, rows);
      await startHub(t, files, id);
      const setting = own(t, { data, loading: {}, documents: { train: 4 } });
      assert.equal(states(await planSummarization(setting)).data, "to fetch");
      const task = await summarizationTask(setting);
      assert.deepEqual([task.train(seeded(0)).length, task.valid.length, task.test.length], [4, 3, 4]);
      task.dispose();
      assert.equal(states(await planSummarization(setting)).data, "ready");
    });
});

test("the plan of prompts: the budget, and failed checks", async () => {
  const plan = await planPrompts(promptSettings.toy);
  assert.deepEqual(states(plan), { model: "ready", data: "ready" });
  assert.equal(amounts(plan)["prompts scored, at most"], 128 + 5 * 48);
  const few = await planPrompts({ ...promptSettings.toy, searchExamples: 99, winners: 30 });
  assert.deepEqual([states(few).searchExamples, states(few).winners], ["wrong", "wrong"]);
});

test("the program prints the plan, and exits with 1 if something is wrong", () => {
  const program = inRepository("dist", "experiments", "dry-run.js");
  const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  const good = run("prompt", "--setting", "toy");
  assert.match(good.stdout, /ready +model: tiny-lm\n.*prompts scored, at most +368\n.*Ready to run\./s);
  assert.equal(good.status, 0);
  const wrong = run("summarization", "--setting", "best");
  assert.match(wrong.stderr, /there is no setting "best"/);
  assert.equal(wrong.status, 1);
});
