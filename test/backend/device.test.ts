import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { deviceReport, fastBfloat16 } from "../../src/backend/device";
import { selectBackend } from "../../src/backend/select";

test("the device report counts tensors and names the machine", async () => {
  await selectBackend("cpu");
  const before = deviceReport();
  const x = tf.ones([250]);
  const after = deviceReport();
  assert.equal(after.engine, "cpu");
  assert.match(after.device, /^CPU \(.+\)$/);
  assert.equal(after.tensors, before.tensors + 1);
  assert.equal(after.tensorBytes, before.tensorBytes + 1000);
  assert.ok(after.cores >= 1 && after.processBytes > 1e7);
  assert.equal(fastBfloat16(), false);
  x.dispose();
});
