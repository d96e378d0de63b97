/** What is there while the console asks who one is: the frame, and the shape of what is to come. */
import { t } from "../i18n";
import { Skeleton } from "../inbox/skeleton";
import { BrandIcon } from "../ui/icons";

export function Starting() {
  return (
    <div class="shell">
      <div class="top" aria-hidden="true">
        <BrandIcon />
      </div>
      <main id="place" aria-busy="true">
        <p class="visually-hidden" role="status">
          {t.value.shell.loading}
        </p>
        <div class="inbox">
          <div class="inbox-list">
            <Skeleton />
          </div>
        </div>
      </main>
    </div>
  );
}
