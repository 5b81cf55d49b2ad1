import { Autocomplete, SimpleGrid, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMapPin } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Draft, Place } from "../draft";

interface Asked {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  fault: (field: string) => string | undefined;
  lack?: string;
}

/** Where it is: a postal code or a town, completed while it is typed, and the street. */
export function Where({ draft, change, fault, lack }: Asked) {
  const { t } = useTranslation("calls");
  const [typed] = useDebouncedValue(draft.typed.trim(), 120);
  const places = useQuery({
    queryKey: ["places", typed],
    queryFn: () => ok(api.GET("/api/tickets/places", { params: { query: { q: typed, limit: 8 } } })),
    enabled: typed.length > 1 && typed !== draft.place?.label,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
  const found: Place[] = (places.data ?? []).map((one) => ({ postal_code: one.postal_code, label: `${one.postal_code} ${one.place}, ${one.region}`, zone: one.zone }));
  const type = (text: string) => {
    const plain = text.trim().toUpperCase().replace(/\s+/g, " ");
    const place = found.find((one) => one.label === text) ?? found.find((one) => one.postal_code.toUpperCase() === plain) ?? null;
    change({ typed: text, place });
  };
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
      <Autocomplete label={t("where.code")} description={draft.remembered ? t("where.remembered") : t("where.code_hint")} required data-field="place" autoComplete="off" maxLength={80} selectFirstOptionOnChange
        leftSection={<IconMapPin size={18} aria-hidden />} value={draft.typed} onChange={type} data={[...new Set(found.map((one) => one.label))]}
        filter={({ options }) => options} error={fault("postal_code") ?? fault("location") ?? lack} />
      <TextInput label={t("where.address")} description={t("where.address_hint")} data-field="address" autoComplete="off" maxLength={300}
        value={draft.address} error={fault("address")} onChange={(event) => change({ address: event.currentTarget.value })} />
    </SimpleGrid>
  );
}
