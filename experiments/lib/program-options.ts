// Command-line options of the experiments' programs, also lists of numbers (0,1,2) and of names (guided,mle).

import * as path from "node:path";

type Options = Record<string, { default: string; help: string }>;

/**
 * The options of this process's command line, each a text. `--help` prints `usage` and the options, and ends the
 * process.
 *
 * Errors: an unknown option, or one without a value; the message includes the help.
 */
export function programOptions<const Known extends Options>(usage: string, known: Known): Record<keyof Known, string> {
  // A module of the scripts in plain Node, which is not compiled: its path is relative to dist/experiments/lib.
  const { readOptions } = require(path.join(__dirname, "../../../scripts/lib/options.mjs"));
  const described = Object.entries(known).map(([name, { default: value, help }]) => [
    name,
    { type: "string", default: value, help: `${help} (default ${value})` },
  ]);
  try {
    const { values, help } = readOptions(process.argv.slice(2), { usage, options: Object.fromEntries(described) });
    if (!values.help) return values;
    console.log(help);
    process.exit(0);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${(error as { remedy?: string }).remedy}`);
  }
}

/** Errors: not a whole number. */
export function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${option}: "${text}" is not a whole number. Write one as in 3.`);
  return Number(text);
}

/** Errors: a part that is not a whole number. */
export function wholeNumbers(option: string, text: string): number[] {
  const wrong = text.split(",").find(part => !/^\d+$/.test(part));
  if (wrong !== undefined) throw new Error(`--${option}: "${wrong}" is not a whole number. Write them as in 0,1,2.`);
  return text.split(",").map(Number);
}

/** Errors: an unknown name. */
export function namesAmong<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  const names = text.split(",") as Name[];
  const unknown = names.find(name => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--${option}: there is no "${unknown}". Use ${known.join(", ")}.`);
  return names;
}
