import { mutation, put } from "./mutation";

/** A photo or another file. It goes by resumable upload, in its turn among the mutations. */
export const file = mutation<{ name: string; media: string; size: number; visibility?: "public" | "internal" }>("file", (visit, args, at, id) => ({
  ...visit,
  attachments: put(visit.attachments, {
    id, at, author: "", visibility: args.visibility ?? "public", name: args.name, media: args.media, size: args.size, sha256: "",
  }),
}));
