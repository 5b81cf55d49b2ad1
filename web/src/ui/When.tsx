import { Text, type TextProps } from "@mantine/core";

import { absolute, relative, useLanguage, useNow } from "./when";

/** A time, relative, with the absolute one on hover and for screen readers. zone: where it happens, if that matters. */
export function When({ at, zone, ...look }: { at: string | Date; zone?: string } & TextProps) {
  const now = useNow();
  const language = useLanguage();
  const exact = absolute(at, language, zone);
  return (
    <Text component="time" dateTime={new Date(at).toISOString()} title={exact} inherit={!look.size} {...look}>
      {relative(new Date(at).getTime(), now, language)}
    </Text>
  );
}
