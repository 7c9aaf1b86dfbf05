import type { Bench } from './bench.ts';
import { deployBench } from './deploy/index.ts';
import { imageBench } from './image/index.ts';
import { serveBench } from './serve/index.ts';

/** All benches; a new one is a line here. */
export const BENCHES: readonly Bench[] = [imageBench, serveBench, deployBench];
