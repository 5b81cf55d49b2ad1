/** Enter leads through a form from field to field, as Tab does; Shift+Enter breaks a line. */
import type { KeyboardEvent } from "react";

const STOPS = "input:not([type=hidden]), select, textarea, button[data-stop]";

/** The fields of a form in order, one of each group of radio buttons. */
function stops(form: HTMLElement): HTMLElement[] {
  const all = [...form.querySelectorAll<HTMLInputElement>(STOPS)].filter((one) => !one.disabled && one.tabIndex >= 0);
  return all.filter((one) => {
    if (one.type !== "radio") return true;
    const group = all.filter((other) => other.type === "radio" && other.name === one.name);
    return one === (group.find((other) => other.checked) ?? group[0]);
  });
}

const isRadio = (one: HTMLElement): one is HTMLInputElement => one instanceof HTMLInputElement && one.type === "radio";

export function flow(event: KeyboardEvent<HTMLFormElement>): void {
  const target = event.target as HTMLElement;
  const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey && !event.nativeEvent.isComposing;
  if (event.key !== "Enter" || !plain || event.defaultPrevented || !target.matches("input, select, textarea")) return;
  event.preventDefault();
  const list = stops(event.currentTarget);
  const here = list.findIndex((one) => one === target || (isRadio(one) && isRadio(target) && one.name === target.name));
  list[here + 1]?.focus();
}

/** Puts the cursor into a field as soon as it is there. */
export function aim(field: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus());
}
