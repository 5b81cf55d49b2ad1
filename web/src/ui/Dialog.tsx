import { Button, Group, Modal, Text, Textarea } from "@mantine/core";
import { useState } from "react";

import type { Open } from "./ask";

/** A question before something that cannot be taken back. */
export default function Dialog({ question }: { question: Open }) {
  const [reason, write] = useState("");
  const said = question.reason ? reason.trim() : "yes";
  return (
    <Modal opened onClose={() => question.answer(null)} title={question.title} closeButtonProps={{ "aria-label": question.no }}>
      <form onSubmit={(event) => { event.preventDefault(); if (said) question.answer(said); }}>
        {question.text && <Text size="sm" mb="md">{question.text}</Text>}
        {question.reason && (
          <Textarea label={question.reason.label} placeholder={question.reason.placeholder} required autosize minRows={2} maxLength={1000}
            data-autofocus value={reason} onChange={(event) => write(event.currentTarget.value)} />
        )}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => question.answer(null)}>{question.no}</Button>
          <Button type="submit" color={question.danger ? "red" : undefined} disabled={!said}>{question.yes}</Button>
        </Group>
      </form>
    </Modal>
  );
}
