import assert from "node:assert/strict";
import { test } from "node:test";
import { createQueue, type Job } from "../../../kernel/cells/queue";

const job = (code: string, stop_on_error = true): Job => ({
  channel: "shell",
  request: { content: { code, stop_on_error } } as unknown as Job["request"],
});
const codeOf = ({ request }: Job): string => request.content.code;

/** Runs jobs that fail when their code is "fail"; `late` arrive between the failure and its reply. */
async function play(jobs: Job[], late: Job[] = [], afterReply: Job[] = []): Promise<string[]> {
  const log: string[] = [];
  const add = createQueue({
    run: async ({ content }) => {
      await Promise.resolve();
      return { status: content.code === "fail" ? "error" : "ok" };
    },
    async arrived() {
      for (const other of late) add(other);
    },
    reply(done, { status }) {
      log.push(`${codeOf(done)} ${status}`);
      if (status === "error") for (const other of afterReply) setImmediate(() => add(other));
    },
    abort: other => log.push(`${codeOf(other)} aborted`),
  });
  for (const each of jobs) add(each);
  await new Promise(resolve => setTimeout(resolve, 20));
  return log;
}

test("cells run in order, one at a time", async () => {
  assert.deepEqual(await play([job("a"), job("b"), job("c")]), ["a ok", "b ok", "c ok"]);
});

test("a failure aborts what was sent before its reply and nothing after", async () => {
  const log = await play([job("a"), job("fail"), job("b")], [job("c")], [job("d")]);
  assert.deepEqual(log, ["a ok", "fail error", "b aborted", "c aborted", "d ok"]);
});

test("without stop_on_error the queue goes on", async () => {
  assert.deepEqual(await play([job("fail", false), job("b")]), ["fail error", "b ok"]);
});
