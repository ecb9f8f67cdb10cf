// `tw.hub`: models from the Hugging Face hub, from the set-up, from a path.

export { fetchFromHub, type HubOptions } from "./hub";
export { resolveModel, type ResolvedModel } from "./resolve-model";
