/* Who reads this page: on the machine itself nobody is asked, elsewhere a token gives a role. */

import { Refused, get, send } from "./api";

export type Role = "viewer" | "editor" | "operator";
const ROLES: Role[] = ["viewer", "editor", "operator"];

class Session {
  role = $state<Role>("operator");
  /** Whether there is a session to end. */
  signed = $state(false);

  /** Whether the reader may do what takes this role. */
  may(role: Role): boolean {
    return ROLES.indexOf(this.role) >= ROLES.indexOf(role);
  }

  /** Ask the server who we are. */
  async begin(): Promise<void> {
    try {
      const found = await get<{ role: Role; signed_in: boolean }>("/api/session");
      this.role = found.role;
      this.signed = found.signed_in;
    } catch {
      this.role = "viewer";
    }
  }

  /** Sign in; false when the token is not known. */
  async enter(token: string): Promise<boolean> {
    try {
      await send("POST", "/api/session", { token });
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
    await this.begin();
    return true;
  }

  /** End the session here and on the server. */
  async leave(): Promise<void> {
    await send("DELETE", "/api/session").catch(() => {});
    location.reload();
  }
}

export const session = new Session();
