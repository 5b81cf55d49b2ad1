import { step } from "./mutation";

/** Work stands still: for the customer, or for parts. */
export const wait = step<{ reason: string; waiting_for?: "customer" | "parts" }>("wait", "waiting", (args) => ({
  waiting_for: args.waiting_for ?? "customer",
}));
