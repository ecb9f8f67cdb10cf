// `tw.weights`: checkpoint files, safetensors and GGUF.

export { openCheckpoint } from "./open-checkpoint";
export type { Checkpoint, StoredTensor } from "./checkpoint";
export { openSafetensors } from "./safetensors";
export { writeSafetensors } from "./write-safetensors";
export { saveCheckpoint } from "./save-checkpoint";
export { loadParameters, type Weights } from "./parameters";
