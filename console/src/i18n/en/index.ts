/** English is the measure: the other languages have exactly these texts, or don't compile. One file per room. */
import { shell } from "./shell";

export const en = { shell };

/** All texts: the same keys in every language, and the same values to fill in. */
export type Texts = typeof en;
