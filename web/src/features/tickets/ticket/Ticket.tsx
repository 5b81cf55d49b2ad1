import { Badge, Grid, Group, Stack, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { isLanguage } from "@/ui/language";
import { Page } from "@/ui/Page";
import { Promised } from "@/ui/Promise";
import { Priority, Status } from "@/ui/Status";
import { Waiting } from "@/ui/Waiting";
import { Actions } from "./Actions";
import { Appointment } from "./Appointment";
import { Course } from "./Course";
import { Facts } from "./Facts";
import { Files } from "./Files";
import { useNames } from "./names";
import { Print } from "./Print";
import { SurveyHint } from "./SurveyHint";
import { Talk } from "./Talk";
import { Timeline } from "./Timeline";
import { type Ticket as View, useParts, useView } from "./useTicket";
import { Visit } from "./Visit";
import { Why } from "./Why";

/** "/tickets/$id": everything about one ticket, live, for whoever may see it. */
export default function Ticket() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const view = useView(id);
  if (view.data) return <Shown key={id} ticket={view.data} />;
  return view.isError ? <Failure error={view.error} retry={() => void view.refetch()} /> : <Waiting rows={6} height={88} />;
}

function Shown({ ticket }: { ticket: View }) {
  const { i18n } = useTranslation("tickets");
  const { history, messages, files, report, decision } = useParts(ticket.id, isLanguage(i18n.language) ? i18n.language : "en");
  const decided = decision.data ?? null;
  const people = [ticket.requester, ticket.assignee ?? "", ...(history.data ?? []).flatMap(({ actor, assignee }) => [actor, assignee ?? ""]), ...(messages.data ?? []).map(({ author }) => author)];
  const name = useNames(people, ticket, decided);
  const staff = session.has("receptionist", "consultant", "dispatcher", "manager", "administrator", "auditor");
  const broken = [history, messages, files].find((one) => one.isError && !one.data);
  return (
    <>
      <Page title={ticket.title} lead={<Lead ticket={ticket} staff={staff} />} actions={<Actions ticket={ticket} />}>
        <div data-no-print>
          <Stack gap="md">
            <SurveyHint ticket={ticket} />
            <Grid gap="lg">
              <Grid.Col span={{ base: 12, md: 7 }}>
                <Stack gap="md">
                  <Course ticket={ticket} decision={decided} staff={staff} />
                  <Appointment ticket={ticket} name={name} />
                  {report.data && <Visit ticket={ticket} report={report.data} />}
                  <Talk ticket={ticket} staff={staff} />
                  {broken && <Failure error={broken.error} retry={() => void broken.refetch()} />}
                  {history.data ? (
                    <Timeline ticket={ticket} history={history.data} messages={messages.data ?? []} files={files.data ?? []} name={name} />
                  ) : !broken && <Waiting rows={3} />}
                </Stack>
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Stack gap="md">
                  <Facts ticket={ticket} name={name} staff={staff} />
                  <Files ticket={ticket} files={files.data ?? []} />
                  {staff && decided && <Why decision={decided} />}
                </Stack>
              </Grid.Col>
            </Grid>
          </Stack>
        </div>
      </Page>
      <Print ticket={ticket} report={report.data ?? null} history={history.data ?? []} name={name} />
    </>
  );
}

function Lead({ ticket, staff }: { ticket: View; staff: boolean }) {
  const { t } = useTranslation("tickets");
  return (
    <Group gap="xs" mt={4}>
      <Status status={ticket.status} size="lg" />
      {staff && <Priority priority={ticket.priority} />}
      <Promised due={ticket.due_at} status={ticket.status} />
      <Text size="sm" c="dimmed">{ticket.reference}</Text>
      {staff && ticket.proposal?.triage && <Badge color="yellow" variant="light" styles={{ root: { textTransform: "none" } }}>{t("facts.triage")}</Badge>}
    </Group>
  );
}
