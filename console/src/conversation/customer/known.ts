/** Customers as they were last read, by id: what the panel and the head of a conversation show. */
import { type Signal, signal } from "@preact/signals";
import type { components } from "../../api/schema";
import { desk } from "../../desk";

export type Customer = components["schemas"]["CustomerView"];

interface Known {
  readonly customer: Customer | null;
  readonly error: unknown;
}

const known = new Map<string, Signal<Known>>();
const MOST_KNOWN = 50;

export function customerOf(id: string): Signal<Known> {
  const found = known.get(id) ?? signal<Known>({ customer: null, error: null });
  known.set(id, found);
  const oldest = known.keys().next().value;
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return found;
}

export async function readCustomer(id: string): Promise<void> {
  const at = customerOf(id);
  try {
    const customer = await desk().api("GET", "/customers/{customer_id}", { path: { customer_id: id } });
    at.value = { customer, error: null };
  } catch (error) {
    at.value = { ...at.value, error };
  }
}

/** What agents have made sure of, at any of the customer's addresses. */
export function particulars(customer: Customer | null): { readonly name: string | null; readonly zone: string | null } {
  const addresses = customer?.addresses ?? [];
  return {
    name: addresses.find(({ first_name }) => first_name)?.first_name ?? null,
    zone: addresses.find(({ zone }) => zone)?.zone ?? null,
  };
}
