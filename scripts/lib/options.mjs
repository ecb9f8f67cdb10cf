import util from "node:util";
import { failure } from "./failure.mjs";

/**
 * Parses a command line strictly: an unknown option or a missing value fails and lists the known ones. `options` are
 * those of Node's `parseArgs`, each with a `help` line. Returns { values, positionals, help }; `values.help` asks for
 * the text `help`.
 */
export function readOptions(args, { usage, options, allowPositionals = false }) {
  const known = { ...options, help: { type: "boolean", short: "h", help: "show this text" } };
  const help = helpText(usage, known);
  try {
    return { ...util.parseArgs({ args, options: known, allowPositionals, strict: true }), help };
  } catch (error) {
    throw failure(error.message.split(". ")[0], `${help}`);
  }
}

function helpText(usage, options) {
  const rows = Object.entries(options).map(([name, { type, help, values }]) => [
    type === "boolean" ? `--${name}` : `--${name} ${values ? values.join("|") : "VALUE"}`,
    help,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return `${usage}\n${rows.map(([left, help]) => `  ${left.padEnd(width)}${help}`).join("\n")}`;
}

/** Fails when `value` is not one of `values`. */
export function requireOneOf(name, value, values) {
  if (value !== undefined && !values.includes(value))
    throw failure(`--${name}: "${value}" is unknown.`, `use one of ${values.join(", ")}.`);
}
