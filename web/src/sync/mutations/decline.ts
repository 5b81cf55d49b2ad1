import { mutation } from "./mutation";

/** The assignee will not do it; somebody else is looked for. It leaves the list when the server says so. */
export const decline = mutation<{ reason: string }>("decline", (visit, _args, at) => ({
  ...visit,
  ticket: { ...visit.ticket, status: "new", assignee: null, updated_at: at },
}));
