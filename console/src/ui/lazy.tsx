/** Parts of the console that are loaded when they are first shown, so that the first page is there at once. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";

type Loaded<P> = { readonly default: ComponentType<P> };

/** `lazy(() => import("./floor/page"))` is a component that shows that file's default one. */
export function lazy<P extends object>(load: () => Promise<Loaded<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, setTries] = useState(0);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded || hasFailed) return;
      let isShown = true;
      load().then(
        (found) => {
          loaded = found.default;
          if (isShown) setTries((tries) => tries + 1);
        },
        () => isShown && setFailed(true),
      );
      return () => {
        isShown = false;
      };
    }, [hasFailed]);
    if (loaded) {
      const Shown = loaded;
      return <Shown {...props} />;
    }
    if (!hasFailed) return <p class="alone quiet-text">{t.value.shell.loading}</p>;
    return (
      <p class="alone" role="alert">
        {t.value.shell.notLoaded}{" "}
        <button type="button" onClick={() => setFailed(false)}>
          {t.value.shell.retry}
        </button>
      </p>
    );
  };
}
