// The cache of models and data: only what has the checksums of the manifest is stored, and an interruption costs only
// time.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

const library = path.join(process.cwd(), "scripts/lib/sources.mjs");
const { chooseSources, fetchSource, readSources } = require(library);
const { sha256 } = require(path.join(process.cwd(), "scripts/lib/files.mjs"));

const root = fs.mkdtempSync(path.join(os.tmpdir(), "tokenwise-sources-"));
after(() => fs.rmSync(root, { recursive: true }));

const describe = (text: string) => ({ bytes: text.length, sha256: sha256(text) });
const source = {
  group: "data",
  name: "letters",
  title: "Letters",
  package: "letters",
  version: "1",
  archive: describe("an archive"),
  files: [{ name: "letters.txt", member: ["a", "b"], ...describe("abc") }],
};

/** A fresh cache, and a fetch into it from an index that serves `archive`; counts the downloads. */
function newCache(archive = "an archive") {
  const cache = fs.mkdtempSync(path.join(root, "cache-"));
  const file = path.join(cache, "data/letters/letters.txt");
  const place = {
    file,
    downloads: 0,
    content: () => fs.readFileSync(file, "utf8"),
    fetch: () =>
      fetchSource(source, {
        cache,
        workFolder: path.join(cache, "unfinished/letters"),
        download: async (_: unknown, folder: string) => {
          place.downloads++;
          fs.writeFileSync(path.join(folder, "letters.whl"), archive);
        },
        extract: async (_: string, output: string) => fs.writeFileSync(output, "abc"),
      }),
    leftOver: () =>
      fs.existsSync(path.join(cache, "unfinished")) ? fs.readdirSync(path.join(cache, "unfinished")) : [],
  };
  return place;
}

test("every source of the manifest can be fetched and checked", () => {
  const sources = readSources(process.cwd());
  assert.deepEqual(sources.map((s: typeof source) => `${s.group}/${s.name}`).sort(), [
    "data/aclsum",
    "data/movie-reviews",
    "data/wordnet",
    "models/minilm-l6",
    "models/smollm2-135m",
  ]);
  for (const { archive, files, version, licence } of sources) {
    assert.match(archive.kind, /^(wheel|sdist)$/);
    assert.match(version, /^\d+(\.\d+)+$/);
    assert.ok(licence);
    for (const { bytes, sha256, member, name } of [{ ...archive, member: ["x"], name: "x" }, ...files]) {
      assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.ok(bytes > 0);
      assert.equal(path.basename(member.at(-1)), name);
    }
  }
});

test("an optional source is fetched when it is named", () => {
  const sources = readSources(process.cwd());
  const names = (extra: string[]) => chooseSources(sources, extra).map((s: typeof source) => s.name);
  assert.deepEqual(names([]), ["smollm2-135m", "movie-reviews", "aclsum", "wordnet"]);
  assert.deepEqual(names(["minilm-l6"]), ["smollm2-135m", "minilm-l6", "movie-reviews", "aclsum", "wordnet"]);
  assert.throws(() => names(["bert"]), /--with: "bert" is unknown/);
});

test("a file is fetched once", async () => {
  const cache = newCache();
  assert.deepEqual(await cache.fetch(), { did: "Letters" });
  assert.equal(cache.content(), "abc");
  assert.deepEqual(await cache.fetch(), {});
  assert.equal(cache.downloads, 1);
  assert.deepEqual(cache.leftOver(), []);
});

test("a cached file that changed is found, reported and replaced", async () => {
  const cache = newCache();
  await cache.fetch();
  for (const wrong of ["xyz", "ab"]) {
    fs.writeFileSync(cache.file, wrong);
    fs.utimesSync(cache.file, 1, 1);
    assert.match((await cache.fetch()).did, /replaced letters\.txt, whose checksum was wrong/);
    assert.equal(cache.content(), "abc");
  }
});

test("an archive with another checksum or size is refused and not stored", async () => {
  for (const [served, message] of [
    ["an ARCHIVE", /letters 1 has the checksum [0-9a-f]{64}, not [0-9a-f]{64}/],
    ["an arch", /letters 1 has 7 bytes, not 10/],
  ] as const) {
    const cache = newCache(served);
    await assert.rejects(
      cache.fetch(),
      (error: Error & { remedy: string }) => message.test(error.message) && error.remedy !== "",
    );
    assert.equal(fs.existsSync(cache.file), false);
    assert.deepEqual(cache.leftOver(), []);
  }
});

test("killed in the middle of a download, the next run completes", async () => {
  const cache = newCache();
  const workFolder = path.join(path.dirname(path.dirname(path.dirname(cache.file))), "unfinished/letters");
  const program = `require(${JSON.stringify(library)}).fetchSource(${JSON.stringify(source)}, {
    cache: ${JSON.stringify(path.dirname(path.dirname(workFolder)))}, workFolder: ${JSON.stringify(workFolder)},
    async download(_, folder) {
      require("fs").writeFileSync(folder + "/half", "an ar");
      console.log("half");
      setInterval(() => {}, 1000);
      await new Promise(() => {});
    } })`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
  assert.deepEqual(fs.readdirSync(workFolder), ["half"]);
  await cache.fetch();
  assert.equal(cache.content(), "abc");
  assert.deepEqual(cache.leftOver(), []);
});

const python = spawnSync("python3", ["-c", "print(1)"]).status === 0;
test("extract.py takes a file out of an archive inside an archive", { skip: python ? false : "no python3" }, () => {
  const make = `
import io, sys, tarfile, zipfile
def tar(name, content):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as t:
        member = tarfile.TarInfo(name); member.size = len(content); t.addfile(member, io.BytesIO(content))
    return stream.getvalue()
inner = tar("d/letters.txt", b"abc")
open(sys.argv[1] + "/outer.tar.gz", "wb").write(tar("inner.tar.gz", inner))
with zipfile.ZipFile(sys.argv[1] + "/outer.whl", "w") as z: z.writestr("inner.tar.gz", inner)`;
  assert.equal(spawnSync("python3", ["-c", make, root]).status, 0);
  for (const archive of ["outer.tar.gz", "outer.whl"]) {
    const output = path.join(root, `${archive}.txt`);
    const args = ["scripts/extract.py", path.join(root, archive), output, "inner.tar.gz", "d/letters.txt"];
    const { status, stderr } = spawnSync("python3", args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.equal(fs.readFileSync(output, "utf8"), "abc");
  }
});
