/** Opens the sync panel from anywhere; the badge in the header listens. */
const OPEN = "squad:sync";

export const showSync = (): void => void dispatchEvent(new Event(OPEN));

export function onShowSync(told: () => void): () => void {
  addEventListener(OPEN, told);
  return () => removeEventListener(OPEN, told);
}
