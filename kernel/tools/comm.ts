/** Comms: messages between code in cells and code in the front end, both ways, as widgets need them. */
import { fail } from "../../src/core/errors";
import { host } from "../host";

export interface CommMessage {
  data: any;
  metadata: Record<string, any>;
  buffers: Uint8Array[];
}

type Listener = (message: CommMessage) => unknown;

export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data: object, more?: Partial<Omit<CommMessage, "data">>): void;
  close(data?: object): void;
  /** Takes each message of the front end; what it prints stands under the cell that shows the widget. A promise is waited for. */
  onMessage(listener: Listener): void;
  onClose(listener: Listener): void;
}

const kernel = (where: string) =>
  host() ?? fail(where, "there is no notebook", "Comms need a front end such as JupyterLab.");

/** Opens a comm to `target` of the front end. Errors: outside a notebook. */
export const comm = (target: string, data: object = {}, more?: Partial<Omit<CommMessage, "data">>): Comm =>
  kernel("comm").comms.open(target, data, more);

/** Takes the comms that the front end opens to `target`. Errors: outside a notebook. */
export const onComm = (target: string, opened: (comm: Comm, message: CommMessage) => unknown): void =>
  kernel("onComm").comms.on(target, opened);
