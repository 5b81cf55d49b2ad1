// Authorization code with PKCE (RFC 7636), and the access token shown to who signed in.
const box = document.getElementById("box");
const words = JSON.parse(box.dataset.words);
const redirect = location.origin + "/signed-in";
const client = "squad-web";
const encode = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => encode(crypto.getRandomValues(new Uint8Array(32)));
const show = (id, text) => (document.getElementById(id).textContent = text);

async function begin() {
  const [verifier, state] = [random(), random()];
  sessionStorage.setItem("squad-sign-in", JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  location.replace("/oauth2/authorize?" + new URLSearchParams({
    response_type: "code", client_id: client, redirect_uri: redirect, state,
    scope: "openid profile email", code_challenge: encode(new Uint8Array(digest)),
    code_challenge_method: "S256", ui_locales: document.documentElement.lang,
  }));
}

async function finish() {
  const asked = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem("squad-sign-in") ?? "{}");
  sessionStorage.removeItem("squad-sign-in");
  history.replaceState(null, "", "/signed-in");
  if (!asked.get("code") || asked.get("state") !== kept.state)
    throw new Error(asked.get("error_description") ?? "");
  const answer = await fetch("/oauth2/token", {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", code: asked.get("code"), client_id: client,
      redirect_uri: redirect, code_verifier: kept.verifier,
    }),
  });
  const tokens = await answer.json();
  if (!answer.ok) throw new Error(tokens.error_description ?? tokens.detail ?? "");
  const headers = { Authorization: `Bearer ${tokens.access_token}` };
  const me = await (await fetch("/api/identity/me", { headers })).json();
  const until = new Date(Date.now() + tokens.expires_in * 1000);
  show("title", words.signedin);
  show("more", words.signedin_more);
  show("name", me.contact?.name || me.name || me.id);
  show("roles", (me.roles ?? []).join(", "));
  show("until", until.toLocaleTimeString(document.documentElement.lang));
  show("token", tokens.access_token);
  document.getElementById("done").hidden = false;
}

document.getElementById("copy").addEventListener("click", async (event) => {
  await navigator.clipboard.writeText(document.getElementById("token").textContent);
  event.target.textContent = words.copied;
});
(location.pathname === "/sign-in" ? begin() : finish()).catch((error) => {
  show("title", words.failed);
  show("more", error.message);
  document.getElementById("again").hidden = false;
});
