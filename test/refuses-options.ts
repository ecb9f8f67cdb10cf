import assert from "node:assert/strict";
import { test } from "node:test";

/** A public function with options: a call that is right, and changes of it that must be refused, with the error. */
export interface OptionsCase<Options extends object = any> {
  name: string;
  /** May return a promise or an async iterator; its first step then counts. */
  call(options: Options): unknown;
  right: Options;
  wrong: readonly (readonly [change: object, error: RegExp])[];
}

/** Tests that the right options pass, and that a misspelt name and the wrong values are refused by name. */
export function refusesOptions({ name, call, right, wrong }: OptionsCase): void {
  const attempt = async (options: object) => {
    const result = call(options);
    if (typeof result === "object" && result !== null && Symbol.asyncIterator in result)
      await (result as AsyncGenerator).next();
    return result;
  };
  test(`${name}: options`, async () => {
    const result = await attempt(right);
    (result as { dispose?(): void } | undefined)?.dispose?.();
    for (const [change, error] of wrong)
      await assert.rejects(attempt({ ...right, ...change }), error, JSON.stringify(change));
    await assert.rejects(
      attempt({ ...right, misspelt: 1 }),
      new RegExp(`^Error: ${name}.*there is no option "misspelt"`),
    );
  });
}
