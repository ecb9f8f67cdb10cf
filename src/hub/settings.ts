// The environment variables of Hugging Face, with the meaning that its Python client gives them.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fail } from "../core/errors";

export interface HubSettings {
  /** HF_ENDPOINT, without a slash at its end. Default https://huggingface.co. */
  endpoint: string;
  /** HF_HUB_CACHE, else the folder "hub" in HF_HOME, by default ~/.cache/huggingface. */
  cache: string;
  /** HF_TOKEN, else the content of HF_TOKEN_PATH, by default the file "token" in HF_HOME, where `hf auth login` puts it. */
  token?: string;
  /** HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is 1, on, yes or true. */
  offline: boolean;
  /** HF_HUB_DOWNLOAD_TIMEOUT, which is in seconds: how long no byte may come. Default 10 s. */
  patienceMs: number;
}

/** The settings as they are at this moment. Errors: an endpoint that is no address, a token that no header can hold. */
export function hubSettings(): HubSettings {
  const env = process.env;
  const home = env.HF_HOME || path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "huggingface");
  const cache = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || path.join(home, "hub");
  const token = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || contentOf(env.HF_TOKEN_PATH || path.join(home, "token"));
  const endpoint = (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/\s]+/.test(endpoint))
    fail("HF_ENDPOINT", `"${endpoint}" is no address of a server`, "Use one such as https://huggingface.co.");
  return {
    endpoint,
    cache: withHome(cache),
    token: token && checkToken(token.trim()),
    offline: isOn(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    patienceMs: 1000 * (Number(env.HF_HUB_DOWNLOAD_TIMEOUT) || 10),
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
    fail("HF_TOKEN", "it holds characters that no token has", "Copy the token again, without quotes or line breaks.");
  return token;
}
