import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { done } from "@/ui/toast";
import { CATEGORIES, OVER } from "../words";
import { type Ticket, useRefresh } from "./useTicket";

/** Facts put right by who works here; another version meanwhile is told, nothing is written over. */
export function Edit({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const [open, form] = useDisclosure(false);
  if (!session.has("receptionist", "dispatcher", "manager", "administrator") || OVER.includes(ticket.status)) return null;
  return (
    <>
      <Button variant="subtle" size="compact-sm" leftSection={<IconPencil size={16} />} onClick={form.open}>{t("edit.title")}</Button>
      {open && <Form ticket={ticket} close={form.close} />}
    </>
  );
}

function Form({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation(["tickets", "ui"]);
  const refresh = useRefresh(ticket.id);
  const [facts, set] = useState({ title: ticket.title, description: ticket.description, category: ticket.category, priority: String(ticket.priority) });
  const [version, look] = useState<number | null>(ticket.version); // null: as it is now
  const [error, fail] = useState<unknown>(null);
  const [busy, work] = useState(false);
  const problem = error instanceof Problem ? error : null;
  const change = (part: Partial<typeof facts>) => set((now) => ({ ...now, ...part }));
  const save = async () => {
    const changes = {
      ...(facts.title !== ticket.title && { title: facts.title.trim() }),
      ...(facts.description !== ticket.description && { description: facts.description }),
      ...(facts.category !== ticket.category && { category: facts.category }),
      ...(facts.priority !== String(ticket.priority) && { priority: Number(facts.priority) }),
    };
    if (!Object.keys(changes).length) return close();
    work(true);
    try {
      const changed = await ok(api.PATCH("/api/tickets/{id}", { params: { path: { id: ticket.id }, header: { "If-Match": `"${version ?? ticket.version}"` } }, body: changes as never }));
      refresh(changed as Ticket);
      done(t("edit.saved"));
      close();
    } catch (failure) {
      fail(failure);
      refresh();
      look(null); // pressing again after reading what changed writes on top of it
    } finally {
      work(false);
    }
  };
  return (
    <Modal opened onClose={close} title={t("edit.title")} size="lg">
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t("new.what")} required maxLength={200} value={facts.title} onChange={(event) => change({ title: event.currentTarget.value })} error={problem?.fault("title")} data-autofocus />
          <Textarea label={t("new.details")} autosize minRows={3} maxRows={12} maxLength={20_000} value={facts.description} onChange={(event) => change({ description: event.currentTarget.value })} error={problem?.fault("description")} />
          <Select label={t("facts.category")} allowDeselect={false} value={facts.category} onChange={(value) => change({ category: value ?? facts.category })} data={CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))} description={t("edit.category")} />
          <Select label={t("list.priority")} allowDeselect={false} value={facts.priority} onChange={(value) => change({ priority: value ?? facts.priority })} data={["1", "2", "3", "4"].map((value) => ({ value, label: t(`priority.${value}`, { ns: "ui" }) }))} description={t("edit.priority")} />
          {error !== null && <Failure error={error} />}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t("no")}</Button><Button type="submit" loading={busy}>{t("edit.save")}</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}
