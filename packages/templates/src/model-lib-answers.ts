import { parsePackageName, type Result, succeed, UV_VERSION } from '@modelyard/core';
import type { View } from './render.ts';

/** What a user chose for a shared package. */
export interface ModelLibAnswers {
  readonly name: string;
}

/** Checks each answer; all problems together. */
export function parseModelLibAnswers(given: { readonly name?: unknown }, where: string): Result<ModelLibAnswers> {
  const names = parsePackageName(given.name, where);
  return names.ok ? succeed({ name: names.value.label }) : names;
}

/** Everything that the model-lib templates print. */
export function modelLibView(answers: ModelLibAnswers): View {
  const names = parsePackageName(answers.name);
  if (!names.ok) throw new Error(`answers with a bad name: ${answers.name}`);
  const [major, minor] = UV_VERSION.split('.').map(Number);
  return {
    ...answers,
    module: names.value.module,
    title: names.value.title,
    uvVersion: UV_VERSION,
    nextUvVersion: `${major}.${(minor ?? 0) + 1}`,
  };
}
