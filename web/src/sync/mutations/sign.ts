import { mutation } from "./mutation";

/** The customer signed; attachment: the picture of the signature, a file that was added before. */
export const sign = mutation<{ name: string; attachment: string | null }>("sign", (visit, args, at) => ({
  ...visit,
  report: { ...visit.report, signature: { ...args, at } },
}));
