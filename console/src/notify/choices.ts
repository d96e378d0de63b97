/** What this browser may make itself heard with: asked for by a click, remembered here. */
import { signal } from "@preact/signals";

const SOUND = "switchboard.sound";
const NOTIFICATIONS = "switchboard.notifications";

export const hasSound = signal(localStorage.getItem(SOUND) !== "off");
/** `blocked`: the browser won't; `unavailable`: it can't. */
export type Notifications = "on" | "off" | "blocked" | "unavailable";
export const notifications = signal<Notifications>(read());

function read(): Notifications {
  if (!("Notification" in globalThis)) return "unavailable";
  if (Notification.permission === "denied") return "blocked";
  const isOn = Notification.permission === "granted" && localStorage.getItem(NOTIFICATIONS) !== "off";
  return isOn ? "on" : "off";
}

export function setSound(isOn: boolean): void {
  localStorage.setItem(SOUND, isOn ? "on" : "off");
  hasSound.value = isOn;
}

/** Only ever called by a click: browsers ask for nothing else, and nobody likes to be asked unasked. */
export async function setNotifications(isOn: boolean): Promise<void> {
  localStorage.setItem(NOTIFICATIONS, isOn ? "on" : "off");
  if (isOn && "Notification" in globalThis) await Notification.requestPermission();
  notifications.value = read();
}
