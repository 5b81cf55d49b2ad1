import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { raw } from "@/sync/api/client";

const SHOWN = /^image\/(jpeg|png|gif|webp)$/; // what browsers draw; HEIC is for downloading
const HEAVY = 6 * 1024 * 1024; // bytes beyond which a picture is fetched only when it is opened

export const drawn = (media: string): boolean => SHOWN.test(media);
export const light = (size: number): boolean => size <= HEAVY;

export async function content(ticket: string, id: string): Promise<Blob> {
  return (await raw(`/api/tickets/${ticket}/attachments/${id}`)).blob();
}

/** An address of a file's content for <img>, with the sign-in; "" until it is there. */
export function useFile(ticket: string, id: string | null | undefined, wanted = true): { url: string; error: unknown } {
  const file = useQuery({ queryKey: ["file", ticket, id], queryFn: () => content(ticket, id ?? ""), enabled: wanted && !!id, staleTime: Infinity, gcTime: 300_000 });
  const [url, show] = useState("");
  useEffect(() => {
    if (!file.data) return;
    const made = URL.createObjectURL(file.data);
    show(made); // eslint-disable-line react-hooks/set-state-in-effect -- an address lives as long as what shows it
    return () => URL.revokeObjectURL(made);
  }, [file.data]);
  return { url, error: file.error };
}

/** Saves a file on the device. Raises Problem. */
export async function download(ticket: string, id: string, name: string): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await content(ticket, id));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
