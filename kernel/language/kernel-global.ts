/** The global through which generated code reaches the kernel. */
export const kernelGlobal = "__tokenwise";
