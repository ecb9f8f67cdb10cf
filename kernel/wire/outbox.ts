/**
 * Messages that wait to be published on IOPub: text is joined and display updates are thinned, to spare the front end.
 */
import type { Outgoing } from "./messages";

/** Publishes messages, some with a short delay. */
export interface Outbox {
  publish(message: Outgoing): void;
  /** Sends all delayed messages at once. Call before a reply, so that the output of a cell precedes its end. */
  flush(): void;
}

const longestText = 1 << 20;

/**
 * Consecutive writes of one cell to one stream become one `stream` message, sent after `delay` ms or 1 MiB. Of several
 * `update_display_data` for one display within `delay` ms, only the newest is sent. Other messages are sent at once,
 * after the delayed ones.
 */
export function createOutbox(send: (message: Outgoing) => void, delay = 40): Outbox {
  let text: Outgoing | undefined;
  let timer: NodeJS.Timeout | undefined;
  const updates = new Map<string, Outgoing>();

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (text) send(text);
    text = undefined;
    for (const update of updates.values()) send(update);
    updates.clear();
  };
  const later = (): void => {
    timer ??= setTimeout(flush, delay);
  };
  const addText = (message: Outgoing): void => {
    const next = message.content as { name: string; text: string };
    const held = text?.content as { name: string; text: string } | undefined;
    if (held?.name === next.name && text!.parent.msg_id === message.parent.msg_id) held.text += next.text;
    else {
      flush();
      text = { ...message, content: { ...next } };
    }
    if ((text!.content as { text: string }).text.length >= longestText) flush();
    else later();
  };
  return {
    flush,
    publish(message) {
      if (message.type === "stream") addText(message);
      else if (message.type === "update_display_data") {
        updates.set((message.content as any).transient.display_id, message);
        later();
      } else {
        flush();
        send(message);
      }
    },
  };
}
