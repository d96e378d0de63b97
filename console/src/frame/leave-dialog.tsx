/** Signing out while online: what becomes of one's conversations is said first. */
import { useState } from "preact/hooks";
import { desk } from "../desk";
import { t } from "../i18n";
import { me } from "../live/presence";
import { Dialog } from "../ui/dialog";
import { setPresence } from "./set-presence";

export default function LeaveDialog({ onClose }: { readonly onClose: () => void }) {
  const texts = t.value.shell.leaving;
  const [isBusy, setBusy] = useState(false);
  const held = Object.values(me.value?.held ?? {}).reduce((sum, count) => sum + count, 0);
  const leave = async (goesOffline: boolean) => {
    setBusy(true);
    if (!goesOffline || (await setPresence("offline"))) desk().session.signOut();
    setBusy(false);
  };
  return (
    <Dialog title={texts.title} onClose={onClose}>
      <p>{texts.body(held)}</p>
      <div class="dialog-buttons">
        <button type="button" disabled={isBusy} onClick={() => void leave(false)}>
          {texts.asIs}
        </button>
        <button type="button" class="primary" disabled={isBusy} onClick={() => void leave(true)}>
          {texts.offline}
        </button>
      </div>
    </Dialog>
  );
}
