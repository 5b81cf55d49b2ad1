import { QueryClient } from "@tanstack/react-query";

import { Problem } from "@/sync/api/problem";

/** Reads: kept for a minute, tried again where that helps, fetched anew when the live stream says so. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 600_000,
      retry: (failures, error) => failures < 3 && (!(error instanceof Problem) || (error.transient && error.kind !== "expired")),
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});
