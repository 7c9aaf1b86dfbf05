#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// The compiled code of an earlier run is used again; it must be asked for before the code is loaded.
enableCompileCache();
await import('./main.ts');
