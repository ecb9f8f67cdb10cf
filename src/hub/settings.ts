// The environment variables of Hugging Face, with the same meaning as in its Python client.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fail } from "../core/errors";

/** The hub and the cache. */
export interface HubSettings {
  /** HF_ENDPOINT, without a slash at the end. Default https://huggingface.co. */
  endpoint: string;
  /** HF_HUB_CACHE, or else the folder "hub" in HF_HOME, by default ~/.cache/huggingface. */
  cache: string;
  /**
   * HF_TOKEN, or else the content of HF_TOKEN_PATH, by default the file "token" in HF_HOME, which `hf auth login`
   * writes.
   */
  token?: string;
  /** HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is 1, on, yes or true. */
  offline: boolean;
  /** HF_HUB_DOWNLOAD_TIMEOUT, which is in seconds: the longest time without a byte. Default 10 s. */
  timeoutMs: number;
}

/**
 * The current settings. Errors: an endpoint that is not an address; a token with characters that a header cannot
 * contain.
 */
export function hubSettings(): HubSettings {
  const env = process.env;
  const home = env.HF_HOME || path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "huggingface");
  const cache = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || path.join(home, "hub");
  const token = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || contentOf(env.HF_TOKEN_PATH || path.join(home, "token"));
  const endpoint = (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/\s]+/.test(endpoint))
    fail("HF_ENDPOINT", `"${endpoint}" is not the address of a server`, "Use one such as https://huggingface.co.");
  return {
    endpoint,
    cache: withHome(cache),
    token: token && checkToken(token.trim()),
    offline: isOn(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    timeoutMs: 1000 * (Number(env.HF_HUB_DOWNLOAD_TIMEOUT) || 10),
  };
}

const isOn = (value = "") => /^(1|on|yes|true)$/i.test(value);

const withHome = (file: string) => path.resolve(file.replace(/^~(?=$|[\\/])/, os.homedir()));

function contentOf(file: string): string {
  const whole = withHome(file);
  return fs.existsSync(whole) ? fs.readFileSync(whole, "utf8") : "";
}

function checkToken(token: string): string {
  if (!/^[\x21-\x7e]*$/.test(token))
    fail(
      "HF_TOKEN",
      "it contains characters that no token has",
      "Copy the token again, without quotes or line breaks.",
    );
  return token;
}
