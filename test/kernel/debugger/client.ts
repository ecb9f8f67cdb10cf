/** A front end of the debugger, for tests. */
import assert from "node:assert/strict";
import type { Received, TestKernel } from "../client";

export function debugClient(kernel: TestKernel) {
  let seq = 0;
  async function request(command: string, given: object = {}): Promise<any> {
    const content = { type: "request", seq: ++seq, command, arguments: given };
    const { reply } = await kernel.request("control", "debug_request", content);
    assert.deepEqual([reply.type, reply.request_seq, reply.command], ["response", seq, command]);
    return reply;
  }
  /** The body of a response that succeeds. */
  async function ask(command: string, given: object = {}): Promise<any> {
    const { success, message, body } = await request(command, given);
    assert.ok(success, `${command}: ${message}`);
    return body;
  }
  const isEvent = (name: string) => (message: Received) =>
    message.header.msg_type === "debug_event" && message.content.event === name;
  let seen = 0;
  const names = (variables: any[]) => Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  return {
    request,
    ask,
    names,
    async start(): Promise<any> {
      const capabilities = await ask("initialize", { clientID: "test" });
      await ask("attach");
      await kernel.until(isEvent("initialized"));
      await ask("configurationDone");
      return capabilities;
    },
    /** Sets breakpoints in the lines of a cell; returns the lines that they got. */
    async breakAt(code: string, lines: number[]): Promise<number[]> {
      const { sourcePath } = await ask("dumpCell", { code });
      const wanted = {
        source: { path: sourcePath },
        breakpoints: lines.map(line => ({ line })),
        sourceModified: false,
      };
      const { breakpoints } = await ask("setBreakpoints", wanted);
      return breakpoints.map(({ line }: { line: number }) => line);
    },
    /** The next stop: its reason and frames. */
    async stopped(milliseconds?: number) {
      const all = () => kernel.received.filter(isEvent("stopped"));
      const before = seen;
      await kernel.until(message => isEvent("stopped")(message) && all().indexOf(message) >= before, milliseconds);
      seen++;
      const { stackFrames } = await ask("stackTrace", { threadId: 1 });
      return {
        reason: all()[before]!.content.body.reason as string,
        frames: stackFrames as { id: number; name: string; line: number; source: { path: string } }[],
      };
    },
    /** The variables of each scope of a frame, as text. */
    async variables(frameId: number): Promise<Record<string, Record<string, string>>> {
      const { scopes } = await ask("scopes", { frameId });
      const found: [string, Record<string, string>][] = [];
      for (const { name, variablesReference } of scopes)
        found.push([name, names((await ask("variables", { variablesReference })).variables)]);
      return Object.fromEntries(found);
    },
    go: (command: "continue" | "next" | "stepIn" | "stepOut" | "pause") => ask(command, { threadId: 1 }),
  };
}
