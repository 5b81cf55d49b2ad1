import type { Pending, Visit } from "../model";
import { accept } from "./accept";
import { arrive } from "./arrive";
import { decline } from "./decline";
import { file } from "./file";
import type { Mutation } from "./mutation";
import { note } from "./note";
import { putPart, removePart } from "./part";
import { setReport } from "./report";
import { resolve } from "./resolve";
import { sign } from "./sign";
import { putTime, removeTime } from "./time";
import { travel } from "./travel";
import { wait } from "./wait";

export { accept, arrive, decline, file, note, putPart, putTime, removePart, removeTime, resolve, setReport, sign, travel, wait };
export type { Mutation };

const ALL = [accept, arrive, decline, file, note, putPart, putTime, removePart, removeTime, resolve, setReport, sign, travel, wait];
const BY_NAME = new Map<string, Mutation<never>>(ALL.map((one) => [one.name, one as Mutation<never>]));

/** Whether `one` waits to say what a newer mutation says anew. */
export function replaced<Args extends object>(kind: Mutation<Args>, args: Args): ((one: Pending) => boolean) | undefined {
  const key = kind.key?.(args);
  if (key === undefined) return undefined;
  return (one) => one.state === "waiting" && one.name === kind.name && kind.key?.(one.args as Args) === key;
}

/** The visit as its owner sees it: what the server knows, and on top what is not sent yet. Refused work is left out. */
export function shown(visit: Visit, pending: Pending[]): Visit {
  return pending
    .filter((one) => one.ticket === visit.id && one.state === "waiting")
    .reduce((now, one) => BY_NAME.get(one.name)?.apply(now, one.args as never, one.at, one.id) ?? now, visit);
}
