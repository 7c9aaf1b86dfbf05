export { exampleFiles } from './example.ts';
export { generatorSchema } from './generator-schema.ts';
export { referencePages } from './reference.ts';
