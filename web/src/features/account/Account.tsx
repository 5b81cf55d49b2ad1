import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { Device } from "./Device";
import { Messages } from "./Messages";
import { Password } from "./Password";
import { Profile } from "./Profile";
import { Push } from "./Push";
import { Sessions } from "./Sessions";

/** "/account": everybody's own settings. */
export default function Account() {
  const { t } = useTranslation("account");
  const me = useQuery({ queryKey: ["me"], queryFn: () => ok(api.GET("/api/identity/me")) });
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Stack gap="lg" maw={760}>
        {me.isPending && <Waiting rows={2} height={160} />}
        {me.isError && <Failure error={me.error} retry={() => void me.refetch()} />}
        {me.data && <Profile key={me.data.version} person={me.data} />}
        <Messages />
        <Push />
        <Password />
        <Sessions />
        <Device />
      </Stack>
    </Page>
  );
}
