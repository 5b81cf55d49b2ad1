import { Alert, Button, Card, Group, Progress, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck, IconPhoto } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/sync/useSession";
import { useReason } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { type Draft, forget, type Photo } from "./draft";
import { sendPhoto } from "./send";

const AGAIN = 8_000; // ms before a photo is tried again by itself

/** The report has arrived; its photos follow. */
export function Sent({ draft, change, again }: { draft: Draft; change: (part: Partial<Draft>) => void; again: () => Promise<void> }) {
  const { t } = useTranslation("tickets");
  const me = useMe();
  const reason = useReason();
  const { share, error, retry } = usePhotos(draft, change);
  const left = draft.photos.filter((photo) => !photo.sent);
  const over = useRef(false);
  useEffect(() => {
    over.current = left.length === 0;
  });
  useEffect(() => () => {
    if (over.current) void forget(me.id); // nothing is left to send: the next report begins empty
  }, [me.id]);
  return (
    <Page title={t("sent.title")}>
      <Card withBorder padding="xl" maw={640}>
        <Stack align="center" ta="center" gap="sm">
          <ThemeIcon size={64} radius="xl" color="green" variant="light"><IconCheck size={36} /></ThemeIcon>
          <Text size="lg">{t("sent.reference")}</Text>
          <Title order={2} data-reference>{draft.reference}</Title>
          <Text c="dimmed" maw={440}>{t("sent.next")}</Text>
          {left.length > 0 && (
            <Stack w="100%" gap={6} role="status">
              <Group gap={6} justify="center"><IconPhoto size={18} aria-hidden /><Text size="sm">{t("sent.photos", { count: left.length })}</Text></Group>
              <Progress value={share * 100} aria-label={t("sent.photos", { count: left.length })} />
            </Stack>
          )}
          {left.length > 0 && error !== null && (
            <Alert color="orange" w="100%" ta="left" title={t("sent.stuck")}>
              <Text size="sm">{reason(error)} {t("sent.stuck_text")}</Text>
              <Button size="xs" mt="xs" variant="default" onClick={retry}>{t("sent.retry")}</Button>
            </Alert>
          )}
          {left.length === 0 && draft.photos.length > 0 && <Text size="sm" role="status">{t("sent.photos_done", { count: draft.photos.length })}</Text>}
          <Group justify="center" mt="md">
            <Button component={Link} to={`/tickets/${draft.id}`} size="md">{t("sent.follow")}</Button>
            <Button variant="default" size="md" onClick={() => void again()} disabled={left.length > 0}>{t("sent.another")}</Button>
          </Group>
        </Stack>
      </Card>
    </Page>
  );
}

/** Sends one photo after the other; what fails is tried again by itself. share: of all that is left, 0 to 1. */
export function usePhotos(draft: Draft, change: (part: Partial<Draft>) => void): { share: number; error: unknown; retry: () => void } {
  const me = useMe();
  const queries = useQueryClient();
  const [share, tell] = useState(0);
  const [error, fail] = useState<unknown>(null);
  const [round, next] = useState(0);
  const running = useRef(false);
  const left = draft.photos.filter((photo) => !photo.sent);
  const first = left[0];
  useEffect(() => {
    if (!first || running.current) return;
    running.current = true;
    const done = draft.photos.length - left.length;
    sendPhoto(me.id, draft.id, first, (part) => tell((done + part) / draft.photos.length))
      .then(
        () => {
          running.current = false;
          fail(null);
          change({ photos: draft.photos.map((photo): Photo => (photo.id === first.id ? { ...photo, sent: true } : photo)) });
          void queries.invalidateQueries({ queryKey: ["ticket", draft.id] });
        },
        (problem: unknown) => {
          running.current = false;
          fail(problem);
          setTimeout(() => next((count) => count + 1), AGAIN);
        },
      );
  }, [first?.id, round]); // eslint-disable-line react-hooks/exhaustive-deps
  return { share, error, retry: () => next((count) => count + 1) };
}
