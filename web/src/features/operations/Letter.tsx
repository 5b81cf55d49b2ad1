import { Button, Code, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Failure } from "@/ui/Failure";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { useActs } from "./acts";
import classes from "./operations.module.css";

/** A dead letter, whole. */
export default function Letter({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation("operations");
  const { replay, discard, busy } = useActs();
  const letter = useQuery({ queryKey: ["operations", "letter", id], queryFn: () => ok(api.GET("/api/monitoring/letters/{id}", { params: { path: { id } } })) });
  const then = async (work: Promise<boolean>) => { if (await work) close(); };
  const found = letter.data;
  return (
    <Modal opened onClose={close} closeButtonProps={{ "aria-label": t("close") }} size="lg" title={t("letters.one")}>
      {letter.isPending && <Waiting rows={3} />}
      {letter.error && <Failure error={letter.error} retry={() => void letter.refetch()} />}
      {found && (
        <Stack gap="sm">
          <Text size="sm" fw={600}>{found.type}</Text>
          <Text size="sm">{t("letters.facts", { queue: found.queue, count: found.receives })} · <When at={found.buried_at} /></Text>
          <Text size="sm">{found.reason}</Text>
          <Code block className={classes["event_body"]} tabIndex={0}>{typeof found.body === "string" ? found.body : JSON.stringify(found.body, null, 2)}</Code>
          <Group justify="space-between">
            {found.type.startsWith("squad.tickets.") ? <Button component={Link} to={`/journey/${found.subject}`} variant="subtle">{t("journey.title")}</Button> : <span />}
            <Group gap="xs">
              <Button color="red" variant="light" onClick={() => void then(discard(id))}>{t("letters.discard")}</Button>
              <Button loading={busy} onClick={() => void then(replay(id))}>{t("letters.replay")}</Button>
            </Group>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
