// Requests to the hub: with the token and a timeout, repeated when the connection fails.

import { setTimeout as pause } from "node:timers/promises";
import { fail } from "../core/errors";
import type { RepoKind } from "./cache";
import type { HubSettings } from "./settings";

/** What is requested, and how. */
export interface HubContext {
  kind: RepoKind;
  /** The model's or data set's name, "owner/name". */
  id: string;
  /** Branch, tag or commit. */
  revision: string;
  settings: HubSettings;
  /** Consecutive attempts without progress before a request fails. */
  attempts: number;
  signal?: AbortSignal;
  fetch: typeof fetch;
}

interface RequestOptions extends Omit<RequestInit, "headers"> {
  /** Called before each attempt. */
  headers?: () => Record<string, string>;
  /** Progress so far; if it has grown, the count of failed attempts starts again. */
  progress?: () => number;
}

/** "owner/name@main", for errors. */
export const whereOf = ({ id, revision }: HubContext): string => `${id}@${revision}`;

/**
 * Sends a request and passes the response to `receive`, with its body as chunks. If the connection breaks, no byte
 * arrives within `timeoutMs` or the server is busy (408, 429, 5xx), it tries again, after a quarter of a second and
 * then after ever longer pauses. The token is sent only to the hub, not to a server that it redirects to. `receive`
 * also handles the status 416.
 *
 * Errors: after the last attempt, one with the code "HUB_UNREACHABLE"; an unknown model, revision or file; no access;
 * those of `receive`; the reason of `signal`.
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

/**
 * One attempt: the result of `receive`, or why the connection failed. Throws errors that another attempt would not
 * avoid.
 */
async function attempt<T>(
  url: string,
  init: RequestInit,
  context: HubContext,
  receive: (response: Response, chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<{ value: T } | { lost: unknown; waitMs: number }> {
  const { settings, signal } = context;
  const silence = new AbortController();
  const seconds = settings.timeoutMs / 1000;
  const timer = setTimeout(() => silence.abort(new Error(`no byte arrived for ${seconds} s`)), settings.timeoutMs);
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
    silence.abort(); // frees the connection if the body was not read
  }
}

/** Whether a status may be temporary. A file store refuses links that are too old; then the hub gives a new one. */
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
        "Check the network and HF_ENDPOINT and try again: received bytes are kept. " +
        "HF_HUB_OFFLINE=1 uses only the cache.",
      { cause },
    ),
    { code: "HUB_UNREACHABLE" },
  );
}

/** Whether an error is that of `request` after its last attempt. */
export const isUnreachable = (error: unknown): boolean => (error as { code?: unknown }).code === "HUB_UNREACHABLE";

/**
 * `request` in the form of `fetch`, for the hub's client library. Errors: a body that is not JSON; those of `request`.
 */
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
            "Check HF_ENDPOINT, and whether the network requires a login.",
          );
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        return new Response(Buffer.concat(parts), { status, headers });
      },
      { ...init, headers: () => headers as Record<string, string> },
    );
