import { session } from "@/sync/session";
import { useMe } from "@/sync/useSession";
import List from "./list/List";
import Mine from "./Mine";

/** "/tickets": a customer's own, or everybody's for who works here. */
export default function Home() {
  useMe();
  const staff = session.has("store", "receptionist", "consultant", "dispatcher", "manager", "administrator", "auditor");
  return staff ? <List /> : <Mine />;
}
