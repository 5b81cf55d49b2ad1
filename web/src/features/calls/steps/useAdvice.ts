import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, ok } from "@/sync/api/client";
import type { Draft } from "../draft";

const LEAST = 6; // letters before a guess is worth it

/** What the words seem to be about, asked while they are typed. */
export function useAdvice(draft: Draft) {
  const [title] = useDebouncedValue(draft.title.trim(), 300);
  const [description] = useDebouncedValue(draft.description.trim(), 600);
  const requester = draft.caller && !draft.caller.fresh ? draft.caller.id : null;
  const enabled = title.length + description.length >= LEAST;
  const advice = useQuery({
    queryKey: ["proposal", title, description, requester],
    queryFn: () => ok(api.POST("/api/tickets/proposal", { body: { title, description, requester } as never })),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
  return enabled ? advice.data : undefined;
}
