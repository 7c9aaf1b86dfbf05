export { digestOf, type ImageReference, parseReference, pinnedRef } from './reference.ts';
export { type ResolvedImage, resolveImage } from './resolve.ts';
