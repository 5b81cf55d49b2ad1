import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, ok, raw } from "@/sync/api/client";
import { useLanguage } from "@/ui/when";
import { type Document, weights } from "./weights";

export type Language = "en" | "fr" | "es";

export interface Edit {
  field: string;
  old: string;
  new: string;
}

/** A version as far as the editor needs it. */
export interface Told {
  version: number;
  document: unknown;
  fields: readonly { field: string; text: string }[];
}

export interface Sketched {
  fields: { field: string; text: string }[];
  against: number;
  changes: Edit[];
  next: number;
}

/** The policy in force, in the reader's words. */
export function usePolicy() {
  const language = useLanguage() as Language;
  return useQuery({ queryKey: ["policy", language], queryFn: () => ok(api.GET("/api/routing/policy", { params: { query: { language } } })) });
}

export function useSchema() {
  return useQuery({
    queryKey: ["policy", "schema"],
    staleTime: Infinity,
    queryFn: async () => weights((await ok(api.GET("/api/routing/policy/schema"))) as never),
  });
}

export function useVersions() {
  return useQuery({
    queryKey: ["policies"],
    queryFn: () => ok(api.GET("/api/routing/policies", { params: { query: { limit: 100 } } })),
  });
}

/** A version beside another one, in words. */
export function useVersion(version: number, against: number | undefined, wanted: boolean) {
  const language = useLanguage() as Language;
  return useQuery({
    queryKey: ["policy", "version", version, against, language],
    enabled: wanted,
    queryFn: () => ok(api.GET("/api/routing/policies/{version}", { params: { path: { version: String(version) }, query: { language, ...(against && { against }) } } })),
  });
}

/** What is being written, in words; raises the problem that names every weight that is wrong. */
export function usePreview(document: Document | null) {
  const language = useLanguage() as Language;
  return useQuery({
    queryKey: ["policy", "preview", document, language],
    enabled: !!document,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const response = await raw("/api/routing/policy/preview", {
        method: "POST", signal, headers: { "content-type": "application/json" }, body: JSON.stringify({ document, language }),
      });
      return (await response.json()) as Sketched;
    },
  });
}
