/** What goes wrong while a part of the page is drawn stays there: the rest goes on. */
import { Component, type ComponentChildren } from "preact";
import { t } from "../i18n";

interface Props {
  readonly children: ComponentChildren;
}

export class Boundary extends Component<Props, { readonly error: unknown }> {
  override state = { error: null as unknown };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ error });
  }

  override render({ children }: Props) {
    const { error } = this.state;
    if (error === null) return children;
    return (
      <div class="alone" role="alert">
        <p>{t.value.shell.failed(error instanceof Error ? error.message : String(error))}</p>
        <button type="button" onClick={() => this.setState({ error: null })}>
          {t.value.shell.retry}
        </button>
      </div>
    );
  }
}
