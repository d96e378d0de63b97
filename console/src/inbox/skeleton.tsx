/** The shape of a list that is being read. */
const ROWS = Array.from({ length: 7 }, (_, n) => n);

export function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {ROWS.map((n) => (
        <div key={n} class="skeleton-row">
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}
