export { leave } from "@/sync/leave";
