import { mutation, put } from "./mutation";

/** A part that was used; the same id again replaces it. cents: the price of one. */
export const putPart = mutation<{ id: string; name: string; quantity: number; cents: number }>("part.put", (visit, args, at) => ({
  ...visit,
  report: { ...visit.report, parts: put(visit.report.parts, { ...args, at }) },
}));

/** A part that was not used after all. */
export const removePart = mutation<{ id: string }>("part.remove", (visit, args) => ({
  ...visit,
  report: { ...visit.report, parts: visit.report.parts.filter((one) => one.id !== args.id) },
}));
