import { useSyncExternalStore } from "react";

export interface Question {
  title: string;
  text?: string;
  /** Label of the button that does it. */
  yes: string;
  no: string;
  danger?: boolean;
  /** Asks for a reason; it must not be empty. */
  reason?: { label: string; placeholder?: string };
}

export interface Open extends Question {
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

/** The question that is open now, for the dialog. */
export const useQuestion = (): Open | null => useSyncExternalStore(subscribe, () => open);
