import { mutation, put } from "./mutation";

/** Minutes of work or travel; the same id again replaces them. */
export const putTime = mutation<{ id: string; kind: "work" | "travel"; minutes: number }>("time.put", (visit, args, at) => ({
  ...visit,
  report: { ...visit.report, time: put(visit.report.time, { ...args, at }) },
}));

/** Minutes that were not spent after all. */
export const removeTime = mutation<{ id: string }>("time.remove", (visit, args) => ({
  ...visit,
  report: { ...visit.report, time: visit.report.time.filter((one) => one.id !== args.id) },
}));
