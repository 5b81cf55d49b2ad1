import { Button, Group, MultiSelect, Popover, Select, Stack, Switch, TextInput } from "@mantine/core";
import { IconFilter, IconSearch } from "@tabler/icons-react";
import { memo, type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";

import { CATEGORIES, type Filters, NONE, type Person, same, type Sort, STATUSES } from "./data";

interface Props {
  filters: Filters;
  sort: Sort;
  territories: string[];
  people: Person[];
  input: RefObject<HTMLInputElement | null>;
  onText: (text: string) => void;
  onFilters: (filters: Filters) => void;
  onSort: (sort: Sort) => void;
}

/** What is shown, and in which order. */
export const Filter = memo(function Filter({ filters, sort, territories, people, input, onText, onFilters, onSort }: Props) {
  const { t } = useTranslation("board");
  const count = [filters.status, filters.priority, filters.category, filters.territory, filters.assignee].filter((one) => one.length).length + Number(filters.risk);
  return (
    <Group gap={6} wrap="nowrap" p={6}>
      <Find text={filters.text} input={input} onText={onText} />
      <Popover width={320} position="bottom-end" trapFocus shadow="md" withinPortal>
        <Popover.Target>
          <Button size="sm" variant={count ? "light" : "default"} px="sm" leftSection={<IconFilter size={16} aria-hidden />} aria-label={t("filter.open", { count })}>{count || t("filter.title")}</Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Chosen filters={filters} sort={sort} territories={territories} people={people} onFilters={onFilters} onSort={onSort} />
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
});

/** Letters appear at once; what they find comes when there is time. */
function Find({ text, input, onText }: { text: string; input: Props["input"]; onText: Props["onText"] }) {
  const { t } = useTranslation("board");
  const [typed, type] = useState(text);
  const [last, know] = useState({ text, sent: [text] });
  if (last.text !== text) { // the answer to what was typed, or another view's words
    const mine = last.sent.lastIndexOf(text);
    know({ text, sent: mine < 0 ? [text] : last.sent.slice(mine) });
    if (mine < 0) type(text);
  }
  return (
    <TextInput ref={input} flex={1} miw={0} size="sm" type="search" placeholder={t("filter.text")} aria-label={t("filter.text")} leftSection={<IconSearch size={16} aria-hidden />}
      value={typed} onChange={(event) => {
        type(event.currentTarget.value);
        know({ ...last, sent: [...last.sent, event.currentTarget.value] });
        onText(event.currentTarget.value);
      }} />
  );
}

function Chosen({ filters, sort, territories, people, onFilters, onSort }: Omit<Props, "input" | "onText">) {
  const { t } = useTranslation(["board", "ui"]);
  const several = (field: "status" | "category" | "territory" | "assignee", data: { value: string; label: string }[]) => (
    <MultiSelect size="sm" searchable clearable hidePickedOptions limit={60} comboboxProps={{ withinPortal: false }} label={t(`filter.${field}`)} value={filters[field]}
      onChange={(value) => onFilters({ ...filters, [field]: value })} data={data} />
  );
  return (
    <Stack gap="xs">
      <Switch label={t("filter.risk")} checked={filters.risk} onChange={(event) => onFilters({ ...filters, risk: event.currentTarget.checked })} />
      {several("status", STATUSES.map((value) => ({ value, label: t(`ui:status.${value}`) })))}
      <MultiSelect size="sm" comboboxProps={{ withinPortal: false }} label={t("filter.priority")} value={filters.priority.map(String)} data={["1", "2", "3", "4"].map((value) => ({ value, label: `P${value}` }))}
        onChange={(value) => onFilters({ ...filters, priority: value.map(Number) })} />
      {several("category", CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) })))}
      {several("territory", territories.map((value) => ({ value, label: value })))}
      {several("assignee", [{ value: "", label: t("nobody") }, ...people.map(({ id, name }) => ({ value: id, label: name }))])}
      <Select size="sm" allowDeselect={false} comboboxProps={{ withinPortal: false }} label={t("filter.sort")} value={sort} onChange={(value) => onSort((value ?? "urgent") as Sort)}
        data={(["urgent", "due", "newest"] as const).map((value) => ({ value, label: t(`sort.${value}`) }))} />
      <Button variant="default" disabled={same(filters, NONE)} onClick={() => onFilters(NONE)}>{t("filter.clear")}</Button>
    </Stack>
  );
}
