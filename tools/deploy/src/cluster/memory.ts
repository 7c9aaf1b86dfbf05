/** Answers that are asked for once for each key, whoever asks. What failed is asked again the next time. */
export function memory<K, T>(): (key: K, ask: () => Promise<T>) => Promise<T> {
  const answers = new Map<K, Promise<T>>();
  return (key, ask) => {
    const known = answers.get(key);
    if (known) return known;
    const answer = ask();
    answers.set(key, answer);
    answer.catch(() => answers.delete(key));
    return answer;
  };
}
