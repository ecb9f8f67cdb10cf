/** Comms as cells see them. */

/** One message of a comm. */
export interface CommMessage {
  data: any;
  metadata: Record<string, any>;
  /** Binary data, outside the JSON. */
  buffers: Uint8Array[];
}

/** Called with each message; a promise that it returns is awaited. */
export type Listener = (message: CommMessage) => unknown;

/** The kernel's end of an open comm. */
export interface Comm {
  readonly id: string;
  /** The name under which the front end handles it, such as "jupyter.widget". */
  readonly target: string;
  send(data: object, more?: Partial<Omit<CommMessage, "data">>): void;
  close(data?: object): void;
  /** Called with each message of the front end. What it prints appears under the cell that shows the widget. */
  onMessage(listener: Listener): void;
  /** Called when the front end closes the comm. */
  onClose(listener: Listener): void;
}
