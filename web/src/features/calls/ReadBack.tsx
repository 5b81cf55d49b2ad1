import { Alert, Button, Card, Group, Kbd, Stack, Text, Title } from "@mantine/core";
import { IconPhoneOff, IconUserCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import classes from "./calls.module.css";
import { Clock } from "./Clock";
import type { Draft } from "./draft";
import { spell } from "./spell";
import { useTold } from "./useTold";

interface Asked {
  draft: Draft;
  sent: NonNullable<Draft["sent"]>;
  next: (from?: { same?: boolean }) => void;
}

/** What to say before hanging up, in the caller's language; who comes appears as soon as it is decided. */
export function ReadBack({ draft, sent, next }: Asked) {
  const { t } = useTranslation("calls");
  const language = draft.caller?.language ?? "en";
  const told = useTold(draft, sent, language);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Stack>
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h4" tabIndex={-1} ref={heading}>{t(draft.joins ? "back.joined" : "back.logged")}</Title>
        <Clock began={draft.began} took={sent.took} />
      </Group>
      <Card withBorder padding="lg" lang={language === "fr" ? "fr-CA" : language} component="section" aria-label={t("back.say")}>
        <Stack gap="md">
          <p className={classes["say"]}>{told.number}</p>
          <ul className={classes["signs"]} aria-label={sent.reference}>
            {spell(sent.reference).map(({ sign, word }, at) => (
              <li key={at} className={classes["sign"]} data-bare={sign === "-" || undefined}><strong>{sign}</strong><Text span size="xs">{word}</Text></li>
            ))}
          </ul>
          {told.facts.map((sentence) => <p key={sentence} className={classes["say"]}>{sentence}</p>)}
          <Alert color={told.decided ? "green" : "blue"} icon={<IconUserCheck />} role="status" variant="light">
            {told.who.map((sentence) => <p key={sentence} className={classes["say"]}>{sentence}</p>)}
          </Alert>
          <p className={classes["say"]}>{told.bye}</p>
        </Stack>
      </Card>
      <Group>
        <Button size="lg" leftSection={<IconPhoneOff size={20} />} rightSection={<Kbd aria-hidden>N</Kbd>} onClick={() => next()}>{t("back.next")}</Button>
        {draft.caller && <Button size="lg" variant="default" onClick={() => next({ same: true })}>{t("back.same")}</Button>}
        <Button size="lg" variant="subtle" component={Link} to={`/tickets/${sent.id}`}>{t("back.open")}</Button>
      </Group>
    </Stack>
  );
}
