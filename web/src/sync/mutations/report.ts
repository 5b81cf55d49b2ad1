import { mutation } from "./mutation";

/** A field of the visit's report; the newest text wins. */
export const setReport = mutation<{ field: "summary" | "root_cause" | "recommendation"; text: string }>("report.set", (visit, args) => ({
  ...visit,
  report: { ...visit.report, [args.field]: args.text },
}), (args) => args.field);
