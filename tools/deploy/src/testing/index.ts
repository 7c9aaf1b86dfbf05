export { findHelm, findKubectl } from './helm.ts';
