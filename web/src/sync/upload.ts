/** Resumable upload: asks where the server is, and goes on from there. */
import { raw } from "./api/client";
import { Problem } from "./api/problem";
import type { Blobbed } from "./model";

interface UploadState {
  offset: number;
  complete: boolean;
  chunk: number;
}

/** Sends a file piece by piece. Raises Problem: no network (goes on later from the same byte), or refused. */
export async function upload(file: Blobbed, visibility: string, told?: (share: number) => void): Promise<void> {
  const path = `/api/tickets/${file.ticket}/uploads`;
  const begin = { id: file.id, name: file.name, size: file.bytes.size, visibility };
  let state = await read(
    raw(path, { method: "POST", headers: { "content-type": "application/json", "idempotency-key": file.id }, body: JSON.stringify(begin) }),
  );
  // What the server has by now: an upload that was begun before stands further on than at its first answer.
  if (!state.complete) state = await read(raw(`${path}/${file.id}`));
  while (!state.complete) {
    const piece = file.bytes.slice(state.offset, state.offset + state.chunk);
    try {
      state = await read(
        raw(`${path}/${file.id}?offset=${state.offset}`, {
          method: "PUT",
          headers: { "content-type": "application/octet-stream" },
          body: await piece.arrayBuffer(),
        }),
      );
    } catch (error) {
      const right = error instanceof Problem && error.kind === "conflict" ? error.body["offset"] : undefined;
      if (typeof right !== "number" || right === state.offset) throw error;
      state = { ...state, offset: right };
    }
    told?.(state.offset / file.bytes.size);
  }
}

const read = async (asked: Promise<Response>) => (await (await asked).json()) as UploadState;
