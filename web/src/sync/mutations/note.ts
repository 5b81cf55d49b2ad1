import { mutation, put } from "./mutation";

/** Written on the ticket; internal unless said otherwise. id: the message's. */
export const note = mutation<{ id: string; text: string; visibility?: "public" | "internal" }>("note", (visit, args, at) => ({
  ...visit,
  messages: put(visit.messages, { id: args.id, at, author: "", visibility: args.visibility ?? "internal", text: args.text }),
}));
