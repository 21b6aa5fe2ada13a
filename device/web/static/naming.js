// Giving somebody whom the node has seen a name: after asking them.
import { say, t } from "./node.js";
import { el } from "./dom.js";

/** Return what asks for a name and for consent; the name is handed to a function. */
export function naming(id, summary, action, send) {
  const name = el("input", { id: `is-${id}`, maxLength: 40, autocomplete: "off" });
  const agreed = el("input", { id: `agreed-${id}`, type: "checkbox" });
  return el("details", {}, el("summary", { textContent: summary }),
    el("p", {}, agreed, " ", el("label", { for: agreed.id, className: "beside", textContent: t("agreed") })),
    el("div", { className: "row" },
      el("div", {}, el("label", { for: name.id, textContent: t("name") }), name),
      el("button", {
        textContent: action,
        onclick: () => {
          if (!agreed.checked) say(t("consent_first"));
          else if (!name.value.trim()) say(t("name_first"));
          else send(name.value);
        },
      })));
}
