import { Anchor, Group, Progress, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { skilled, useShelf } from "@/sync/catalog";
import { LANGUAGES, type Language } from "@/ui/language";
import { clock, useLanguage, useNow } from "@/ui/when";
import type { Person } from "./data";
import { bounded } from "./form";
import classes from "./people.module.css";

/** Who somebody is, and how to reach them. */
export function Facts({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const language = useLanguage();
  const now = useNow();
  const organisations = useShelf("organisations", !!person.organisation);
  const stores = useShelf("stores", !!person.store);
  const { contact, zone = "Etc/UTC" } = person;
  const facts: [string, ReactNode][] = [
    ["mail", contact?.mail && <Anchor href={`mailto:${contact.mail}`}>{contact.mail}</Anchor>],
    ["phone", contact?.phone && <Anchor href={`tel:${contact.phone.replaceAll(/[^+\d]/g, "")}`}>{contact.phone}</Anchor>],
    ["language", LANGUAGES[person.language as Language]],
    ["languages", person.languages?.map((one) => LANGUAGES[one as Language]).join(", ")],
    ["zone", t("zone_now", { zone, time: clock(now, language, zone) })],
    ["organisation", person.organisation && (organisations.data?.find(({ id }) => id === person.organisation)?.name ?? "…")],
    ["tier.label", person.roles.includes("customer") && t(`tier.${person.tier ?? "bronze"}`)],
    ["store", person.store && (stores.data?.find(({ id }) => id === person.store)?.name ?? "…")],
    ["territories", bounded(person.roles) && (person.territories?.length ? <Names ids={person.territories} /> : t("every"))],
  ];
  return <List facts={facts} />;
}

/** What a consultant can do, and from where. */
export function Ability({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const language = useLanguage();
  const skills = useShelf("skills");
  const names = new Map(skills.data?.map((skill) => [skill.id, skilled(skill, language)]));
  const { home } = person;
  const facts: [string, ReactNode][] = [
    ["certifications", person.certifications?.join(", ")],
    ["home", home && t("home_at", { latitude: home.latitude.toFixed(4), longitude: home.longitude.toFixed(4), where: [home.region, home.country].filter(Boolean).join(", ") })],
    ["capacity", t("capacity_of", { count: person.capacity ?? 5 })],
    ["max_travel", t("minutes", { count: person.max_travel ?? 120 })],
    ["rating", t("rating_of", { value: person.rating ?? 4 })],
  ];
  return (
    <Stack gap="md">
      <Stack component="ul" gap={4} p={0} m={0} style={{ listStyle: "none" }}>
        {Object.entries(person.skills ?? {}).sort(([, one], [, other]) => other - one).map(([id, level]) => (
          <Group component="li" key={id} gap="sm" wrap="nowrap">
            <Text size="sm" w={130}>{names.get(id) ?? id}</Text>
            <Progress flex={1} value={level * 20} aria-hidden />
            <Text size="sm" miw={76} ta="end">{t("level", { level })}</Text>
          </Group>
        ))}
      </Stack>
      <List facts={facts} />
    </Stack>
  );
}

function Names({ ids }: { ids: readonly string[] }) {
  const territories = useShelf("territories");
  return ids.map((id) => territories.data?.find((one) => one.id === id)?.name ?? id).join(", ");
}

function List({ facts }: { facts: [string, ReactNode][] }) {
  const { t } = useTranslation("people");
  return (
    <dl className={classes["facts"]}>
      {facts.filter(([, value]) => value).map(([name, value]) => (
        <Fact key={name} name={t(name)}>{value}</Fact>
      ))}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <><dt>{name}</dt><dd>{children}</dd></>;
}
