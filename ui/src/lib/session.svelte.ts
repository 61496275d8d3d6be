/* Who sits here: nobody has to sign in until the first token was given out. */

import { Refused, get, onLost, send } from "./api";

export type Role = "viewer" | "editor" | "operator";
const RANK: readonly Role[] = ["viewer", "editor", "operator"];

interface Told {
  required: boolean;
  role: Role | null;
  parts: string[];
  until: string | null;
}

class Session {
  told = $state.raw<Told | null>(null);

  /** Whether the page may ask for anything at all. */
  get open(): boolean {
    return this.told !== null && (!this.told.required || this.told.role !== null);
  }

  /** Whether somebody signed in, so that they can sign out. */
  get signedIn(): boolean {
    return Boolean(this.told?.required && this.told.role);
  }

  /** Whether this reader may do what needs a role. */
  may(needs: Role): boolean {
    const role = this.told?.role;
    return role ? RANK.indexOf(role) >= RANK.indexOf(needs) : false;
  }

  /** Whether something stands behind the page: watches, duty or delivery. */
  has(part: string): boolean {
    return this.told?.parts.includes(part) ?? false;
  }

  /** Ask how this reader stands; a server that cannot be reached is asked again later. */
  async begin(): Promise<void> {
    this.told = await get<Told>("/api/session").catch((error: unknown) => {
      // A server of an earlier kind knows no sessions: there is nothing to sign in to.
      if (error instanceof Refused) return { required: false, role: "operator" as const, parts: [], until: null };
      return this.told;
    });
    if (this.told === null) setTimeout(() => void this.begin(), 3_000);
  }

  /** Sign in; false when the token is not known. */
  async signIn(token: string): Promise<boolean> {
    try {
      await send("POST", "/api/session", { token });
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return false;
      throw error;
    }
    this.told = await get<Told>("/api/session");
    return true;
  }

  /** Sign out; nothing of what was shown stays in the page. */
  async signOut(): Promise<void> {
    await send("DELETE", "/api/session").catch(() => {});
    location.reload();
  }

  /** Somewhere an answer said that nobody is signed in: begin anew when that is so. */
  async lost(): Promise<void> {
    if (!this.signedIn) return;
    const told = await get<Told>("/api/session").catch(() => null);
    if (told?.required && told.role === null) location.reload();
  }
}

export const session = new Session();
onLost(() => void session.lost());
