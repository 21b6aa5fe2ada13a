// The frame around the views: navigation, and what is always there. A view is a module in views/, named in the page.
import { el, write } from "./dom.js";
import { follow, meta, post, say, t } from "./node.js";

const views = meta("views").split(" ").filter(Boolean);
const main = document.getElementById("view");
let leave = () => {};
let shown = 0;

async function show() {
  const wanted = location.hash.slice(1);
  // The skip link's; after a reload there is nothing yet to skip to.
  if (wanted === "view" && shown) return main.focus();
  const name = views.includes(wanted) ? wanted : views[0];
  const number = ++shown;
  leave();
  leave = () => {};
  main.replaceChildren(el("h1", { textContent: t(`view_${name}`) }));
  document.title = `${t(`view_${name}`)} · ${meta("node")}`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const view = await import(`./views/${name}.js`);
  // Somebody may have gone on meanwhile.
  if (number === shown) leave = view.show(main) ?? leave;
}

write(document.getElementById("skip"), t("skip"));
document.getElementById("nav").setAttribute("aria-label", t("navigation"));
document.getElementById("nav").append(
  ...views.map((name) => {
    const link = el("a", { href: `#${name}`, textContent: t(`view_${name}`) });
    link.dataset.view = name;
    return link;
  }),
);
// On a node that is being set up nothing happens, and nothing can be captured.
if (views.includes("observations")) {
  follow();
  document.getElementById("actions").append(
    el("button", {
      className: "main",
      textContent: t("capture"),
      onclick: async () => {
        await post("capture");
        say(t("captured"));
      },
    }));
}
document.getElementById("actions").append(
  el("button", {
    textContent: t("log_out"),
    onclick: async () => {
      await post("logout");
      location.reload();
    },
  }),
);
addEventListener("hashchange", show);
await show();
