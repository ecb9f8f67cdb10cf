// `tw.generation`: generation beyond `generate` and `generateStream`.

export { candidateTokens } from "./candidates";
export { samplePrompts, sampleFreshPrompts } from "./sample-prompts";
export type { GenerateOptions, Sampling, BeamSearch } from "./options";
export type { Generated, GeneratedToken } from "./generated";
export type { Input } from "./job";
