import { Combobox, Loader, TextInput, type TextInputProps, useCombobox } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface Asked extends Omit<TextInputProps, "onChange" | "value" | "children" | "list" | "type"> {
  field: string;
  value: string;
  type: (text: string) => void;
  /** Whether the options are those of what is typed now; until then Enter waits. */
  settled: boolean;
  busy: boolean;
  options: { value: string; shown: ReactNode }[];
  pick: (value: string) => void;
  list: string;
  foot?: ReactNode;
}

/** A field that completes from the server; Enter takes the first, arrows another. */
export function Suggest({ field, value, type, settled, busy, options, pick, list, foot, ...input }: Asked) {
  const box = useCombobox();
  const shown = settled && options.length > 0;
  useEffect(() => {
    if (!shown || document.activeElement?.getAttribute("data-field") !== field) return box.closeDropdown();
    box.openDropdown();
    box.selectFirstOption();
  }, [shown, value]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <Combobox store={box} onOptionSubmit={(chosen) => { box.closeDropdown(); pick(chosen); }}>
      <Combobox.Target withExpandedAttribute>
        <TextInput {...input} data-field={field} autoComplete="off" value={value} rightSection={busy ? <Loader size={16} /> : null}
          onChange={(event) => { box.resetSelectedOption(); type(event.currentTarget.value); }}
          onKeyDown={(event) => { if (event.key === "Enter" && busy && !event.ctrlKey && !event.metaKey) event.preventDefault(); }}
          onFocus={() => { if (shown) { box.openDropdown(); box.selectFirstOption(); } }}
          onBlur={() => box.closeDropdown()} />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!shown}>
        <Combobox.Options aria-label={list} mah={280} style={{ overflowY: "auto" }}>
          {options.map((one) => <Combobox.Option key={one.value} value={one.value}>{one.shown}</Combobox.Option>)}
        </Combobox.Options>
        {foot && <Combobox.Footer>{foot}</Combobox.Footer>}
      </Combobox.Dropdown>
    </Combobox>
  );
}
