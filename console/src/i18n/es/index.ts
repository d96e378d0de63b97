import type { Texts } from "../en";
import { shell } from "./shell";

export const es: Texts = { shell };
