/** An option as most type it: `frameworkVersion` is `framework-version`. */
export const optionWords = (option: string): string => option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
