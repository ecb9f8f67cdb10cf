/** Runs cells one after the other. If one fails, those that had arrived before its reply are aborted. */
import type { Request } from "../wire/messages";
import type { Channel } from "../wire/protocol";

/** An execute_request and the channel that its reply goes to. */
export interface Job {
  channel: Channel;
  request: Request;
}

/** The queue's connections to the rest of the kernel. */
export interface QueueActions {
  /** Runs a cell and returns the content of its execute_reply. */
  run(request: Request): Promise<Record<string, unknown>>;
  /** Resolves when every request that has reached the kernel by now has been added. */
  arrived(): Promise<void>;
  reply(job: Job, content: Record<string, unknown>): void;
  /** Replies that a job will not run. */
  abort(job: Job): void;
}

/**
 * Returns the function that adds jobs. When a cell fails, exactly the jobs that have arrived by then are aborted,
 * unless its request has `stop_on_error: false`. Cells that the user sends after seeing the error run.
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
