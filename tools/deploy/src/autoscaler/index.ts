export { AUTOSCALER_STATUS, type Growth, NODE_POOL, READ_STATUS, readGrowth, type Wanted } from './growth.ts';
