import { expect, test } from "vitest";
import { shownAddress } from "./address";

const spaced = (channel: string, address: string) => shownAddress(channel, address).replaceAll("\u00a0", " ");

test.each([
  ["sms", "+15551230001", "+1 555 123 0001"],
  ["sms", "+4915755512345", "+49 157 555 123 45"],
  ["sms", "+35312345678", "+353 123 456 78"],
  ["whatsapp", "4915755512345", "+49 157 555 123 45"],
  ["whatsapp", "+4915755512345", "+49 157 555 123 45"],
])("a number of %s, %s, has its plus and groups", (channel, address, shown) => {
  expect(spaced(channel, address)).toBe(shown);
});

test.each([
  ["sms", "12345678"],
  ["sms", "ACME"],
  ["whatsapp", "US.13491208655302741918"],
  ["telegram", "7215550100"],
  ["email", "mia@customers.example"],
])("what is no telephone number of %s stays as it is: %s", (channel, address) => {
  expect(shownAddress(channel, address)).toBe(address);
});
