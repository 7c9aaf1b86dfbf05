export { type PreparedMachine, prepareMachine } from './prepare-machine.ts';
