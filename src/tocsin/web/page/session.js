/* Signing in and out; without any token given out, nobody has to. */

const $ = (id) => document.getElementById(id);
const RETRY_MS = 3_000;

async function ask(method, body) {
  const answer = await fetch("/api/session", {
    method,
    headers: { accept: "application/json", "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, told: answer.ok ? await answer.json() : null };
}

const stands = (told) => told && (!told.required || told.role !== null);

function enter(form, done) {
  const said = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (sent) => {
    sent.preventDefault();
    said.textContent = "";
    const field = form.querySelector("input");
    const found = await ask("POST", { token: field.value.trim() }).catch(() => null);
    field.value = "";
    if (found?.told) return done(found.told);
    said.textContent = found?.status === 401 ? "This token is not known here." : "The server cannot be reached.";
    return undefined;
  });
}

/** Kept as long as the page is not allowed to show anything. */
export function signedIn() {
  return new Promise((ready) => {
    const form = $("sign-in");
    const begin = (told) => {
      form.hidden = true;
      document.querySelector("main").hidden = false;
      $("sign-out").hidden = !told.required;
      ready();
    };
    const look = async () => {
      const found = await ask("GET").catch(() => null);
      if (!found?.told) return setTimeout(look, RETRY_MS);
      if (stands(found.told)) return begin(found.told);
      document.querySelector("main").hidden = true;
      form.hidden = false;
      return form.querySelector("input").focus();
    };
    enter(form, begin);
    $("sign-out").addEventListener("click", async () => {
      await ask("DELETE").catch(() => null);
      // Nothing of what was shown stays in the page.
      location.reload();
    });
    look();
  });
}

/** Begin anew when a session has ended meanwhile. */
export async function lost() {
  const found = await ask("GET").catch(() => null);
  if (found?.told && !stands(found.told)) location.reload();
}
