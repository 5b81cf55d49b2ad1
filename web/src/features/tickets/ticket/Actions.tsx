import { Button, CopyButton, Menu } from "@mantine/core";
import { IconCheck, IconCircleX, IconDots, IconLayoutBoard, IconLink, IconPrinter, IconRefresh, IconRoute, IconShare, IconTool } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { useMe } from "@/sync/useSession";
import { done } from "@/ui/toast";
import { useShortcuts } from "@/ui/shortcuts";
import type { Ticket } from "./useTicket";
import { useSteps } from "./useSteps";

/** What can be done with the ticket as it stands, by who looks at it. */
export function Actions({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const me = useMe();
  const { may, close, reopen, cancel, busy } = useSteps(ticket);
  const address = `${location.origin}/tickets/${ticket.id}`;
  const print = () => setTimeout(() => window.print(), 50); // the menu is gone by then
  useShortcuts([{ keys: "P", label: t("do.print"), act: print }]);
  return (
    <>
      {may.close && <Button leftSection={<IconCheck size={18} />} onClick={() => void close()} loading={busy}>{t("do.close")}</Button>}
      {may.reopen && <Button variant="default" leftSection={<IconRefresh size={18} />} onClick={() => void reopen()} loading={busy}>{t("do.reopen")}</Button>}
      {ticket.assignee === me.id && session.has("consultant") && <Button component={Link} to={`/visits/${ticket.id}`} leftSection={<IconTool size={18} />}>{t("do.visit")}</Button>}
      <Menu position="bottom-end" width={240}>
        <Menu.Target><Button variant="default" leftSection={<IconDots size={18} />}>{t("do.more")}</Button></Menu.Target>
        <Menu.Dropdown>
          {may.cancel && <Menu.Item color="red" leftSection={<IconCircleX size={18} />} onClick={() => void cancel()}>{t("do.cancel")}</Menu.Item>}
          <Menu.Item leftSection={<IconPrinter size={18} />} onClick={print}>{t("do.print")}</Menu.Item>
          <CopyButton value={address}>{({ copy }) => <Menu.Item leftSection={<IconLink size={18} />} onClick={() => { copy(); done(t("do.copied")); }}>{t("do.copy")}</Menu.Item>}</CopyButton>
          {"share" in navigator && <Menu.Item leftSection={<IconShare size={18} />} onClick={() => void navigator.share({ title: ticket.title, url: address }).catch(() => undefined)}>{t("do.share")}</Menu.Item>}
          {session.has("dispatcher", "manager") && <Menu.Item component={Link} to="/board" search={{ ticket: ticket.id } as never} leftSection={<IconLayoutBoard size={18} />}>{t("do.board")}</Menu.Item>}
          {session.has("administrator") && <Menu.Item component={Link} to={`/journey/${ticket.id}`} leftSection={<IconRoute size={18} />}>{t("do.journey")}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
