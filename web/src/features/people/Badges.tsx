import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Person } from "./data";
import classes from "./people.module.css";

/** Roles, and whether somebody may sign in no more. */
export function Badges({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  return (
    <>
      {person.roles.map((role) => <Badge key={role} variant="light" className={classes["badge"]}>{t(`role.${role}`)}</Badge>)}
      {person.active === false && <Badge color="gray" variant="outline" className={classes["badge"]}>{t("state.inactive")}</Badge>}
    </>
  );
}
