export function InboxPage() {
  return <p>…</p>;
}
