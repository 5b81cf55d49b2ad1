import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import SignaturePad from "signature_pad";

import { engine } from "@/sync/engine";
import { sign } from "@/sync/mutations";
import { When } from "@/ui/When";
import type { Shared } from "./shared";
import { Unsent } from "./Unsent";
import { useAct } from "./useAct";
import classes from "./visits.module.css";

/** The customer signs: by drawing, or by the name alone. The picture goes before the signature that names it. */
export default function Signature({ visit, pending, closed }: Shared) {
  const { t } = useTranslation("visits");
  const { signature } = visit.report;
  const [again, start] = useState(false);
  if (signature && !again)
    return (
      <Stack gap="xs" align="flex-start">
        <Text>{t(signature.attachment ? "sign.drawn" : "sign.typed", { name: signature.name })} {signature.at && <When at={signature.at} />}</Text>
        <Unsent of={pending.filter((one) => one.name === "sign")} />
        {!closed && <Button variant="default" onClick={() => start(true)}>{t("sign.again")}</Button>}
      </Stack>
    );
  if (closed) return <Text size="sm">{t("sign.none")}</Text>;
  return <Form visit={visit} done={() => start(false)} />;
}

function Form({ visit, done }: { visit: Shared["visit"]; done: () => void }) {
  const { t } = useTranslation("visits");
  const act = useAct();
  const [name, call] = useState(visit.ticket.contact?.name ?? "");
  const [drawn, draw] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<SignaturePad | null>(null);
  useEffect(() => {
    const here = canvas.current;
    if (!here) return;
    fit(here);
    const made = new SignaturePad(here, { penColor: "#101418", backgroundColor: "#ffffff" });
    const stroke = () => draw(!made.isEmpty());
    made.addEventListener("endStroke", stroke);
    pad.current = made;
    return () => made.off();
  }, []);
  const save = () => act(async () => {
    const picture = drawn ? await png(canvas.current) : null;
    const attachment = picture ? await engine.attach(visit.id, picture, "signature.png") : null;
    await engine.act(sign, visit.id, { name: name.trim(), attachment });
    done();
  });
  return (
    <Stack>
      <Text size="sm">{t("sign.text")}</Text>
      <canvas ref={canvas} className={classes["pad"]} role="img" aria-label={t("sign.pad")} />
      <TextInput label={t("sign.name")} required maxLength={200} autoComplete="off" value={name} onChange={(event) => call(event.currentTarget.value)} />
      <Group gap="xs">
        <Button onClick={() => void save()} disabled={!name.trim()}>{t(drawn ? "sign.save" : "sign.save_typed")}</Button>
        {drawn && <Button variant="default" onClick={() => { pad.current?.clear(); draw(false); }}>{t("sign.clear")}</Button>}
      </Group>
    </Stack>
  );
}

/** As many pixels as the screen has. */
function fit(canvas: HTMLCanvasElement): void {
  const ratio = Math.min(2, Math.max(1, devicePixelRatio));
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext("2d")?.scale(ratio, ratio);
}

const png = (canvas: HTMLCanvasElement | null) => new Promise<Blob | null>((done) => (canvas ? canvas.toBlob(done, "image/png") : done(null)));
