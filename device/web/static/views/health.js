// How each part of the node is: the table of `facet check`, as it is now.
import { get, listen, t, translate } from "../node.js";
import { el } from "../dom.js";

export function show(root) {
  const rows = el("tbody");
  root.append(
    el("p", { className: "quiet", textContent: t("health_live") }),
    el("table", {},
      el("thead", {}, el("tr", {}, ...["part", "state", "detail"].map((key) => el("th", { scope: "col", textContent: t(`health_${key}`) })))),
      rows),
    el("p", {}, el("a", { className: "button", href: "diagnostics", download: "", textContent: t("diagnostics") })),
    el("p", { className: "quiet", textContent: t("diagnostics_hint") }),
  );
  const fill = (parts) => rows.replaceChildren(...parts.map((each) => el("tr", {},
    el("th", { scope: "row", textContent: t(`part_${each.part.replaceAll(" ", "_")}`) }),
    el("td", { className: each.works ? "good" : "bad", textContent: t(each.works ? "works" : "fault") }),
    el("td", { className: "text", textContent: translate(each.detail) }))));
  get("health").then(fill);
  return listen((name, content) => {
    if (name === "health") fill(content);
  });
}
