/** A small bar for a share of something; what it says stands in words beside it. */
import "./bar.css";

interface Props {
  /** Of a hundred. */
  readonly percent: number;
  readonly tone?: "good" | "high" | "urgent";
  /** Where a line marks what is aimed at. */
  readonly goal?: number;
}

export function Bar({ percent, tone = "good", goal }: Props) {
  return (
    <span class="bar-track" aria-hidden="true">
      <span class={`bar-fill ${tone}`} style={{ "--share": `${percent}%` }} />
      {goal !== undefined && <span class="bar-goal" style={{ "--goal": `${goal}%` }} />}
    </span>
  );
}
