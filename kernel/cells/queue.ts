/** Cells run one after the other; a failing one ends those that were sent before its reply. */
import type { Request } from "../wire/messages";
import type { Channel } from "../wire/protocol";

export interface Job {
  channel: Channel;
  request: Request;
}

export interface QueueActions {
  /** Runs a cell; resolves to the content of its execute_reply. */
  run(request: Request): Promise<Record<string, unknown>>;
  /** Resolves when every request that has reached the kernel by now has been added. */
  arrived(): Promise<void>;
  reply(job: Job, content: Record<string, unknown>): void;
  /** Tells the front end that a job will not run. */
  abort(job: Job): void;
}

/**
 * Adds jobs to the queue. Exactly those that had arrived when a cell failed are aborted, unless it says `stop_on_error: false`; what
 * the user sends after seeing the error is meant to run.
 */
export function createQueue({ run, arrived, reply, abort }: QueueActions): (job: Job) => void {
  const waiting: Job[] = [];
  let running = false;

  async function runJob(job: Job): Promise<void> {
    const content = await run(job.request);
    const stops = content.status === "error" && job.request.content.stop_on_error !== false;
    if (stops) await arrived();
    const aborted = stops ? waiting.splice(0) : [];
    reply(job, content);
    for (const other of aborted) abort(other);
  }
  async function runAll(): Promise<void> {
    if (running) return;
    running = true;
    for (let job = waiting.shift(); job; job = waiting.shift()) await runJob(job);
    running = false;
  }
  return job => {
    waiting.push(job);
    void runAll();
  };
}
