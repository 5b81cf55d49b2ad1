import { ActionIcon, AppShell, Avatar, Burger, Button, Group, NavLink, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconDots, IconSearch } from "@tabler/icons-react";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/sync/useSession";
import { Mark } from "@/ui/Mark";
import { useShortcuts } from "@/ui/shortcuts";
import { Waiting } from "@/ui/Waiting";
import { Bell } from "./Bell";
import { Expired } from "./Expired";
import { type Item, useMenu } from "./menu";
import classes from "./shell.module.css";
import { SyncBadge } from "./SyncBadge";

const User = lazy(() => import("./User"));
const Find = lazy(() => import("./Find"));
const Sheet = lazy(() => import("./Sheet"));
const SHOWN = 4; // items of the bar at the bottom of a phone, before "more"

/** The frame around every screen: what is always there, on phone and desktop. */
export function Shell() {
  const { state, me } = useSession();
  const { t } = useTranslation();
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [open, menu] = useDisclosure(false);
  const [finding, find] = useState(false);
  const [helping, help] = useState(false);
  const items = useMenu();
  const path = useLocation({ select: (location) => location.pathname });
  const navigate = useNavigate();
  const here = items.map((item) => item.path).filter((one) => path === one || path.startsWith(`${one}/`)).sort((one, other) => other.length - one.length)[0];
  useEffect(() => menu.close(), [path]); // eslint-disable-line react-hooks/exhaustive-deps
  useShortcuts([
    { keys: "mod+K", label: t("shell.find"), act: () => find(true) },
    { keys: "shift+?", label: t("shell.shortcuts"), act: () => help(true) },
    { keys: "G", label: t("shell.home"), act: () => void navigate({ to: "/" }) },
  ]);
  if (state === "out" || !me) return <Bare />;
  const bar = phone && items.length > 1;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 224, breakpoint: "sm", collapsed: { mobile: !open, desktop: items.length < 2 } }}
      footer={bar ? { height: 64 } : undefined}
      padding="md"
    >
      <a href="#main" className={classes["skip"]}>{t("shell.skip")}</a>
      <AppShell.Header>
        <Group h="100%" px="sm" gap="xs" wrap="nowrap" justify="space-between">
          <Group gap="xs" wrap="nowrap">
            {!bar && items.length > 1 && <Burger opened={open} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label={t("shell.menu")} />}
            <UnstyledButton component={Link} to="/" aria-label={t("shell.home")} className={classes["brand"]}>
              <Mark />
              <Text fw={700} visibleFrom="sm">Sysops Squad</Text>
            </UnstyledButton>
          </Group>
          <Group gap={phone ? 4 : "xs"} wrap="nowrap">
            <SyncBadge />
            <Button variant="default" size="sm" leftSection={<IconSearch size={16} />} onClick={() => find(true)} visibleFrom="sm" className={classes["find"]}>
              {t("shell.find")}<Text span size="xs" c="dimmed" ml="md">Ctrl K</Text>
            </Button>
            <ActionIcon variant="subtle" color="gray" size={44} hiddenFrom="sm" onClick={() => find(true)} aria-label={t("shell.find")}><IconSearch size={20} /></ActionIcon>
            <Bell />
            <Suspense fallback={<Avatar color="squad" size={34} alt="" m={5} />}><User help={() => help(true)} /></Suspense>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <nav aria-label={t("shell.menu")} className={classes["nav"]}>
          {items.map((item) => <Entry key={item.path} item={item} active={item.path === here} />)}
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes["main"]}>
        {state === "expired" && <Expired />}
        <Suspense fallback={<Waiting />}><Outlet /></Suspense>
      </AppShell.Main>
      {bar && (
        <AppShell.Footer className={classes["bar"]} component="nav" aria-label={t("shell.bar")}>
          {items.slice(0, SHOWN).map((item) => <Tab key={item.path} item={item} active={item.path === here} />)}
          {items.length > SHOWN && (
            <UnstyledButton className={classes["tab"]} onClick={menu.toggle} aria-expanded={open} data-active={open || undefined}>
              <IconDots size={22} aria-hidden /><span>{t("shell.more")}</span>
            </UnstyledButton>
          )}
        </AppShell.Footer>
      )}
      <Suspense fallback={null}>
        {finding && <Find close={() => find(false)} />}
        {helping && <Sheet close={() => help(false)} />}
      </Suspense>
    </AppShell>
  );
}

function Bare() {
  return (
    <main id="main" className={classes["bare"]}>
      <Suspense fallback={<Waiting />}><Outlet /></Suspense>
    </main>
  );
}

function Entry({ item, active }: { item: Item; active: boolean }) {
  const { t } = useTranslation(item.feature);
  return (
    <NavLink component={Link} to={item.path} label={t(item.label)} active={active} aria-current={active ? "page" : undefined}
      leftSection={<item.icon size={20} aria-hidden />} className={classes["entry"]} />
  );
}

function Tab({ item, active }: { item: Item; active: boolean }) {
  const { t } = useTranslation(item.feature);
  return (
    <UnstyledButton component={Link} to={item.path} className={classes["tab"]} data-active={active || undefined} aria-current={active ? "page" : undefined}>
      <item.icon size={22} aria-hidden /><span>{t(item.label)}</span>
      {active && <VisuallyHidden>·</VisuallyHidden>}
    </UnstyledButton>
  );
}
