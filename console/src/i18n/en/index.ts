/** English is the measure: the other languages have exactly these texts, or don't compile. One file per room. */
import { conversation } from "./conversation";
import { inbox } from "./inbox";
import { shell } from "./shell";

export const en = { conversation, inbox, shell };

/** All texts: the same keys in every language, and the same values to fill in. */
export type Texts = typeof en;
