import { Autocomplete, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMapPin } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Draft, Place } from "./draft";

/** Where it is: a postal code or a town, completed while it is typed, and the street. */
export function Where({ draft, change, fault }: { draft: Draft; change: (part: Partial<Draft>) => void; fault: (field: string) => string | undefined }) {
  const { t } = useTranslation("tickets");
  const [typed] = useDebouncedValue(draft.typed.trim(), 150);
  const places = useQuery({
    queryKey: ["places", typed],
    queryFn: () => ok(api.GET("/api/tickets/places", { params: { query: { q: typed, limit: 8 } } })),
    enabled: typed.length > 1 && typed !== draft.place?.label,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const found: Place[] = (places.data ?? []).map((one) => ({ postal_code: one.postal_code, label: `${one.postal_code} ${one.place}, ${one.region}`, zone: one.zone }));
  const exact = found.find((one) => one.postal_code === draft.typed.trim()) ?? null;
  useEffect(() => {
    if (exact && !draft.place) change({ place: exact }); // typed faster than the list came, or brought by the address
  }, [exact?.postal_code, draft.place]); // eslint-disable-line react-hooks/exhaustive-deps
  const type = (text: string) => {
    const plain = text.trim().toUpperCase().replace(/\s+/g, " ");
    const place = found.find((one) => one.label === text) ?? found.find((one) => one.postal_code.toUpperCase() === plain) ?? null;
    change({ typed: text, place });
  };
  return (
    <>
      <Autocomplete required label={t("new.where")} description={t("new.where_hint")} leftSection={<IconMapPin size={18} aria-hidden />} autoComplete="off"
        value={draft.typed} onChange={type} data={[...new Set(found.map((one) => one.label))]} filter={({ options }) => options} error={fault("postal_code") ?? fault("location")} maxLength={60} />
      <TextInput label={t("new.address")} placeholder={t("new.address_hint")} autoComplete="street-address" maxLength={300}
        value={draft.address} onChange={(event) => change({ address: event.currentTarget.value })} error={fault("address")} />
    </>
  );
}
