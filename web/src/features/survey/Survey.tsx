import { Button, Card, Stack, Text, Textarea, ThemeIcon } from "@mantine/core";
import { IconHeart, IconMoodEmpty, IconMoodHappy, IconMoodSad, IconMoodSmile, IconMoodCry } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok, type Schemas } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { useSession } from "@/sync/useSession";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { isLanguage } from "@/ui/language";
import { Mark } from "@/ui/Mark";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import classes from "./survey.module.css";

type Asked = Schemas["engagement_surveys_Asked"];

const FACES = [IconMoodCry, IconMoodSad, IconMoodEmpty, IconMoodSmile, IconMoodHappy];

/** "/survey/$token": how was it? The questions come in the customer's language. */
export default function Survey() {
  const { t, i18n } = useTranslation("survey");
  const { token = "" } = useParams({ strict: false }) as { token?: string };
  const { state } = useSession();
  const [thanked, thank] = useState(false);
  const survey = useQuery({
    queryKey: ["survey", token],
    queryFn: () => ok(api.GET("/api/engagement/surveys/{token}", { params: { path: { token } } })) as Promise<Asked>,
    retry: (tries, error) => tries < 2 && error instanceof Problem && error.transient,
  });
  const language = survey.data?.language.slice(0, 2);
  useEffect(() => {
    if (state === "out" && isLanguage(language) && language !== i18n.language) void i18n.changeLanguage(language);
  }, [language, state, i18n]);
  if (survey.isPending) return <Waiting rows={3} />;
  if (survey.isError)
    return survey.error instanceof Problem && survey.error.kind === "missing"
      ? <Empty icon={<Mark size={56} />} title={t("gone")} text={t("gone_text")} />
      : <Failure error={survey.error} retry={() => void survey.refetch()} />;
  if (thanked || survey.data.answered) return <Thanks fresh={thanked} inside={state === "in"} />;
  return <Form token={token} asked={survey.data} thank={() => thank(true)} />;
}

function Thanks({ fresh, inside }: { fresh: boolean; inside: boolean }) {
  const { t } = useTranslation("survey");
  return (
    <Page title={t(fresh ? "thanks" : "answered")}>
      <Card withBorder padding="xl" maw={560} mx="auto" w="100%">
        <Stack align="center" ta="center" role="status">
          <ThemeIcon size={72} radius="xl" variant="light"><IconHeart size={40} /></ThemeIcon>
          <Text>{t(fresh ? "thanks_text" : "answered_text")}</Text>
          {inside && <Button component={Link} to="/" variant="default">{t("home")}</Button>}
        </Stack>
      </Card>
    </Page>
  );
}

function Form({ token, asked, thank }: { token: string; asked: Asked; thank: () => void }) {
  const { t } = useTranslation("survey");
  const [rating, rate] = useState(0);
  const [comment, write] = useState("");
  const [{ busy, error }, set] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const [key, next] = useState(() => v7());
  const scale = asked.questions.find((one) => one.name === "rating");
  const free = asked.questions.find((one) => one.name === "comment");
  const change = (act: () => void) => {
    act();
    next(v7()); // another answer is another command
  };
  const send = async () => {
    set({ busy: true, error: null });
    try {
      await ok(api.POST("/api/engagement/surveys/{token}", { params: { path: { token }, header: { "Idempotency-Key": key } }, body: { rating, comment: comment.trim() } }));
      thank();
    } catch (problem) {
      if (problem instanceof Problem && problem.kind === "conflict") thank(); // it was answered meanwhile, on another device
      else set({ busy: false, error: problem });
    }
  };
  return (
    <Page title={asked.title} lead={asked.intro}>
      <Card withBorder padding="lg" maw={640}>
        <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
          <fieldset className={classes["scale"]}>
            <legend>{scale?.text}</legend>
            <div className={classes["faces"]}>
              {(scale?.labels ?? []).map((label, n) => {
                const Face = FACES[n] ?? IconMoodEmpty;
                return (
                  <label key={label} className={classes["face"]} data-chosen={rating === n + 1 || undefined}>
                    <input type="radio" name="rating" value={n + 1} checked={rating === n + 1} onChange={() => change(() => rate(n + 1))} />
                    <Face size={44} stroke={1.6} aria-hidden /><span>{label}</span>
                  </label>
                );
              })}
            </div>
          </fieldset>
          <Textarea mt="lg" size="md" label={free?.text} autosize minRows={3} maxRows={10} maxLength={free?.max || 2000} value={comment} onChange={(event) => { const { value } = event.currentTarget; change(() => write(value)); }} />
          {error !== null && <Failure error={error} />}
          <Button type="submit" size="lg" mt="lg" fullWidth disabled={!rating} loading={busy}>{t("send")}</Button>
          {!rating && <Text size="sm" c="dimmed" ta="center" mt={6}>{t("choose")}</Text>}
        </form>
      </Card>
    </Page>
  );
}
