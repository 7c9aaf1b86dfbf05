export { digestOf, type ImageReference, parseReference, pinnedRef } from './reference.ts';
export { imageResolver, type ResolvedImage, resolveImage } from './resolve.ts';
