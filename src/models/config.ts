// Entries of a config.json, checked as they are read.

import { fail } from "../core/errors";

export interface ConfigReader {
  /** A positive number: the first of these entries that exists, else the default. Errors: neither, or another value. */
  positive(names: string | string[], fallback?: number): number;
  /** True or false. Errors: another value. */
  flag(name: string, fallback: boolean): boolean;
  /** One of the words: the first of these entries that exists, else the default. Errors: neither, or another value. */
  choice<T extends string>(names: string | string[], allowed: readonly T[], fallback?: T): T;
  /** A token id or a list of them; [] where there is no such entry. Errors: another value. */
  tokens(name: string): number[];
}

/** A reader of this configuration; `where` names the model in errors. */
export function configReader(config: Record<string, unknown>, where: string): ConfigReader {
  const find = (names: string | string[]) =>
    [names]
      .flat()
      .map(name => [name, config[name]] as const)
      .find(([, value]) => value != null) ?? ([[names].flat()[0], undefined] as const);
  const bad = (name: string, value: unknown, wanted: string): never =>
    fail(where, `its configuration has ${name} = ${JSON.stringify(value)}`, `It must give ${wanted}.`);
  return {
    positive(names, fallback) {
      const [name, value = fallback] = find(names);
      return typeof value === "number" && value > 0 && Number.isFinite(value)
        ? value
        : bad(name, value, "a positive number");
    },
    flag(name, fallback) {
      const value = config[name] ?? fallback;
      return typeof value === "boolean" ? value : bad(name, value, "true or false");
    },
    choice(names, allowed, fallback) {
      const [name, value = fallback] = find(names);
      const found = allowed.find(word => word === value);
      return found ?? bad(name, value, `one of ${allowed.join(", ")}`);
    },
    tokens(name) {
      const ids = [config[name] ?? []].flat();
      return ids.every(Number.isInteger) ? (ids as number[]) : bad(name, config[name], "a token id or a list of them");
    },
  };
}
