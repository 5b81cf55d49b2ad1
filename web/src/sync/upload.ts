/** Resumable upload: asks where the server is, and goes on from there. */
import { v7 as uuid7 } from "uuid";

import { Problem } from "./api/problem";
import type { Blobbed } from "./model";
import { ask, type Line } from "./wire";

interface UploadState {
  offset: number;
  complete: boolean;
  chunk: number;
}

/** Sends a file piece by piece. Raises Problem: no network (goes on later from the same byte), or refused. */
export async function upload(line: Line, file: Blobbed, visibility: string, told: (share: number) => void): Promise<void> {
  const path = `/api/tickets/${file.ticket}/uploads`;
  const begin = { id: file.id, name: file.name, size: file.bytes.size, visibility };
  // The id makes it count once; a key that stays the same would be answered from memory, not with where it stands.
  const headers = { "content-type": "application/json", "idempotency-key": uuid7() };
  let state = await ask<UploadState>(line, path, { method: "POST", headers, body: JSON.stringify(begin) });
  while (!state.complete) {
    told(state.offset / file.bytes.size);
    const before = state.offset;
    state = await piece(line, `${path}/${file.id}`, file, state);
    if (!state.complete && state.offset === before) throw new Problem(502, { title: "Stuck", detail: "The server does not take the next piece." });
  }
  told(1);
}

async function piece(line: Line, path: string, file: Blobbed, state: UploadState): Promise<UploadState> {
  const body = await file.bytes.slice(state.offset, state.offset + state.chunk).arrayBuffer();
  try {
    const headers = { "content-type": "application/octet-stream" };
    return await ask<UploadState>(line, `${path}?offset=${state.offset}`, { method: "PUT", headers, body });
  } catch (error) {
    const right = error instanceof Problem && error.kind === "conflict" ? error.body["offset"] : undefined;
    if (typeof right !== "number" || right === state.offset) throw error;
    return { ...state, offset: right };
  }
}
