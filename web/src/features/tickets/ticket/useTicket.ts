/** All that a ticket's page shows; the live stream fetches it anew when something changed. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, ok, type Schemas } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";

export type Ticket = Schemas["TicketView"];
export type Entry = Schemas["Entry"];
export type Message = Schemas["Message"] & { sending?: boolean };
export type Attachment = Schemas["Attachment"];
export type Decided = Schemas["Decided"];
export type Choice = Schemas["routing_appointments_Choice"];
export type Report = Schemas["Report"];

const path = (id: string) => ({ params: { path: { id } } });

/** null where there is none, or it is not for this person. Raises Problem otherwise. */
async function maybe<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && ["missing", "forbidden", "conflict"].includes(error.kind)) return null;
    throw error;
  }
}

export const useView = (id: string) => useQuery({ queryKey: ["ticket", id, "view"], queryFn: () => ok(api.GET("/api/tickets/{id}", path(id))) as Promise<Ticket> });

export function useParts(id: string, language: "en" | "es" | "fr") {
  const history = useQuery({ queryKey: ["ticket", id, "history"], queryFn: () => ok(api.GET("/api/tickets/{id}/history", path(id))) as Promise<Entry[]> });
  const messages = useQuery({ queryKey: ["ticket", id, "messages"], queryFn: () => ok(api.GET("/api/tickets/{id}/messages", path(id))) as Promise<Message[]> });
  const files = useQuery({ queryKey: ["ticket", id, "files"], queryFn: () => ok(api.GET("/api/tickets/{id}/attachments", path(id))) as Promise<Attachment[]> });
  const report = useQuery({ queryKey: ["ticket", id, "report"], queryFn: () => maybe(ok(api.GET("/api/tickets/{id}/report", path(id))) as Promise<Report>) });
  const decision = useQuery({
    queryKey: ["ticket", id, "decision", language],
    queryFn: () => maybe(ok(api.GET("/api/routing/tickets/{id}/decision", { params: { path: { id }, query: { language } } })) as Promise<Decided>),
    placeholderData: keepPreviousData,
  });
  return { history, messages, files, report, decision };
}

export const useAppointment = (id: string, enabled: boolean) =>
  useQuery({ queryKey: ["ticket", id, "appointment"], enabled, queryFn: () => maybe(ok(api.GET("/api/routing/tickets/{id}/appointment", path(id))) as Promise<Choice>) });

/** Takes what a command answered as the ticket, and fetches the rest anew. */
export function useRefresh(id: string): (ticket?: Ticket) => void {
  const queries = useQueryClient();
  return (ticket) => {
    if (ticket) queries.setQueryData(["ticket", id, "view"], ticket);
    void queries.invalidateQueries({ queryKey: ["ticket", id] });
    void queries.invalidateQueries({ queryKey: ["tickets"] });
  };
}
