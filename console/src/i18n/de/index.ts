import type { Texts } from "../en";
import { shell } from "./shell";

export const de: Texts = { shell };
