import { ActionIcon, Autocomplete, Group, NumberInput, Rating, SegmentedControl, Select, Stack, TagsInput, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { skilled, useShelf } from "@/sync/catalog";
import { useLanguage } from "@/ui/when";
import { usePlaces } from "./data";
import { BELOW, type Values } from "./form";
import classes from "./people.module.css";

interface Props {
  values: Values;
  change: (more: Partial<Values>) => void;
  fault: (field: string, lacking?: boolean) => string | undefined;
  lacksHome: boolean;
}

/** What a consultant can do, and from where. */
export function Work({ values, change, fault, lacksHome }: Props) {
  const { t } = useTranslation("people");
  return (
    <fieldset className={classes["fieldset"]}>
      <legend>{t("part.work")}</legend>
      <Stack gap="md">
        <Skills values={values} change={change} error={fault("skills")} />
        <div className={classes["two"]}>
          <TagsInput label={t("certifications")} description={t("certifications_text")} inputWrapperOrder={BELOW} value={values.certifications} maxTags={50} error={fault("certifications")} clearable clearButtonProps={{ "aria-label": t("clear") }}
            onChange={(certifications) => change({ certifications: certifications.map((one) => one.trim().replaceAll(/\s+/g, "-")) })} />
          <Home values={values} change={change} error={fault("home", lacksHome) ?? fault("latitude")} />
          <NumberInput label={t("capacity")} description={t("capacity_text")} inputWrapperOrder={BELOW} min={0} max={100} allowDecimal={false} value={values.capacity} error={fault("capacity")} onChange={(value) => change({ capacity: Number(value) })} />
          <NumberInput label={t("max_travel")} description={t("max_travel_text")} inputWrapperOrder={BELOW} min={1} max={1440} allowDecimal={false} value={values.max_travel} error={fault("max_travel")} onChange={(value) => change({ max_travel: Number(value) })} />
          <div>
            <Text size="sm" fw={500} id="rating">{t("rating")}</Text>
            <Rating aria-labelledby="rating" size="lg" fractions={2} value={values.rating} getSymbolLabel={(value) => t("rating_of", { value })} onChange={(rating) => change({ rating: Math.max(1, rating) })} />
          </div>
        </div>
      </Stack>
    </fieldset>
  );
}

function Skills({ values, change, error }: { values: Values; change: Props["change"]; error?: string }) {
  const { t } = useTranslation("people");
  const language = useLanguage();
  const skills = useShelf("skills");
  const names = new Map(skills.data?.map((skill) => [skill.id, skilled(skill, language)]));
  const set = (id: string, level: number) => change({ skills: { ...values.skills, [id]: level } });
  const drop = (id: string) => change({ skills: Object.fromEntries(Object.entries(values.skills).filter(([own]) => own !== id)) });
  const rest = (skills.data ?? []).filter(({ id, active }) => active !== false && !(id in values.skills));
  return (
    <Stack gap={6}>
      <Select label={t("skill_add")} description={t("skill_text")} searchable value={null} placeholder={t("skill_choose")} error={error} maw={360}
        data={rest.map((skill) => ({ value: skill.id, label: skilled(skill, language) }))} onChange={(id) => { if (id) set(id, 3); }} />
      <Stack component="ul" gap={6} p={0} m={0} style={{ listStyle: "none" }}>
        {Object.entries(values.skills).map(([id, level]) => (
          <Group component="li" key={id} gap="sm" wrap="wrap">
            <Text size="sm" w={130}>{names.get(id) ?? id}</Text>
            <SegmentedControl size="xs" aria-label={t("level_of", { skill: names.get(id) ?? id })} data={["1", "2", "3", "4", "5"]} value={String(level)} onChange={(value) => set(id, Number(value))} />
            <ActionIcon variant="subtle" color="gray" aria-label={t("skill_drop", { skill: names.get(id) ?? id })} onClick={() => drop(id)}><IconX size={16} /></ActionIcon>
          </Group>
        ))}
      </Stack>
    </Stack>
  );
}

/** The home base by its postal code or place: nobody types degrees. */
function Home({ values, change, error }: { values: Values; change: Props["change"]; error?: string }) {
  const { t } = useTranslation("people");
  const [text, write] = useState("");
  const [asked] = useDebouncedValue(text, 200);
  const places = usePlaces(asked);
  const named = (places.data ?? []).map((place) => ({ label: `${place.postal_code} · ${place.place}, ${place.region}`, place }));
  const { home } = values;
  const take = (chosen: string) => {
    const place = named.find(({ label }) => label === chosen)?.place;
    write(chosen);
    if (place) change({ home: { latitude: place.latitude, longitude: place.longitude, country: place.country as "CA" | "US", region: place.region }, zone: place.zone || values.zone });
  };
  return (
    <div>
      <Autocomplete label={t("home")} required placeholder={t("home_placeholder")} value={text} error={error} data={[...new Set(named.map(({ label }) => label))]} filter={({ options }) => options}
        onChange={(next) => { if (named.some(({ label }) => label === next)) take(next); else write(next); }} onOptionSubmit={take} />
      {home && <Text size="sm" mt={4} role="status">{t("home_at", { latitude: home.latitude.toFixed(4), longitude: home.longitude.toFixed(4), where: [home.region, home.country].filter(Boolean).join(", ") })}</Text>}
    </div>
  );
}
