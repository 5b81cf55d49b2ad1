// Search, opening what the address names, and copying examples.
const find = document.getElementById("find");
const ops = [...document.querySelectorAll(".op")];
function filter() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const op of ops) {
    op.hidden = !words.every((word) => op.dataset.find.includes(word));
    count += !op.hidden;
    document.querySelector(`[data-op="${op.id}"]`).hidden = op.hidden;
  }
  for (const part of document.querySelectorAll(".service"))
    part.hidden = !part.querySelector(".op:not([hidden])");
  for (const part of document.querySelectorAll("aside section"))
    part.hidden = !part.querySelector("li:not([hidden])");
  document.querySelector(".intro").hidden = words.length > 0;
  document.querySelector(".none").hidden = count > 0;
}
function open() {
  const named = document.getElementById(location.hash.slice(1));
  if (named?.matches(".op")) {
    named.open = true;
    named.scrollIntoView();
  }
  for (const link of document.querySelectorAll("aside a"))
    if (link.hash === location.hash) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
}
find.addEventListener("input", filter);
addEventListener("hashchange", open);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== find) {
    event.preventDefault();
    find.focus();
  }
  if (event.key === "Escape" && document.activeElement === find) {
    find.value = "";
    filter();
  }
});
document.addEventListener("click", async (event) => {
  if (!event.target.matches(".copy")) return;
  await navigator.clipboard.writeText(event.target.previousElementSibling.textContent);
  event.target.textContent = "Copied";
  setTimeout(() => (event.target.textContent = "Copy"), 1500);
});
open();
