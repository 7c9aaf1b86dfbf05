export { AUTOSCALER_STATUS, NODE_POOL, readGrowth, type Wanted } from './growth.ts';
