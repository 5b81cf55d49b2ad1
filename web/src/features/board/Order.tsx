import { Alert, Button, Group, Modal, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok } from "@/sync/api/client";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { done } from "@/ui/toast";
import { absolute, span, useLanguage } from "@/ui/when";
import type { Tickets } from "./data";

interface Props {
  id: string;
  name: string;
  tickets: Tickets;
  close: () => void;
  onChoose: (id: string) => void;
}

/** A consultant's visits in the order of now and in the better one, and what the better one saves. */
export default function Order({ id, name, tickets, close, onChoose }: Props) {
  const { t } = useTranslation("board");
  const language = useLanguage();
  const client = useQueryClient();
  const [intent] = useState(() => v7());
  const proposal = useQuery({
    queryKey: ["roster", id, "order"],
    queryFn: () => ok(api.GET("/api/routing/consultants/{id}/order", { params: { path: { id } } })),
  });
  const apply = useMutation({
    mutationFn: () => ok(api.POST("/api/routing/consultants/{id}/order", { params: { path: { id }, header: { "Idempotency-Key": intent } } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["roster"] });
      done(t("order.done", { name }));
      close();
    },
  });
  const it = proposal.data;
  const same = !!it && it.now.join() === it.better.join();
  return (
    <Modal opened onClose={close} size="lg" title={t("order.title", { name })}>
      <Stack gap="sm">
        {proposal.isPending && <Skeleton height={140} />}
        {proposal.isError && <Failure error={proposal.error} retry={() => void proposal.refetch()} />}
        {it && !it.better.length && <Empty title={t("order.none")} text={t("order.none_text")} />}
        {it && it.better.length > 0 && (
          <>
            <Alert color={same ? "green" : "blue"}>{same ? t("order.same") : t("order.saves", { time: span(it.saved * 60, language) })}</Alert>
            <Table>
              <Table.Thead>
                <Table.Tr><Table.Th>{t("order.place")}</Table.Th><Table.Th>{t("order.visit")}</Table.Th><Table.Th>{t("order.begins")}</Table.Th><Table.Th>{t("order.before")}</Table.Th></Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {it.better.map((ticket, at) => (
                  <Table.Tr key={ticket}>
                    <Table.Td>{at + 1}</Table.Td>
                    <Table.Td><Button variant="subtle" size="compact-sm" onClick={() => onChoose(ticket)}>{tickets.get(ticket)?.title ?? ticket.slice(0, 8)}</Button></Table.Td>
                    <Table.Td>{it.begins[at] ? absolute(it.begins[at], language) : ""}</Table.Td>
                    <Table.Td>{it.now.indexOf(ticket) + 1}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            <Text size="sm" c="dimmed">{t("order.text")}</Text>
          </>
        )}
        {apply.isError && <Failure error={apply.error} retry={() => apply.mutate()} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t("close")}</Button>
          {it && !same && <Button loading={apply.isPending} onClick={() => apply.mutate()}>{t("order.apply")}</Button>}
        </Group>
      </Stack>
    </Modal>
  );
}
