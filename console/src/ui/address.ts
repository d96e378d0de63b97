/** Addresses as people read them: telephone numbers with their plus and in groups, "+49 157 555 123 45". */

/** A network that knows people by their numbers leaves out the plus. */
const PLUS: Readonly<Record<string, string>> = { sms: "\\+", whatsapp: "\\+?" };
/** Country codes have one digit, two, or three (ITU-T E.164). */
const COUNTRY = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** For showing only: what the API is told is the address as it is. */
export function shownAddress(channel: string, address: string): string {
  const plus = PLUS[channel];
  const digits = plus && new RegExp(`^${plus}([1-9]\\d{6,14})$`).exec(address)?.[1];
  if (!digits) return address;
  const country = COUNTRY.exec(digits)?.[0] ?? "";
  const groups = digits.slice(country.length).match(/\d{3}(?=\d\d)|\d{1,4}/g) ?? [];
  return [`+${country}`, ...groups].join("\u00a0");
}
