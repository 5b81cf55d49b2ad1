import { Text, UnstyledButton } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";

import classes from "./counter.module.css";

/** A target that a hand in a hurry hits. */
export function Big({ icon: Picture, label, text, onClick, pressed }: {
  icon?: Icon;
  label: string;
  text?: string;
  onClick: () => void;
  pressed?: boolean;
}) {
  return (
    <UnstyledButton className={classes["big"]} onClick={onClick} aria-pressed={pressed} data-pressed={pressed || undefined}>
      {Picture && <Picture size={40} stroke={1.6} aria-hidden />}
      <Text fw={650} size="lg" ta="center">{label}</Text>
      {text && <Text size="sm" ta="center">{text}</Text>}
    </UnstyledButton>
  );
}
