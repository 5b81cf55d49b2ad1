import { Alert, Button, Menu } from "@mantine/core";
import { IconCheck, IconChevronDown, IconDownload, IconScale } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { raw } from "@/sync/api/client";
import { useReason } from "@/ui/Failure";
import { failed } from "@/ui/toast";
import { useLanguage } from "@/ui/when";
import type { Figures } from "./data";
import { number } from "./numbers";
import { exported, rows } from "./recount";

export interface Saved {
  name: string;
  rows: number;
  figure: number;
}

const KINDS = ["created", "resolved", "closed", "backlog"] as const;

/** Saves a list of tickets as CSV, and counts its rows again. */
export function Export({ figures, saved }: { figures: Figures; saved: (saved: Saved) => void }) {
  const { t } = useTranslation("reports");
  const reason = useReason();
  const [busy, wait] = useState(false);
  const save = async (kind: (typeof KINDS)[number]) => {
    wait(true);
    try {
      const { list, count } = figures[kind];
      const response = await raw(`/api/tickets/export.csv?${exported(list)}`);
      const blob = await response.blob();
      download(blob, `${kind}-${figures.from.slice(0, 10)}.csv`);
      saved({ name: t(`export.${kind}`), rows: rows(await blob.text()), figure: count });
    } catch (error) {
      failed(reason(error));
    } finally {
      wait(false);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" loading={busy} leftSection={<IconDownload size={16} />} rightSection={<IconChevronDown size={14} />}>{t("export.button")}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("export.which")}</Menu.Label>
        {KINDS.map((kind) => <Menu.Item key={kind} onClick={() => void save(kind)}>{`${t(`export.${kind}`)} (${figures[kind].count})`}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Whether the file holds as many tickets as the figure says. */
export function Recount({ saved, close }: { saved: Saved; close: () => void }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const equal = saved.rows === saved.figure;
  const told = { name: saved.name, rows: number(saved.rows, language), figure: number(saved.figure, language), count: saved.rows };
  return (
    <Alert role="status" color={equal ? "green" : "orange"} variant="light" icon={equal ? <IconCheck /> : <IconScale />} withCloseButton closeButtonLabel={t("export.close")} onClose={close} data-no-print>
      {t(equal ? "export.equal" : "export.differs", told)}
    </Alert>
  );
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
