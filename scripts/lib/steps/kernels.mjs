import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { readJson, writeJson } from "../files.mjs";
import { addonFolder, addonKey, findCompiler, nodeHeaders } from "./addon.mjs";

/** Builds of kernels.cc for each instruction set; when the module is loaded, the CPU's is chosen. */
const builds =
  process.arch === "x64"
    ? {
        portable: [],
        avx2: ["-mavx2", "-mfma"],
        avx512: ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx2", "-mfma"],
        avx512bf16: ["-mavx512bf16", "-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx2", "-mfma"],
      }
    : { portable: [] };
const optimized = ["-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-Wno-psabi"];

/**
 * Step: compiles the library's own TensorFlow ops (src/backend/kernels) next to tfjs's addon, if TensorFlow computes on
 * the CPU. Without them plain tfjs gives the same numbers more slowly, so a failure is a warning.
 */
export async function installKernels(context) {
  const { repo, setupFolder, state, run, tell } = context;
  if (state.engine !== "native" || state.device !== "cpu") return {};
  const sources = path.join(repo, "src/backend/kernels");
  const folder = addonFolder(repo);
  const output = path.join(folder, "tokenwise_kernels.node");
  const stamp = path.join(folder, "kernels.json");
  const compiler = await findCompiler(run);
  const { node, library } = addonKey(repo, setupFolder, state.device);
  const texts = readdirSync(sources)
    .sort()
    .map(name => [name, readFileSync(path.join(sources, name), "utf8")]);
  const key = { node, library, compiler, builds, optimized, sources: Object.fromEntries(texts) };
  const same = JSON.stringify(readJson(stamp)?.key) === JSON.stringify(key);
  if (same && readJson(stamp).reason && !context.again) return { warning: readJson(stamp).reason };
  if (same && existsSync(output)) return {};

  const objects = path.join(folder, "objects");
  mkdirSync(objects, { recursive: true });
  const object = name => path.join(objects, `${name}.o`);
  const common = ["-std=c++17", "-fPIC", "-c"];
  const headers = ["-isystem", path.join(library, "include"), "-isystem", await nodeHeaders(context)];
  const links = ["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,${library}`];
  const names = [...Object.keys(builds), "module"];
  const commands = [
    ...Object.entries(builds).map(([name, flags]) => [
      ...[...common, ...optimized, ...flags, `-DTOKENWISE_BUILD=${name}`],
      ...[path.join(sources, "kernels.cc"), "-o", object(name)],
    ]),
    [...common, "-O2", ...headers, path.join(sources, "module.cc"), "-o", object("module")],
    ["-shared", ...names.map(object), `-L${library}`, ...links, "-o", `${output}.tmp`],
  ];
  const attempt = async () => {
    for (const args of commands) {
      tell(`compiling ${path.basename(args.at(-1), ".tmp")}`);
      const { code, tail } = await run(compiler, args);
      if (code !== 0) return `${compiler} could not compile the fast kernels:\n  ${tail.join("\n  ")}`;
    }
    renameSync(`${output}.tmp`, output);
    const { code, tail } = await run(process.execPath, [path.join(repo, "scripts/lib/try-kernels.cjs")], { cwd: repo });
    return code === 0 ? undefined : `the compiled kernels do not run:\n  ${tail.join("\n  ")}`;
  };
  const reason = await attempt();
  rmSync(objects, { recursive: true, force: true });
  if (reason) rmSync(output, { force: true });
  writeJson(stamp, { key, reason });
  return reason ? { warning: `${reason}\n  Models compute the same, more slowly.` } : { did: "compiled" };
}
