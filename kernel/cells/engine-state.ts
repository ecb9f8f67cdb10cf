/**
 * TensorFlow.js after a hard stop. Its open tapes and scopes must be closed: otherwise every later gradient fails and
 * no tensor is freed.
 */

interface Tracked {
  kept: boolean;
  isDisposedInternal: boolean;
  dispose(): void;
}

interface Engine {
  state: {
    activeTape: unknown;
    gradientDepth: number;
    kernelDepth: number;
    scopeStack: unknown[];
    activeScope: { track: Tracked[] };
  };
  endScope(): void;
}

/** The engine that all copies of TensorFlow.js in this process share, once it is loaded. */
const engine = (): Engine | undefined => (globalThis as { _tfengine?: Engine })._tfengine;

/** Call before code that may be stopped. The function that it returns restores the engine to the state at the call. */
export function engineState(): () => void {
  const scopes = engine()?.state.scopeStack.length ?? 0;
  return () => {
    const stopped = engine();
    if (!stopped) return;
    const { state } = stopped;
    Object.assign(state, { activeTape: null, gradientDepth: 0, kernelDepth: 0 });
    while (state.scopeStack.length > scopes) {
      for (const tensor of state.activeScope.track) if (!tensor.kept) discard(tensor);
      stopped.endScope();
    }
  };
}

function discard(tensor: Tracked): void {
  try {
    tensor.dispose();
  } catch {
    tensor.isDisposedInternal = true; // it was stopped inside dispose(), after the engine had freed it
  }
}
