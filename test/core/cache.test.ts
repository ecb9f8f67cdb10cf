import assert from "node:assert/strict";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { cachePath } from "../../src/core/cache";

test("TOKENWISE_HOME goes before XDG_CACHE_HOME before ~/.cache", () => {
  const { TOKENWISE_HOME, XDG_CACHE_HOME } = process.env;
  try {
    process.env.TOKENWISE_HOME = "/a";
    process.env.XDG_CACHE_HOME = "/b";
    assert.equal(cachePath("data", "x"), path.resolve("/a/data/x"));
    delete process.env.TOKENWISE_HOME;
    assert.equal(cachePath("data"), path.resolve("/b/tokenwise/data"));
    delete process.env.XDG_CACHE_HOME;
    assert.equal(cachePath(), path.join(os.homedir(), ".cache", "tokenwise"));
  } finally {
    for (const [name, value] of Object.entries({ TOKENWISE_HOME, XDG_CACHE_HOME })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});
