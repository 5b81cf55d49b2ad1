import { useTranslation } from "react-i18next";

import { Full } from "@/sync/store";
import { failed } from "@/ui/toast";

/** Does something that is kept on the device; says what to do where the device has no space. Gives whether it was kept. */
export function useAct(): (work: () => Promise<unknown>) => Promise<boolean> {
  const { t } = useTranslation("visits");
  return async (work) => {
    try {
      await work();
      return true;
    } catch (error) {
      failed(t(error instanceof Full ? "full" : "not_kept"));
      return false;
    }
  };
}
