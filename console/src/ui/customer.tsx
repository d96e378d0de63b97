/** A customer in one line: what they call themselves, which nothing proves, and always the address that it came from. */
import "./ui.css";
import type { Listed } from "../api/types";
import { shownAddress } from "./address";

type Named = Pick<Listed, "channel" | "customer" | "called">;

export function Customer({ of: { channel, customer, called } }: { readonly of: Named }) {
  const address = shownAddress(channel, customer);
  if (!called) return <>{address}</>;
  return (
    <>
      <bdi>{called}</bdi> <span class="customer-address">{address}</span>
    </>
  );
}
