import assert from "node:assert/strict";

/** `train` is to learn a guidance with these options: the signal aborts at its first step, and there is no second. */
export async function stopsLearning(
  train: (learn: { every: number; onProgress(at: { step: number }): void }, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const stop = new AbortController();
  const steps: number[] = [];
  const onProgress = ({ step }: { step: number }) => {
    steps.push(step);
    stop.abort(new Error("enough"));
  };
  await assert.rejects(train({ every: 1, onProgress }, stop.signal), /^Error: enough$/);
  assert.deepEqual(steps, [1]);
}
