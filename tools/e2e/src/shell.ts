import { spawn } from 'node:child_process';

/** What one command of a journey printed, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs commands one after another as a person would type them: each is printed first, its output is shown and kept. */
export class Shell {
  readonly env: Environment;
  readonly #print: (text: string) => void;

  constructor(env: Environment, print: (text: string) => void) {
    this.env = env;
    this.#print = print;
  }

  /** Prints a line that is no command. */
  say(line: string): void {
    this.#print(`${line}\n`);
  }

  /** Runs a command and gives its outcome, whatever it is. */
  attempt(directory: string, command: string, ...args: string[]): Promise<Outcome> {
    this.say(`\n$ ${[command, ...args].map(quoted).join(' ')}`);
    const started = performance.now();
    return new Promise((resolve) => {
      const child = spawn(command, args, { cwd: directory, env: this.env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      const show = (chunk: Buffer) => {
        output += chunk.toString();
        this.#print(chunk.toString());
      };
      child.stdout.on('data', show);
      child.stderr.on('data', show);
      const end = (code: number) => resolve({ code, output, seconds: (performance.now() - started) / 1000 });
      child.on('error', (error) => {
        output += error.message;
        end(127);
      });
      child.on('close', (code) => end(code ?? 1));
    });
  }

  /** Runs a command that must succeed; throws with the end of its output when it does not. */
  async run(directory: string, command: string, ...args: string[]): Promise<Outcome> {
    const outcome = await this.attempt(directory, command, ...args);
    if (outcome.code !== 0) throw new StepFailed([command, ...args].map(quoted).join(' '), outcome);
    return outcome;
  }
}

/** A command of the journey that ended with another code than 0. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly outcome: Outcome;

  constructor(command: string, outcome: Outcome) {
    super(`"${command}" ended with code ${outcome.code}\n${outcome.output.trimEnd().split('\n').slice(-25).join('\n')}`);
    this.outcome = outcome;
  }
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
