/* Questions to the server, and nobody else. */

/** What the server says against a request. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: string,
    readonly remedy: string,
    readonly answer: Record<string, unknown> = {},
  ) {
    super(problem);
  }
}

/** Called when an answer says that nobody is signed in. */
let lost: () => void = () => {};
export function onLost(call: () => void): void {
  lost = call;
}

async function read<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  let body: Record<string, unknown> = {};
  try {
    body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
  } catch {
    // An answer that is no JSON has nothing to tell but its status.
  }
  if (answer.ok) return body as T;
  if (answer.status === 401) lost();
  throw new Refused(
    answer.status,
    String(body.problem ?? `Answer ${answer.status}`),
    String(body.remedy ?? ""),
    body,
  );
}

/** JSON of one address; throws Refused, or TypeError when nobody answers. */
export async function get<T>(address: string): Promise<T> {
  return read<T>(await fetch(address, { headers: { accept: "application/json" } }));
}

/** Send JSON to one address. */
export async function send<T>(method: string, address: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
  const answer = await fetch(address, {
    method,
    headers: { accept: "application/json", "content-type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return read<T>(answer);
}
