import { Button, Group, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Failure } from "@/ui/Failure";

/** Decides again from the record, and says whether it comes out the same. */
export function Recompute({ id, names }: { id: string; names: ReadonlyMap<string, string> }) {
  const { t } = useTranslation("board");
  const again = useMutation({ mutationFn: () => ok(api.GET("/api/routing/decisions/{id}/recompute", { params: { path: { id } } })) });
  return (
    <>
      <Group gap="xs">
        <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} />} loading={again.isPending} onClick={() => again.mutate()}>{t("why.recompute")}</Button>
        {again.data && (
          <Text size="sm" role="status">
            {again.data.same ? t("why.same") : t("why.differs", { name: names.get(again.data.again ?? "") ?? t("nobody") })}
          </Text>
        )}
      </Group>
      {again.isError && <Failure error={again.error} retry={() => again.mutate()} />}
    </>
  );
}
