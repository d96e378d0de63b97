/** Sizes of files as people read them: "340 bytes", "34 kB", "1.2 MB". */
import { locale } from "./index";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function inBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const unit = UNITS[power] ?? "byte";
  const maximumFractionDigits = bytes < 1e6 ? 0 : 1;
  const words = new Intl.NumberFormat(locale.value, {
    style: "unit",
    unit,
    unitDisplay: power ? "short" : "long",
    maximumFractionDigits,
  });
  return words.format(bytes / 1000 ** power);
}
