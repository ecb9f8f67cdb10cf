import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { failure } from "../failure.mjs";
import { pip, withProgress } from "../pip.mjs";

export const tensorflowVersion = "2.21.0";
// Only the C libraries and headers of the wheel are used, so one Python's wheel serves them all.
const wheelPython = "3.12";

/** The folder of libtensorflow for `device`; it exists only when complete. */
export const tensorflowFolder = (setupFolder, device) =>
  path.join(setupFolder, `tensorflow-${device}-${tensorflowVersion}`);

/**
 * Installs libtensorflow for "cpu" or "gpu" (with CUDA and cuDNN) into its folder. Returns { reason } if there is no
 * release for this system, else {}.
 */
export async function installTensorflow({ setupFolder, python, run, tell }, device) {
  const folder = tensorflowFolder(setupFolder, device);
  if (existsSync(folder)) return {};
  const work = path.join(setupFolder, "tensorflow-unfinished");
  rmSync(work, { recursive: true, force: true });
  // pip unpacks into its temporary folder first: on the same disk it then only moves the libraries, which are
  // gigabytes.
  const [target, TMPDIR] = ["target", "temporary"].map(name => path.join(work, name));
  mkdirSync(TMPDIR, { recursive: true });
  const args = ["--target", target, "--no-compile", "--only-binary=:all:", "--python-version", wheelPython];
  const { code, tail, isMissing } = await pip(
    run,
    python,
    ["install", ...withProgress, ...args, ...packageFor(device)],
    { tell, env: { TMPDIR } },
  );
  if (isMissing)
    return { reason: `TensorFlow ${tensorflowVersion} has no ${device} build for ${process.platform} ${process.arch}` };
  if (code !== 0)
    throw failure(
      `pip could not install TensorFlow:\n  ${tail.join("\n  ")}`,
      "check that PyPI can be reached and that 3 GB of disk are free (8 GB with --gpu), then run the command again; " +
        "`npm run setup -- --wasm` does without it.",
    );
  renameSync(target, folder);
  rmSync(work, { recursive: true, force: true });
  return {};
}

// tensorflow-cpu is built for x64 only; on arm64 the plain package is the CPU build.
function packageFor(device) {
  if (device === "gpu") return [`tensorflow[and-cuda]==${tensorflowVersion}`];
  return ["--no-deps", `${process.arch === "x64" ? "tensorflow-cpu" : "tensorflow"}==${tensorflowVersion}`];
}

/** Removes the libraries for other devices and versions, which are large. */
export function removeOtherTensorflows({ setupFolder }, device) {
  for (const name of readdirSync(setupFolder))
    if (name.startsWith("tensorflow-") && path.join(setupFolder, name) !== tensorflowFolder(setupFolder, device))
      rmSync(path.join(setupFolder, name), { recursive: true, force: true });
}
