export { chartSchema } from './chart-schema.ts';
export { exampleFiles } from './example.ts';
export { frameworkList } from './frameworks.ts';
export { generatorSchema } from './generator-schema.ts';
export { referencePages } from './reference.ts';
