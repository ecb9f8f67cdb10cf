import { bar } from "./progress.mjs";

const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", PYTHONUNBUFFERED: "1" };

/**
 * Runs pip with `python` and shows its output as one updating line. Returns { code, tail, isMissing }: the last lines
 * without pip's warnings, and whether the index has no such release for this system.
 */
export async function pip(run, python, args, { tell = () => {}, env } = {}) {
  let isMissing = false;
  let isOffline = false;
  const onLine = line => {
    isMissing ||= line.includes("No matching distribution");
    isOffline ||= line.includes("after connection broken by");
    const shown = describe(line);
    if (shown) tell(shown);
  };
  const { code, tail } = await run(python, ["-m", "pip", ...args], { env: { ...quiet, ...env }, onLine });
  const said = tail.filter(line => !line.startsWith("Progress ") && !line.startsWith("WARNING"));
  return { code, tail: said, isMissing: isMissing && !isOffline };
}

/** Options with which pip prints the progress of downloads as numbers (pip ≥ 24.1). */
export const withProgress = ["--progress-bar", "raw"];

function describe(line) {
  const numbers = /^Progress (\d+) of (\d+)/.exec(line);
  if (numbers) return bar(Number(numbers[1]), Number(numbers[2]));
  const named = /^(Collecting|Downloading|Using cached|Installing collected packages)\S*\s*(\S*)/.exec(line.trim());
  if (!named) return undefined;
  return named[1].startsWith("Installing") ? "unpacking" : `${named[1].toLowerCase()} ${named[2].split("/").pop()}`;
}
