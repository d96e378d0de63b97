/** The quarantine: what came in, was verified, and nobody could understand. */
import "./quarantine.css";
import { here } from "../router";
import { QuarantinedItem } from "./item";
import { QuarantineList } from "./list";

export default function QuarantinePage() {
  const [, account, id] = here.value;
  return account && id ? <QuarantinedItem key={`${account}/${id}`} account={account} id={id} /> : <QuarantineList />;
}
