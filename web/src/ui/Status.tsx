import { Badge, type MantineColor } from "@mantine/core";
import { useTranslation } from "react-i18next";

const COLORS: Record<string, MantineColor> = {
  new: "blue", needs_dispatcher: "red", assigned: "indigo", accepted: "violet", travelling: "orange",
  on_site: "squad", waiting: "yellow", resolved: "green", closed: "gray", cancelled: "gray",
};

/** A ticket's status in words; the colour only helps. */
export function Status({ status, size = "md" }: { status: string; size?: string }) {
  const { t } = useTranslation("ui");
  return <Badge color={COLORS[status] ?? "gray"} variant="light" size={size} styles={{ root: { textTransform: "none" } }}>{t(`status.${status}`)}</Badge>;
}

const URGENCY: MantineColor[] = ["gray", "red", "orange", "blue", "gray"];

/** P1 to P4. */
export function Priority({ priority }: { priority: number }) {
  const { t } = useTranslation("ui");
  return (
    <Badge color={URGENCY[priority] ?? "gray"} variant={priority === 1 ? "filled" : "outline"} title={t(`priority.${priority}`)}>{`P${priority}`}</Badge>
  );
}
