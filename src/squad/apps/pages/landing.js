// Brings the live parts up to date every 5 s, while somebody looks.
const EVERY = 5000;
async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text(); // without the head, whose style has a nonce of its own
    const fresh = new DOMParser().parseFromString(text.slice(text.indexOf("<main")), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (next && next.innerHTML !== part.innerHTML) {
        part.className = next.className;
        part.replaceChildren(...next.childNodes);
      }
    }
    document.body.classList.remove("stale");
  } catch {
    document.body.classList.add("stale"); // what is shown may be old: it says so by fading
  }
}
setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
