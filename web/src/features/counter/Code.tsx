import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import qrcode from "qrcode-generator";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import classes from "./counter.module.css";
import { KINDS } from "./kinds";

const EDGE = 4; // modules of quiet zone that scanners need

/** A code to put beside a machine: who scans it finds the form filled in. */
export default function Code({ store, name, postal, close }: { store: string; name: string; postal: string; close: () => void }) {
  const { t } = useTranslation("counter");
  const [category, choose] = useState("");
  const [what, label] = useState("");
  const query = new URLSearchParams({ store, ...(postal && { postal_code: postal }), ...(category && { category }), ...(what.trim() && { title: what.trim() }) });
  const link = `${location.origin}/tickets/new?${query}`;
  return (
    <Modal opened onClose={close} title={t("code.title")}>
      <Stack>
        <Text size="sm">{t("code.text")}</Text>
        <TextInput label={t("code.what")} placeholder={t("code.what_placeholder")} value={what} maxLength={80} onChange={(event) => label(event.currentTarget.value)} />
        <Select label={t("code.category")} clearable value={category} onChange={(value) => choose(value ?? "")} data={KINDS.map((kind) => ({ value: kind.category, label: t(`kind.${kind.category}`) }))} />
        <figure className={classes["code"]}>
          <Picture text={link} label={t("code.alt", { what: what || name })} />
          <Text component="figcaption" ta="center" fw={650}>{what || name}</Text>
          <Text size="xs" ta="center" c="dimmed">{link}</Text>
        </figure>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => void navigator.clipboard.writeText(link)}>{t("code.copy")}</Button>
          <Button leftSection={<IconPrinter size={18} />} onClick={() => window.print()}>{t("code.print")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Picture({ text, label }: { text: string; label: string }) {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  const size = count + 2 * EDGE;
  const cells = Array.from({ length: count * count }, (_, at) => [at % count, Math.floor(at / count)] as const);
  const path = cells.filter(([x, y]) => code.isDark(y, x)).map(([x, y]) => `M${x + EDGE} ${y + EDGE}h1v1h-1z`).join("");
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
