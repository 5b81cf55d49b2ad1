import { Button, Group, Modal, Text, Textarea } from "@mantine/core";
import { useState, useSyncExternalStore } from "react";

interface Question {
  title: string;
  text?: string;
  /** Label of the button that does it. */
  yes: string;
  no: string;
  danger?: boolean;
  /** Asks for a reason; it must not be empty. */
  reason?: { label: string; placeholder?: string };
}

interface Open extends Question {
  answer: (said: string | null) => void;
}

let open: Open | null = null;
const listeners = new Set<() => void>();
const become = (next: Open | null) => {
  open = next;
  listeners.forEach((told) => told());
};
const subscribe = (told: () => void) => {
  listeners.add(told);
  return () => listeners.delete(told);
};

/** Asks before something that cannot be taken back. null: no; else the reason, or "yes". */
export function ask(question: Question): Promise<string | null> {
  return new Promise((answer) => {
    become({ ...question, answer: (said) => { become(null); answer(said); } });
  });
}

/** The dialog of `ask`; once in the app. */
export function Confirm() {
  const question = useSyncExternalStore(subscribe, () => open);
  return question ? <Dialog key={question.title} question={question} /> : null;
}

function Dialog({ question }: { question: Open }) {
  const [reason, write] = useState("");
  const said = question.reason ? reason.trim() : "yes";
  return (
    <Modal opened onClose={() => question.answer(null)} title={question.title}>
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
