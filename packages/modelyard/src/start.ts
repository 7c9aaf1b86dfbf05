#!/usr/bin/env node
import module from 'node:module';

// The compiled code of an earlier run is used again; it must be asked for before the code is loaded. Node 20 cannot.
module.enableCompileCache?.();
void import('./main.ts');
