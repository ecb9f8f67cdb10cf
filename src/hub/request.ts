// Requests to the hub: with the token, patient, repeated when the connection fails; refusals say what to do.

import { setTimeout as pause } from "node:timers/promises";
import { fail } from "../core/errors";
import type { RepoKind } from "./cache";
import type { HubSettings } from "./settings";

/** What is asked for, and how. */
export interface HubContext {
  kind: RepoKind;
  /** The model's or data set's name, "owner/name". */
  id: string;
  /** Branch, tag or commit. */
  revision: string;
  settings: HubSettings;
  /** How many may fail one after the other without progress. */
  attempts: number;
  signal?: AbortSignal;
  fetch: typeof fetch;
}

interface RequestOptions extends Omit<RequestInit, "headers"> {
  /** Asked for before each attempt. */
  headers?: () => Record<string, string>;
  /** Grows when an attempt brought something: the attempts are then counted anew. */
  progress?: () => number;
}

/** For messages: "owner/name@main". */
export const whereOf = ({ id, revision }: HubContext): string => `${id}@${revision}`;

/**
 * Sends a request and gives the response to `receive`, with its body as chunks; does so again, a quarter of a second later and then after ever
 * longer pauses, when the connection breaks, no byte comes for `patienceMs`, or the server is busy (408, 429, 5xx). The token goes to the
 * hub alone, not to where it redirects. 416 is left to `receive`.
 *
 * Errors: one with the code "HUB_UNREACHABLE" after the last attempt; no such model, revision or file; no access; those of `receive`; the
 * signal's reason.
 */
export async function request<T>(
  url: string,
  context: HubContext,
  receive: (response: Response, chunks: AsyncIterable<Uint8Array>) => Promise<T>,
  { headers = () => ({}), progress = () => 0, ...init }: RequestOptions = {},
): Promise<T> {
  const { settings, signal, attempts } = context;
  const server = new URL(url).origin;
  const identity: Record<string, string> = {};
  if (settings.token && server === new URL(settings.endpoint).origin)
    identity.Authorization = `Bearer ${settings.token}`;
  for (let failures = 0, reached = progress(); ; ) {
    signal?.throwIfAborted();
    const outcome = await attempt(url, { ...init, headers: { ...identity, ...headers() } }, context, receive);
    if ("value" in outcome) return outcome.value;
    if (progress() > reached) failures = 0;
    reached = progress();
    if (++failures >= attempts) unreachable(server, outcome.lost, context);
    await pause(Math.max(outcome.waitMs, 125 * 2 ** failures), undefined, { signal }).catch(() => {});
  }
}

/** One attempt: what `receive` made of the response, or why the connection failed. Throws what another attempt would not change. */
async function attempt<T>(
  url: string,
  init: RequestInit,
  context: HubContext,
  receive: (response: Response, chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<{ value: T } | { lost: unknown; waitMs: number }> {
  const { settings, signal } = context;
  const silence = new AbortController();
  const seconds = settings.patienceMs / 1000;
  const timer = setTimeout(() => silence.abort(new Error(`no byte came for ${seconds} s`)), settings.patienceMs);
  const ends = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  let lost: unknown;
  const listen = async function* (body: Response["body"]) {
    try {
      for await (const chunk of (body ?? []) as unknown as AsyncIterable<Uint8Array>) {
        timer.refresh();
        yield chunk;
      }
    } catch (error) {
      throw (lost = error);
    }
  };
  try {
    const response = await context.fetch(url, { ...init, signal: ends }).catch(error => {
      throw (lost = error);
    });
    timer.refresh();
    if (response.ok || response.status === 416) return { value: await receive(response, listen(response.body)) };
    await response.body?.cancel();
    if (!isPassing(response, settings)) refuse(response, context);
    const waitMs = 1000 * Math.min(Number(response.headers.get("Retry-After")) || 0, 60);
    return { lost: new Error(`it answers ${response.status} ${response.statusText}`.trim()), waitMs };
  } catch (error) {
    signal?.throwIfAborted();
    if (lost === undefined) throw error;
    return { lost, waitMs: 0 };
  } finally {
    clearTimeout(timer);
    silence.abort(); // Frees the connection of a body that nobody read.
  }
}

/** Statuses that may be gone a moment later. A link to a file store that is refused was too old; the hub gives a new one. */
function isPassing({ status, url }: Response, { endpoint }: HubSettings): boolean {
  const elsewhere = url !== "" && new URL(url).origin !== new URL(endpoint).origin;
  return status === 408 || status === 429 || status >= 500 || (elsewhere && (status === 401 || status === 403));
}

function refuse({ status, statusText, headers }: Response, context: HubContext): never {
  const { id, settings } = context;
  const code = headers.get("X-Error-Code");
  const [what, page] =
    context.kind === "model"
      ? ["model", `${settings.endpoint}/${id}`]
      : ["data set", `${settings.endpoint}/datasets/${id}`];
  const mayRead = `set HF_TOKEN to the access token of an account that may read it`;
  if (status === 403 || code === "GatedRepo")
    fail(whereOf(context), `${settings.endpoint} denies access`, `Accept the terms at ${page} and ${mayRead}.`);
  if (status === 401 && settings.token)
    fail(whereOf(context), `${settings.endpoint} does not accept the token`, `Renew HF_TOKEN or \`hf auth login\`.`);
  if (code === "RevisionNotFound")
    fail(whereOf(context), `the ${what} has no such revision`, `See ${page}/tree/main for branches and tags.`);
  if (status === 401 || status === 404)
    fail(
      whereOf(context),
      `${settings.endpoint} has no such ${what}, or it is private`,
      `Check the name; for a private or gated ${what} ${mayRead}.`,
    );
  fail(whereOf(context), `${settings.endpoint} answers ${status} ${statusText}`.trim(), `See ${page}.`);
}

function unreachable(server: string, cause: unknown, context: HubContext): never {
  const { message, cause: below } = cause as Error;
  const reason = [message, (below as Error | undefined)?.message].filter(Boolean).join(": ");
  throw Object.assign(
    new Error(
      `${whereOf(context)}: ${server} cannot be reached after ${context.attempts} attempts (${reason}). ` +
        "Check the network and HF_ENDPOINT and try again: what was received is kept; HF_HUB_OFFLINE=1 uses the cache alone.",
      { cause },
    ),
    { code: "HUB_UNREACHABLE" },
  );
}

/** Whether `request` gave up. */
export const isUnreachable = (error: unknown): boolean => (error as { code?: unknown }).code === "HUB_UNREACHABLE";

/** `request` as a `fetch`, for the hub's client library: whole JSON bodies, and only of requests that succeeded. */
export const fetchFor =
  (context: HubContext): typeof fetch =>
  (url, { headers, ...init } = {}) =>
    request(
      String(url),
      context,
      async ({ status, headers }, chunks) => {
        const type = headers.get("Content-Type");
        if (!type?.includes("json"))
          fail(
            whereOf(context),
            `${context.settings.endpoint} answers with ${type}, not JSON`,
            "Check HF_ENDPOINT, and whether the network wants a login first.",
          );
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        return new Response(Buffer.concat(parts), { status, headers });
      },
      { ...init, headers: () => headers as Record<string, string> },
    );
