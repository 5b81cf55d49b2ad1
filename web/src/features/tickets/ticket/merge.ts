/** One line of time out of steps, messages and files; the newest first. */
import type { Attachment, Entry, Message } from "./useTicket";

export type Moment = { key: string; at: string } & (
  | { kind: "step"; entry: Entry }
  | { kind: "message"; message: Message }
  | { kind: "files"; files: Attachment[] }
);

const TOGETHER = 120_000; // ms in which one person's files count as one moment
const INNER = ["unassign", "stall", "interrupt", "decline"]; // steps that only staff need to read about

export function merge(history: Entry[], messages: Message[], files: Attachment[], staff: boolean): Moment[] {
  const steps = history.filter(({ step }) => staff || !INNER.includes(step));
  const moments: Moment[] = [
    ...steps.map((entry): Moment => ({ kind: "step", key: `s${entry.version}`, at: entry.at, entry })),
    ...messages.map((message): Moment => ({ kind: "message", key: message.id, at: message.at, message })),
    ...bundles(files).map((bundle): Moment => ({ kind: "files", key: bundle[0]?.id ?? "", at: bundle.at(-1)?.at ?? "", files: bundle })),
  ];
  const version = (moment: Moment) => (moment.kind === "step" ? moment.entry.version : 0);
  return moments.sort((one, other) => Date.parse(other.at) - Date.parse(one.at) || version(other) - version(one));
}

function bundles(files: Attachment[]): Attachment[][] {
  const found: Attachment[][] = [];
  for (const file of [...files].sort((one, other) => Date.parse(one.at) - Date.parse(other.at))) {
    const last = found.at(-1);
    const before = last?.at(-1);
    if (last && before && before.author === file.author && before.visibility === file.visibility && Date.parse(file.at) - Date.parse(before.at) < TOGETHER) last.push(file);
    else found.push([file]);
  }
  return found;
}
