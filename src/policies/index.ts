// `tw.policies`: LMs as what training needs of them.

// Policies over responses
export { upperLayersPolicy, type UpperLayersOptions } from "./causal-upper-layers";
export { causalFullPolicy } from "./causal-full";
export { seq2seqFullPolicy } from "./seq2seq-full";
export type { FullPolicyOptions } from "./full-policy";
export { precomputePrompts, type PromptStore, type PrecomputeOptions } from "./context-store";
export type { ResponsePolicy, ResponseFeatures, Example, EncodedExamples, TeacherForced } from "./response-policy";

// Prompt policy and classifier
export { type PromptPolicy, promptFeatures, promptIds, promptStates, promptText } from "./prompt-policy";
export { type Classifier, classProbabilities, prepareTexts } from "./classifier";
