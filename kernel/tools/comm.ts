/** Comms: messages in both directions between code in cells and code in the front end, as widgets need them. */
import { fail } from "../../src/core/errors";
import { host } from "../host";
import type { Comm, CommMessage } from "../wire/comm-message";

const kernel = (where: string) =>
  host() ?? fail(where, "there is no notebook", "Comms need a front end such as JupyterLab.");

/** Opens a comm to `target` of the front end. Errors: outside a notebook. */
export const comm = (target: string, data: object = {}, more?: Partial<Omit<CommMessage, "data">>): Comm =>
  kernel("comm").comms.open(target, data, more);

/**
 * Calls `opened` with each comm that the front end opens to `target`, and its first message. Errors: outside a
 * notebook.
 */
export const onComm = (target: string, opened: (comm: Comm, message: CommMessage) => unknown): void =>
  kernel("onComm").comms.on(target, opened);
