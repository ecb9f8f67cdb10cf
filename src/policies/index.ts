// `tw.policies`: LMs as policies, the form that training takes them in.

// Policies over responses
export type {
  TrainablePolicy,
  TrainablePolicyOptions,
  TrainLowRank,
  TrainUpperLayers,
  TrainWhole,
} from "./trainable-policy";
export { upperLayersPolicy, type UpperLayersOptions } from "./causal-upper-layers";
export { causalFullPolicy } from "./causal-full";
export { seq2seqFullPolicy } from "./seq2seq-full";
export type { FullPolicyOptions } from "./full-policy";
export { precomputePrompts, type PromptStore, type PrecomputeOptions } from "./prompt-store";
export type { ResponsePolicy, ResponseFeatures, Example, EncodedExamples, TeacherForced } from "./response-policy";
export { encodeExamples, type EncodeOptions } from "./encode-examples";
export { responseFeatures, type ResponseFeatureOptions, type StoredFeatures } from "./response-features";

// Prompt policy and classifier
export {
  type PromptPolicy,
  type PromptPolicyOptions,
  promptFeatures,
  promptIds,
  promptStates,
  promptText,
} from "./prompt-policy";
export {
  type Classifier,
  type ClassifierOptions,
  classProbabilities,
  type PreparedTexts,
  prepareTexts,
} from "./classifier";
