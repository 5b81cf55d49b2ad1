import { api, ok, type Schemas } from "@/sync/api/client";
import { type Kept, kept } from "@/sync/copies";

export type Load = Schemas["routing_load_Load"];

/** Own open work in its planned order, and the team's mean; the last copy without a network. */
export const load = (): Promise<Kept<Load>> => kept("load", () => ok(api.GET("/api/routing/load")));
