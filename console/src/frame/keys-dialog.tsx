/** All keyboard shortcuts that are in use just now. */
import { t } from "../i18n";
import { Dialog } from "../ui/dialog";
import { groups, type Shortcuts } from "../ui/keys";

export default function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const texts = t.value.shell.keys;
  const known = groups.value.map((group) => group());
  const labels = [...new Set(known.map(({ label }) => label))];
  return (
    <Dialog title={texts.title} onClose={onClose}>
      <div class="keys">
        {labels.map((label) => (
          <section key={label}>
            <h3>{label}</h3>
            <Keys
              shortcuts={Object.assign({}, ...known.filter((group) => group.label === label).map((g) => g.shortcuts))}
            />
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Keys({ shortcuts }: { readonly shortcuts: Shortcuts }) {
  return (
    <dl>
      {Object.entries(shortcuts).map(([key, { label }]) => (
        <div key={key}>
          <dt>
            {key.split(" ").map((one, n) => (
              <span key={one}>
                {n > 0 && <> {t.value.shell.keys.next} </>}
                <kbd>{/^[A-Z]$/.test(one) ? `⇧${one}` : one}</kbd>
              </span>
            ))}
          </dt>
          <dd>{label}</dd>
        </div>
      ))}
    </dl>
  );
}
