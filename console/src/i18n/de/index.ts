import type { Texts } from "../en";
import { conversation } from "./conversation";
import { inbox } from "./inbox";
import { shell } from "./shell";

export const de: Texts = { conversation, inbox, shell };
