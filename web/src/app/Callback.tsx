import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { Empty } from "@/ui/Empty";
import { Waiting } from "@/ui/Waiting";

/** Where the sign-in page sends the browser back to. */
export default function Callback() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [failed, fail] = useState("");
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return; // a code counts once
    begun.current = true;
    session.finish(new URLSearchParams(location.search)).then(
      (to) => navigate({ to, replace: true }),
      (error: Error) => fail(error.message || "?"),
    );
  }, [navigate]);
  if (!failed) return <Waiting />;
  return (
    <Empty title={t("callback.title")} text={t("callback.text")}>
      <Button onClick={() => void session.begin("", i18n.language)}>{t("welcome.signin")}</Button>
    </Empty>
  );
}
