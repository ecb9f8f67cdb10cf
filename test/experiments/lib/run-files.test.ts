import assert from "node:assert/strict";
import { test } from "node:test";
import { openRuns } from "../../../experiments/lib/run-files";
import { temporaryFolder } from "../../temporary";

test("finished runs and their rows come back; a folder with other options is refused", async t => {
  const folder = temporaryFolder(t);
  type Run = { variant: string; score: number };
  const names = { stem: ({ variant }: Run) => variant, label: ({ variant }: Run) => ({ variant }) };
  const files = await openRuns<Run, { value: number }>(folder, { batchSize: 8 }, names);
  await files.keep({ variant: "mle", score: 2 }, [{ value: 1 }]);
  const again = await openRuns<Run, { value: number }>(folder, { batchSize: 8 }, names);
  assert.deepEqual(again.runs(), [{ variant: "mle", score: 2 }]);
  assert.deepEqual(again.rows(again.run("mle")!), [{ variant: "mle", value: 1 }]);
  assert.equal(again.run("guided"), undefined);
  await assert.rejects(openRuns(folder, { rows: 8 }, names), /holds runs of other options or of an earlier version/);
});
