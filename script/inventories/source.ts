/**
 * Where the list of a language's releases comes from. Each is the default export of a file of its
 * platform's name in this folder.
 */
export interface InventorySource {
  /** Where the vendor publishes them; the environment variable `<NAME>_MIRROR` names another place. */
  readonly mirror: string;
  /**
   * The releases that have an archive for dynos (linux-x64), the newest first: their checksums in
   * hexadecimal digits by version, empty where the vendor publishes none.
   */
  published(mirror: string): Promise<Readonly<Record<string, string>>>;
}

/** @throws Error where the answer is not a success. */
export async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return await response.text();
}
