import { step } from "./mutation";

/** Done, and what solved it. */
export const resolve = step<{ resolution: string }>("resolve", "resolved", (args) => ({ resolution: args.resolution }));
