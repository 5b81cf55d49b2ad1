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

/** The visit as its owner sees it: what the server knows, and on top what is not sent yet. Refused work is left out. */
export function shown(visit: Visit, pending: Pending[]): Visit {
  return pending
    .filter((one) => one.ticket === visit.id && one.state === "waiting")
    .reduce((now, one) => BY_NAME.get(one.name)?.apply(now, one.args as never, one.at, one.id) ?? now, visit);
}
