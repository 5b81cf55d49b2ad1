import { ActionIcon, Avatar, Menu, Text, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconKeyboard, IconLanguage, IconLogout, IconMoon, IconSun, IconUserCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { engine } from "@/sync/engine";
import { useMe } from "@/sync/useSession";
import { ask } from "@/ui/ask";
import { LANGUAGES } from "@/ui/language";
import { CHOSEN } from "../i18n";
import { leave } from "@/sync/leave";

/** The person's menu: account, language, theme, help, sign-out. */
export default function User({ help }: { help: () => void }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const speak = (language: string) => {
    localStorage.setItem(CHOSEN, language);
    void i18n.changeLanguage(language);
  };
  const out = async () => {
    const { waiting, refused } = engine.snapshot.status;
    const unsent = waiting + refused;
    const question = { title: t("user.unsent_title"), text: t("user.unsent", { count: unsent }), yes: t("user.leave_anyway"), no: t("user.stay"), danger: true };
    if (!unsent || (await ask(question))) await leave();
  };
  return (
    <Menu position="bottom-end" width={260} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={44} aria-label={t("user.menu", { name: me.name })}>
          <Avatar name={me.name} color="squad" size={34} alt="" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} size="sm">{me.name}</Text>
          <Text size="xs">{me.roles.map((role) => t(`roles.${role}`)).join(", ")}</Text>
        </Menu.Label>
        <Menu.Item leftSection={<IconUserCircle size={18} />} component={Link} to="/account">{t("user.account")}</Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={18} />} onClick={help}>{t("shell.shortcuts")}</Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("user.language")}</Menu.Label>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <Menu.Item key={code} lang={code} leftSection={<IconLanguage size={18} />} onClick={() => speak(code)} aria-current={i18n.language === code || undefined} fw={i18n.language === code ? 700 : 400}>{name}</Menu.Item>
        ))}
        <Menu.Label>{t("user.theme")}</Menu.Label>
        {([["light", IconSun], ["dark", IconMoon], ["auto", IconDeviceDesktop]] as const).map(([scheme, Icon]) => (
          <Menu.Item key={scheme} leftSection={<Icon size={18} />} onClick={() => setColorScheme(scheme)} aria-current={colorScheme === scheme || undefined} fw={colorScheme === scheme ? 700 : 400}>{t(`user.${scheme}`)}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={18} />} color="red" onClick={() => void out()}>{t("user.leave")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
