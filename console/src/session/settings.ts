/** What the page is told of the stage it is served by: `GET /console/config.json`. */
export interface Settings {
  readonly stage: string;
  readonly client_id: string;
  readonly authorize_url: string;
  readonly token_url: string;
  readonly revoke_url?: string;
  readonly logout_url: string;
  readonly api: string;
}

export async function readSettings(): Promise<Settings> {
  const answer = await fetch(`${import.meta.env.BASE_URL}config.json`, { cache: "no-store" });
  if (!answer.ok) throw new Error(`the console's settings can't be read (${answer.status}): load the page again`);
  return (await answer.json()) as Settings;
}
