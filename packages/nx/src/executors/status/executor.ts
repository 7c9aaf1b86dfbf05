/** Replaced when the deploy library lands. */
export default async function notYet(): Promise<{ success: boolean }> {
  return { success: false };
}
