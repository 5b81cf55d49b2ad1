import { SimpleGrid, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMapPin } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Draft, Place } from "../draft";
import { aim } from "../flow";
import { Suggest } from "./Suggest";

interface Asked {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  fault: (field: string) => string | undefined;
  lack?: string;
}

/** Where it is: a postal code or a town, completed while it is typed, and the street. */
export function Where({ draft, change, fault, lack }: Asked) {
  const { t } = useTranslation("calls");
  const plain = draft.typed.trim();
  const [asked] = useDebouncedValue(plain, 120);
  const enabled = asked.length > 1 && plain !== draft.place?.label;
  const places = useQuery({
    queryKey: ["places", asked],
    queryFn: () => ok(api.GET("/api/tickets/places", { params: { query: { q: asked, limit: 8 } } })),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
  const settled = enabled && asked === plain && !places.isFetching;
  const found: Place[] = places.isError ? [] : (places.data ?? []).map((one) => ({ postal_code: one.postal_code, label: `${one.postal_code} ${one.place}, ${one.region}`, zone: one.zone }));
  const take = (place: Place) => change({ place, typed: place.label });
  const exact = settled ? found.find((one) => tight(one.postal_code) === tight(plain)) : undefined;
  useEffect(() => {
    if (exact && !draft.place) change({ place: exact }); // the whole code was typed: it need not be chosen
  }, [exact?.label]); // eslint-disable-line react-hooks/exhaustive-deps
  const options = [...new Map(found.map((one) => [one.label, { value: one.label, shown: one.label }])).values()];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
      <Suggest field="place" label={t("where.code")} description={draft.remembered && draft.place ? t("where.remembered") : t("where.code_hint")} required maxLength={80} leftSection={<IconMapPin size={18} aria-hidden />}
        error={fault("postal_code") ?? fault("location") ?? lack} value={draft.typed} type={(typed) => change({ typed, place: null })}
        settled={settled} busy={plain.length > 1 && plain !== draft.place?.label && !settled && !places.isError} options={options} list={t("where.found")}
        pick={(label) => { const place = found.find((one) => one.label === label); if (place) take(place); aim("address"); }} />
      <TextInput label={t("where.address")} description={t("where.address_hint")} data-field="address" autoComplete="off" maxLength={300}
        value={draft.address} error={fault("address")} onChange={(event) => change({ address: event.currentTarget.value })} />
    </SimpleGrid>
  );
}

const tight = (code: string) => code.toUpperCase().replace(/\s/g, "");
