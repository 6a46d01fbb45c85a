export { boundKernelBuffers, type KernelBuffers } from './bound-kernel-buffers.ts';
export type { KernelBufferOptions } from './options.ts';
export { kernelView } from './view.ts';
